#include "base/encoding.h"
#include "config_fixture.h"
#include "support/manual_scheduler.h"

#include <fstream>
#include <sstream>

namespace wac::config {
namespace {

using ::testing::Contains;
using ::testing::Not;

TEST(ProcessEnvironment, LooksVariablesUp) {
  ::setenv("WHATSAPP_VERIFY_TOKEN", "a-token", 1);
  const Variables variables = process_environment();
  EXPECT_EQ(variables("WHATSAPP_VERIFY_TOKEN"), "a-token");
  ::unsetenv("WHATSAPP_VERIFY_TOKEN");
  EXPECT_EQ(variables("WHATSAPP_VERIFY_TOKEN"), std::nullopt);
}

TEST(ProcessEnvironment, ForgetsSecretsAndKeepsTheRest) {
  ::setenv("WHATSAPP_VERIFY_TOKEN", "a-secret-token", 1);
  ::setenv("WHATSAPP_APP_SECRET", "another-secret", 1);
  ::setenv("WHATSAPP_PHONE_NUMBER_ID", "106540352242922", 1);
  const char* value = ::getenv("WHATSAPP_VERIFY_TOKEN");
  forget_environment_secrets();
  // setenv() memory is not freed by unsetenv(), so that what was there can be looked at.
  EXPECT_EQ(std::string(value, 14), std::string(14, '\0'));
  EXPECT_EQ(::getenv("WHATSAPP_VERIFY_TOKEN"), nullptr);
  EXPECT_EQ(::getenv("WHATSAPP_APP_SECRET"), nullptr);
  EXPECT_STREQ(::getenv("WHATSAPP_PHONE_NUMBER_ID"), "106540352242922");
  EXPECT_THAT(process_environment_names(), Contains("WHATSAPP_PHONE_NUMBER_ID"));
  EXPECT_THAT(process_environment_names(), Not(Contains("WHATSAPP_VERIFY_TOKEN")));
  ::unsetenv("WHATSAPP_PHONE_NUMBER_ID");
}

TEST(ApiKey, IsRandomAndKeptAsItsSha256) {
  wac::testing::SeededRandom random{5};
  const Secret first = generate_api_key(random);
  const Secret second = generate_api_key(random);
  EXPECT_EQ(first.size(), 68U);
  EXPECT_TRUE(expose(first, Purpose::kValidate).starts_with("wak_"));
  EXPECT_NE(expose(first, Purpose::kValidate), expose(second, Purpose::kValidate));
  EXPECT_EQ(to_hex(api_key_digest("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace wac::config
