#include "config/settings.h"
#include "config_fixture.h"

namespace wac::config {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using Print = ConfigTest;

TEST_F(Print, HasOneLinePerSettingInTheOrderOfTheTable) {
  use_production();
  const std::string text = print(load_all().config);
  std::string expected_names;
  for (const Setting& setting : all_settings()) expected_names += setting.name + "\n";
  std::string names;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    names += text.substr(at, text.find('=', at) - at) + "\n";
    at = end + 1;
  }
  EXPECT_EQ(names, expected_names);
}

TEST_F(Print, MasksSecretsAndShowsTheRest) {
  use_production();
  variables["PORT"] = "8123";
  const std::string text = print(load_all().config);
  EXPECT_THAT(text, HasSubstr("ENVIRONMENT=production\n"));
  EXPECT_THAT(text, HasSubstr("PORT=8123\n"));
  EXPECT_THAT(text, HasSubstr("WHATSAPP_ACCESS_TOKEN=<secret>\n"));
  EXPECT_THAT(text, HasSubstr("REDIS_URL=<secret>\n"));
  EXPECT_THAT(text, HasSubstr("ADMIN_KEY=<unset>\n"));
  EXPECT_THAT(text, HasSubstr("TLS_CA_FILE=<unset>\n"));
  for (const char* name : {"WHATSAPP_ACCESS_TOKEN", "WHATSAPP_VERIFY_TOKEN", "WHATSAPP_WEBHOOK_SECRET",
                           "KEYRING", "REDIS_URL", "API_KEY_HASHES"}) {
    EXPECT_THAT(text, Not(HasSubstr(variables[name]))) << name;
  }
}

TEST_F(Print, WorksOnAConfigurationWithNothingInIt) {
  EXPECT_THAT(print(Config{}), HasSubstr("WHATSAPP_PHONE_NUMBER_ID=<unset>\n"));
}

TEST_F(Print, MarksEverySecretAsOne) {
  for (const Setting& setting : all_settings()) {
    const bool looks_secret =
        setting.name.find("TOKEN") != std::string::npos || setting.name.find("SECRET") != std::string::npos ||
        setting.name.find("KEY") != std::string::npos || setting.name == "REDIS_URL" ||
        setting.name == "WEBHOOK_CONSUMER_URL" || setting.name.find("CREDENTIALS") != std::string::npos;
    EXPECT_EQ(setting.secrecy == Secrecy::kSecret, looks_secret) << setting.name;
  }
}

}  // namespace
}  // namespace wac::config
