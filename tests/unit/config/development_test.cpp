#include "base/encoding.h"
#include "config_fixture.h"
#include "crypto/keyring.h"

#include <fstream>
#include <sstream>
#include <sys/stat.h>

namespace wac::config {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class Development : public ConfigTest {
 protected:
  Development() { variables["GRAPH_API_URL"] = "http://127.0.0.1:8081"; }

  std::string content(const std::string& file) const {
    std::ostringstream text;
    text << std::ifstream{data_dir() + "/" + file}.rdbuf();
    return text.str();
  }
  static unsigned mode(const std::string& path) {
    struct stat status{};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 0777U;
  }
};

TEST_F(Development, StartsWithoutAnyVariableAgainstTheSandbox) {
  const LoadResult result = load_all();
  EXPECT_THAT(problems(), IsEmpty());
  EXPECT_EQ(result.config.store, StoreKind::kEmbedded);
  EXPECT_EQ(result.config.tenants.at(0).senders.at(0).id.str(), "106540352242922");
  EXPECT_EQ(text(result.config.tenants[0].senders[0].token), "sandbox-token");
  EXPECT_TRUE(crypto::Keyring::parse(result.config.keyring));
  EXPECT_EQ(result.config.verify_token.size(), 64U);
  EXPECT_EQ(result.config.webhook_secrets.at(0).size(), 64U);
  EXPECT_NE(text(result.config.verify_token), text(result.config.webhook_secrets[0]));
  EXPECT_FALSE(result.config.admin_key);
  EXPECT_THAT(result.notes, Contains("generated " + data_dir() + "/keyring.json for KEYRING"));
  EXPECT_THAT(result.notes, Contains(HasSubstr("WHATSAPP_ACCESS_TOKEN is unset")));
}

TEST_F(Development, WritesSecretsForTheOwnerOnly) {
  ::umask(0);
  load_all();
  ::umask(022);
  EXPECT_EQ(mode(data_dir()), 0700U);
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator{data_dir()}) {
    files.push_back(entry.path().filename());
    EXPECT_EQ(mode(entry.path()), 0600U) << entry.path();
  }
  EXPECT_THAT(files, UnorderedElementsAre("keyring.json", "verify_token", "webhook_secret", "api_key"));
}

TEST_F(Development, UsesTheSameSecretsAtTheNextStart) {
  const LoadResult first = load_all();
  const LoadResult second = load_all();
  EXPECT_EQ(text(first.config.keyring), text(second.config.keyring));
  EXPECT_EQ(text(first.config.verify_token), text(second.config.verify_token));
  EXPECT_EQ(text(first.config.webhook_secrets.at(0)), text(second.config.webhook_secrets.at(0)));
  EXPECT_EQ(first.config.api_keys.at(0).digest, second.config.api_keys.at(0).digest);
  EXPECT_THAT(second.notes, Contains("using " + data_dir() + "/api_key for API_KEY_HASHES"));
}

TEST_F(Development, AcceptsTheApiKeyOfItsFile) {
  variables["TENANT_ID"] = "acme";
  const LoadResult result = load_all();
  const std::string file = content("api_key");
  ASSERT_EQ(file.size(), 4 + 64 + 1U);
  EXPECT_TRUE(file.starts_with("wak_"));
  EXPECT_EQ(result.config.api_keys.at(0).digest, api_key_digest(file.substr(0, 68)));
  EXPECT_EQ(result.config.api_keys.at(0).tenant.str(), "acme");
}

TEST_F(Development, NeverShowsAGeneratedSecret) {
  const LoadResult result = load_all();
  std::string shown = print(result.config);
  for (const std::string& note : result.notes) shown += note;
  for (const char* file : {"keyring.json", "verify_token", "webhook_secret", "api_key"}) {
    const std::string secret = content(file);
    EXPECT_THAT(shown, ::testing::Not(HasSubstr(secret.substr(0, secret.size() - 1)))) << file;
  }
}

TEST_F(Development, GeneratesOnlyWhatIsMissing) {
  variables["WHATSAPP_VERIFY_TOKEN"] = "my-own-token";
  const LoadResult result = load_all();
  EXPECT_EQ(text(result.config.verify_token), "my-own-token");
  EXPECT_FALSE(std::filesystem::exists(data_dir() + "/verify_token"));
}

TEST_F(Development, TheRealGraphApiNeedsRealCredentials) {
  variables["GRAPH_API_URL"] = "https://graph.facebook.com";
  EXPECT_THAT(problem_keys(), UnorderedElementsAre("WHATSAPP_PHONE_NUMBER_ID", "WHATSAPP_ACCESS_TOKEN"));
}

TEST_F(Development, EveryLoopbackAddressIsTheSandbox) {
  for (const char* url : {"http://localhost", "http://127.1.2.3:5", "https://[::1]:8443"}) {
    variables["GRAPH_API_URL"] = url;
    EXPECT_THAT(problems(), IsEmpty()) << url;
  }
  for (const char* url : {"http://127.example.org", "http://localhost.example.org", "http://10.0.0.1"}) {
    variables["GRAPH_API_URL"] = url;
    EXPECT_EQ(problems().size(), 2U) << url;
  }
}

TEST_F(Development, ADamagedKeyringFileIsAProblem) {
  load_all();
  std::ofstream{data_dir() + "/keyring.json"} << "{}";
  EXPECT_THAT(problem_keys(), UnorderedElementsAre("KEYRING"));
  std::ofstream{data_dir() + "/keyring.json"} << "";
  EXPECT_THAT(problem_keys(), UnorderedElementsAre("KEYRING"));
}

TEST_F(Development, ADirectoryThatCannotBeMadeIsAProblem) {
  std::ofstream{directory + "/file"} << "x";
  variables["DATA_DIR"] = directory + "/file/data";
  EXPECT_THAT(problems(),
              ::testing::ElementsAre("DATA_DIR: set it to a directory this process may write to and read"));
}

TEST_F(Development, PlainRedisIsFine) {
  variables["REDIS_URL"] = "redis://127.0.0.1:6379";
  EXPECT_THAT(problems(), IsEmpty());
  EXPECT_EQ(load_all().config.store, StoreKind::kRedis);
  variables.erase("REDIS_URL");
  variables["STORE"] = "redis";
  EXPECT_THAT(problem_keys(), UnorderedElementsAre("REDIS_URL"));
}

}  // namespace
}  // namespace wac::config
