#include "config_fixture.h"

namespace wac::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

using Rules = ConfigTest;

TEST_F(Rules, ProductionListsEverythingThatIsMissingAtOnce) {
  variables["ENVIRONMENT"] = "production";
  EXPECT_THAT(problem_keys(), UnorderedElementsAre("WHATSAPP_PHONE_NUMBER_ID", "WHATSAPP_ACCESS_TOKEN",
                                                   "WHATSAPP_WEBHOOK_SECRET", "WHATSAPP_VERIFY_TOKEN",
                                                   "KEYRING", "API_KEY_HASHES", "REDIS_URL"));
  EXPECT_FALSE(std::filesystem::exists(data_dir()));
}

TEST_F(Rules, StagingAsksForTheSame) {
  variables["ENVIRONMENT"] = "staging";
  EXPECT_EQ(problem_keys().size(), 7U);
  EXPECT_FALSE(std::filesystem::exists(data_dir()));
}

TEST_F(Rules, EachCredentialIsRequiredInProductionAndStaging) {
  for (const char* environment : {"production", "staging"}) {
    for (const char* key : {"WHATSAPP_PHONE_NUMBER_ID", "WHATSAPP_ACCESS_TOKEN", "WHATSAPP_WEBHOOK_SECRET",
                            "WHATSAPP_VERIFY_TOKEN", "KEYRING", "API_KEY_HASHES", "REDIS_URL"}) {
      use_production();
      variables["ENVIRONMENT"] = environment;
      variables.erase(key);
      EXPECT_THAT(problem_keys(), ElementsAre(key)) << environment;
    }
  }
}

TEST_F(Rules, AStagingTokenStandsInForApiKeysInStagingOnly) {
  use_production();
  variables.erase("API_KEY_HASHES");
  variables["STAGING_OUTBOUND_TOKEN"] = "staging-staging-staging";
  variables["ENVIRONMENT"] = "staging";
  EXPECT_THAT(problems(), IsEmpty());
  variables["ENVIRONMENT"] = "production";
  EXPECT_THAT(problem_keys(), UnorderedElementsAre("API_KEY_HASHES", "STAGING_OUTBOUND_TOKEN"));
}

TEST_F(Rules, RedisMustUseTlsOutsideDevelopment) {
  use_production();
  variables["REDIS_URL"] = "redis://redis.example:6379";
  EXPECT_THAT(problem_keys(), ElementsAre("REDIS_URL"));
  variables["ENVIRONMENT"] = "staging";
  EXPECT_THAT(problem_keys(), ElementsAre("REDIS_URL"));
}

TEST_F(Rules, ASingleNodeMustBeAskedForTwice) {
  use_production();
  variables.erase("REDIS_URL");
  variables["STORE"] = "embedded";
  EXPECT_THAT(problem_keys(), ElementsAre("REDIS_URL"));
  variables["ALLOW_SINGLE_NODE"] = "1";
  EXPECT_THAT(problems(), IsEmpty());
  EXPECT_EQ(load_all().config.store, StoreKind::kEmbedded);
  variables["STORE"] = "redis";
  EXPECT_THAT(problem_keys(), ElementsAre("REDIS_URL"));
}

TEST_F(Rules, AllowSingleNodeAloneDoesNotMakeRedisOptional) {
  use_production();
  variables["REDIS_URL"] = "redis://redis.example:6379";
  variables["ALLOW_SINGLE_NODE"] = "1";
  EXPECT_THAT(problem_keys(), ElementsAre("REDIS_URL"));
}

TEST_F(Rules, TheEmbeddedStoreHasNoReplicasToWaitFor) {
  use_production();
  variables["REDIS_WAIT"] = "1";
  EXPECT_THAT(problems(), IsEmpty());
  variables.erase("REDIS_URL");
  variables["STORE"] = "embedded";
  variables["ALLOW_SINGLE_NODE"] = "1";
  EXPECT_THAT(problem_keys(), ElementsAre("REDIS_WAIT"));
}

TEST_F(Rules, SaysThatAnUnusedRedisUrlIsNotUsed) {
  use_production();
  variables["STORE"] = "embedded";
  variables["ALLOW_SINGLE_NODE"] = "1";
  EXPECT_THAT(load_all().notes, ElementsAre("REDIS_URL is set but not used, because STORE is embedded"));
}

TEST_F(Rules, GraphOverPlainHttpIsRefusedInProduction) {
  use_production();
  variables["GRAPH_API_URL"] = "http://127.0.0.1:8081";
  EXPECT_THAT(problems(), ElementsAre("GRAPH_API_URL: set it to an https:// URL in production"));
  variables["ENVIRONMENT"] = "staging";
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(Rules, RetentionsAreAtLeastADayInProduction) {
  for (const char* key : {"INTENT_RETENTION_MS", "EVENT_DEDUPE_RETENTION_MS", "EVENT_RETENTION_MS"}) {
    use_production();
    variables["MAX_AGE_MS"] = "1000";
    variables[key] = "86399999";
    EXPECT_THAT(problem_keys(), ElementsAre(key));
    variables["ENVIRONMENT"] = "staging";
    EXPECT_THAT(problems(), IsEmpty());
    variables["ENVIRONMENT"] = "production";
    variables[key] = "86400000";
    EXPECT_THAT(problems(), IsEmpty());
    variables.erase(key);
  }
}

TEST_F(Rules, ALeaseOutlastsAnAttempt) {
  use_production();
  variables["GRAPH_TIMEOUT_MS"] = "10000";
  variables["LEASE_MS"] = "11000";
  EXPECT_THAT(problem_keys(), ElementsAre("LEASE_MS"));
  variables["LEASE_MS"] = "11001";
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(Rules, TimesFitTogether) {
  use_production();
  variables["RETRY_FIRST_MS"] = "5000";
  variables["RETRY_MAX_MS"] = "4999";
  EXPECT_THAT(problem_keys(), ElementsAre("RETRY_MAX_MS"));
  variables["RETRY_MAX_MS"] = "5000";
  EXPECT_THAT(problems(), IsEmpty());
  variables["MAX_AGE_MS"] = "86400001";
  EXPECT_THAT(problem_keys(), ElementsAre("MAX_AGE_MS"));
  variables["MAX_AGE_MS"] = "1000";
  variables["ENVIRONMENT"] = "staging";
  variables["INTENT_RETENTION_MS"] = "1000";
  variables["UNKNOWN_WINDOW_MS"] = "1001";
  EXPECT_THAT(problem_keys(), ElementsAre("UNKNOWN_WINDOW_MS"));
}

TEST_F(Rules, PortsDiffer) {
  use_production();
  variables["PORT"] = "9090";
  EXPECT_THAT(problem_keys(), ElementsAre("ADMIN_PORT"));
  variables["PORT"] = "0";
  variables["ADMIN_PORT"] = "0";
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(Rules, AnUnknownEnvironmentIsTheStrictestAndGeneratesNothing) {
  variables["ENVIRONMENT"] = "prodution";
  EXPECT_THAT(problems(),
              ElementsAre("ENVIRONMENT: set ENVIRONMENT to one of: development, staging, production"));
  EXPECT_EQ(load_all().config.environment, Environment::kProduction);
  EXPECT_FALSE(std::filesystem::exists(data_dir()));
}

TEST_F(Rules, TheEnvironmentIsNotGuessedInACluster) {
  for (const char* sign : {"K_SERVICE", "KUBERNETES_SERVICE_HOST"}) {
    variables.clear();
    variables["DATA_DIR"] = data_dir();
    variables[sign] = "x";
    EXPECT_THAT(problem_keys(), ElementsAre("ENVIRONMENT"));
    EXPECT_FALSE(std::filesystem::exists(data_dir()));
  }
}

TEST_F(Rules, CloudRunLeavesNineSecondsToDrain) {
  use_production();
  variables["K_SERVICE"] = "connector";
  EXPECT_EQ(load_all().config.drain_timeout, Millis{9'000});
  variables["DRAIN_TIMEOUT_MS"] = "5000";
  EXPECT_EQ(load_all().config.drain_timeout, Millis{5'000});
}

TEST_F(Rules, AKeyringIsCheckedAtTheStart) {
  use_production();
  variables["KEYRING"] = R"({"version":1,"fingerprint":"AAAA"})";
  EXPECT_THAT(problems(),
              ElementsAre("KEYRING: repair it: keyring.fingerprint: 32 bytes in base64 are expected"));
}

}  // namespace
}  // namespace wac::config
