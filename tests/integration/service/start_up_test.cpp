// Unsafe configurations do not start, and say what to set.

#include "support/certificates.h"
#include "support/connector.h"
#include "support/redis_server.h"

#include <gtest/gtest.h>

#include <csignal>

namespace wac::testing {
namespace {

constexpr const char* kKeyring =
    R"({"version":1,"fingerprint":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=","active":1,)"
    R"("seal":[{"id":1,"key":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}]})";

struct Ended {
  ExitStatus status;
  std::string output;
};

class StartUpTest : public ::testing::Test {
 protected:
  Environment production() {
    return {{"ENVIRONMENT", "production"},
            {"LISTEN_ADDRESS", "127.0.0.1"},
            {"PORT", "0"},
            {"ADMIN_PORT", "0"},
            {"DATA_DIR", directory_.path()},
            {"REDIS_URL", "rediss://localhost:1/0"},
            {"WHATSAPP_ACCESS_TOKEN", "EAAG-a-long-production-token"},
            {"WHATSAPP_PHONE_NUMBER_ID", "106540352242922"},
            {"WHATSAPP_VERIFY_TOKEN", "a-verify-token-0123"},
            {"WHATSAPP_WEBHOOK_SECRET", "0123456789abcdef0123456789abcdef"},
            {"KEYRING", kKeyring},
            {"API_KEY_HASHES", "default:" + std::string(64, 'a')}};
  }
  static Environment with(Environment env, const std::string& name, const std::string& value) {
    std::erase_if(env, [&name](const auto& entry) { return entry.first == name; });
    if (!value.empty()) env.emplace_back(name, value);
    return env;
  }
  Ended run(const Environment& env, const std::vector<std::string>& arguments = {}) {
    ProcessOptions options{.argv = {std::string{WAC_BIN_DIR} + "/whatsapp-connector"},
                           .env = env,
                           .inherit = ProcessOptions::Inherit::kNothing};
    options.argv.insert(options.argv.end(), arguments.begin(), arguments.end());
    Process process{options};
    const auto status = process.wait(Millis{30'000});
    EXPECT_TRUE(status) << "it started";
    return {status.value_or(ExitStatus{}), process.standard_output() + process.standard_error()};
  }

  TempDir directory_;
};

TEST_F(StartUpTest, AGoodProductionConfigurationPassesTheCheck) {
  const Ended ended = run(production(), {"--check-config"});
  EXPECT_EQ(ended.status.code, 0) << ended.output;
}

TEST_F(StartUpTest, UnsafeProductionConfigurationsAreRefusedByName) {
  const std::tuple<const char*, const char*> cases[] = {
      {"REDIS_URL", "redis://localhost:6379/0"},
      {"REDIS_URL", ""},
      {"WHATSAPP_WEBHOOK_SECRET", ""},
      {"WHATSAPP_ACCESS_TOKEN", ""},
      {"WHATSAPP_VERIFY_TOKEN", ""},
      {"KEYRING", ""},
      {"STAGING_OUTBOUND_TOKEN", "a-staging-token-0123456789"},
      {"GRAPH_API_URL", "http://127.0.0.1:9"},
      {"INTENT_RETENTION_MS", "1000"},
      {"LEASE_MS", "1000"},
      {"ENVIRONMENT", "prod"},
      {"PORT", "99999"},
  };
  for (const auto& [name, value] : cases) {
    const Ended ended = run(with(production(), name, value));
    EXPECT_EQ(ended.status.code, 2) << name << "=" << value << "\n" << ended.output;
    EXPECT_NE(ended.output.find(name), std::string::npos) << "names the setting: " << ended.output;
    if (std::string_view{value}.size() > 8) {
      EXPECT_EQ(ended.output.find(value), std::string::npos) << "never the value";
    }
  }
}

TEST_F(StartUpTest, AllProblemsAreListedAtOnce) {
  const Ended ended = run({{"ENVIRONMENT", "production"}});
  EXPECT_EQ(ended.status.code, 2);
  for (const char* name : {"REDIS_URL", "WHATSAPP_WEBHOOK_SECRET", "WHATSAPP_ACCESS_TOKEN", "KEYRING"}) {
    EXPECT_NE(ended.output.find(name), std::string::npos) << name;
  }
}

TEST_F(StartUpTest, WithoutAReachableRedisItDoesNotStart) {
  const Ended ended = run(production());
  EXPECT_EQ(ended.status.code, 1) << ended.output;
  EXPECT_NE(ended.output.find("start-up probe"), std::string::npos);
}

TEST_F(StartUpTest, ARedisWithAnUntrustedCertificateIsRefused) {
  const Certificates certificates;
  RedisServerOptions options;
  options.tls = &certificates;
  const RedisServer redis{options};
  Environment env = with(production(), "REDIS_URL", redis.url());
  EXPECT_EQ(run(with(env, "TLS_CA_FILE", certificates.other_ca_file())).status.code, 1);
}

TEST_F(StartUpTest, ARedisWithoutTheReplicasThatAreWantedIsRefused) {
  const RedisServer redis;
  const Ended ended = run({{"ENVIRONMENT", "development"},
                           {"DATA_DIR", directory_.path()},
                           {"PORT", "0"},
                           {"ADMIN_PORT", "0"},
                           {"GRAPH_API_URL", "http://127.0.0.1:9"},
                           {"REDIS_URL", redis.url()},
                           {"REDIS_WAIT", "1"}});
  EXPECT_EQ(ended.status.code, 1) << ended.output;
  EXPECT_NE(ended.output.find("not on enough replicas"), std::string::npos) << ended.output;
}

TEST_F(StartUpTest, ARedisThatMayEvictOurKeysIsRefused) {
  RedisServerOptions options;
  options.arguments = {"--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"};
  const RedisServer redis{options};
  Environment env{{"ENVIRONMENT", "development"},
                  {"DATA_DIR", directory_.path()},
                  {"PORT", "0"},
                  {"ADMIN_PORT", "0"},
                  {"GRAPH_API_URL", "http://127.0.0.1:9"},
                  {"REDIS_URL", redis.url()}};
  const Ended ended = run(env);
  EXPECT_EQ(ended.status.code, 1) << ended.output;
  EXPECT_NE(ended.output.find("noeviction"), std::string::npos) << "says what to set";
}

TEST_F(StartUpTest, PrintConfigMasksSecrets) {
  const Ended ended = run(production(), {"--print-config"});
  EXPECT_EQ(ended.status.code, 0);
  EXPECT_NE(ended.output.find("WHATSAPP_ACCESS_TOKEN=<secret>"), std::string::npos) << ended.output;
  for (const char* secret : {"EAAG-a-long", "0123456789abcdef", "a-verify-token", "AAECAwQF"}) {
    EXPECT_EQ(ended.output.find(secret), std::string::npos) << secret;
  }
}

TEST_F(StartUpTest, ASecondProcessOnTheSameEmbeddedStoreIsRefused) {
  Connector connector{{.graph_url = "http://127.0.0.1:9"}};
  connector.start();
  const Ended ended = run({{"ENVIRONMENT", "development"},
                           {"DATA_DIR", connector.data_dir()},
                           {"GRAPH_API_URL", "http://127.0.0.1:9"},
                           {"PORT", "0"},
                           {"ADMIN_PORT", "0"}});
  EXPECT_EQ(ended.status.code, 1) << ended.output;
  EXPECT_EQ(connector.get("/health").status, 200) << "the first one is unharmed";
}

TEST_F(StartUpTest, ASecondSignalEndsItAtOnce) {
  Connector connector{{.graph_url = "http://127.0.0.1:9"}};
  connector.start();
  // A stream that is read by nobody keeps the drain busy.
  Process curl{ProcessOptions{.argv = {"curl", "-sN", connector.url("/v1/events?wait=60&cursor=$"), "-H",
                                       "Authorization: Bearer " + connector.api_key()}}};
  connector.process().signal(SIGTERM);
  connector.process().signal(SIGTERM);
  const auto ended = connector.process().wait(Millis{10'000});
  ASSERT_TRUE(ended);
}

}  // namespace
}  // namespace wac::testing
