#include "config/settings.h"
#include "config_fixture.h"
#include "support/rsa_key.h"

#include <fstream>

namespace wac::config {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Load = ConfigTest;

TEST_F(Load, ReadsACompleteProductionEnvironment) {
  use_production();
  const LoadResult result = load_all();
  EXPECT_THAT(problems(), IsEmpty());
  EXPECT_THAT(result.notes, IsEmpty());
  const Config& config = result.config;
  EXPECT_EQ(config.environment, Environment::kProduction);
  EXPECT_EQ(config.store, StoreKind::kRedis);
  ASSERT_EQ(config.tenants.size(), 1U);
  EXPECT_EQ(config.tenants[0].id.str(), "default");
  ASSERT_EQ(config.tenants[0].senders.size(), 1U);
  EXPECT_EQ(config.tenants[0].senders[0].id.str(), "106540352242922");
  EXPECT_EQ(text(config.tenants[0].senders[0].token), "EAAG-production-token");
  ASSERT_EQ(config.webhook_secrets.size(), 1U);
  EXPECT_EQ(text(config.verify_token), "verify-me-please");
  ASSERT_EQ(config.api_keys.size(), 1U);
  EXPECT_EQ(config.api_keys[0].digest[0], 0xaa);
  EXPECT_FALSE(std::filesystem::exists(data_dir()));
}

TEST_F(Load, ReadsEverySetting) {
  use_production();
  const std::map<std::string, std::string> others{
      {"LISTEN_ADDRESS", "::1"},
      {"PORT", "1"},
      {"ADMIN_ADDRESS", "10.0.0.1"},
      {"ADMIN_PORT", "2"},
      {"THREADS", "3"},
      {"LOG_LEVEL", "debug"},
      {"DRAIN_TIMEOUT_MS", "4000"},
      {"GRAPH_API_URL", "https://graph.example:8443"},
      {"GRAPH_API_VERSION", "v26.1"},
      {"TLS_CA_FILE", "/dev/null"},
      {"GRAPH_TIMEOUT_MS", "5000"},
      {"GRAPH_HTTP2", "0"},
      {"GRAPH_HTTP2_STREAMS", "12"},
      {"TEMPLATE_REFRESH_MS", "60000"},
      {"WHATSAPP_BUSINESS_ACCOUNT_ID", "102290129340398"},
      {"TENANT_ID", "acme"},
      {"API_KEY_HASHES", "acme:" + std::string(64, 'B')},
      {"WHATSAPP_WEBHOOK_SECRET_PREVIOUS", "previous-previous"},
      {"ADMIN_KEY", "admin-key-admin-key"},
      {"STORE", "redis"},
      {"ALLOW_SINGLE_NODE", "1"},
      {"REDIS_WAIT", "2"},
      {"LEASE_MS", "7000"},
      {"INTENT_RETENTION_MS", "86400001"},
      {"EVENT_DEDUPE_RETENTION_MS", "86400002"},
      {"EVENT_RETENTION_MS", "86400003"},
      {"CONTACT_RETENTION_MS", "172800001"},
      {"UNKNOWN_WINDOW_MS", "8000"},
      {"ON_UNKNOWN", "resend"},
      {"MAX_ATTEMPTS", "9"},
      {"MAX_AGE_MS", "10000"},
      {"RETRY_FIRST_MS", "11"},
      {"RETRY_MAX_MS", "12"},
      {"REQUEST_BUDGET_MS", "1300"},
      {"SENDS_IN_FLIGHT", "14"},
      {"RETRY_AFTER_MAX_MS", "15"},
      {"SENDER_RATE", "16"},
      {"TENANT_RATE", "17"},
      {"PAIR_INTERVAL_MS", "18"},
      {"PAIR_BURST", "19"},
      {"BREAKER_MIN", "20"},
      {"BREAKER_PERCENT", "21"},
      {"BREAKER_WINDOW_MS", "2200"},
      {"BREAKER_OPEN_MS", "23"},
      {"BREAKER_OPEN_MAX_MS", "24"},
      {"WEBHOOK_CONSUMER_URL", "https://hooks.example/events"},
      {"WEBHOOK_CONSUMER_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
      {"WEBHOOK_CONSUMER_SECRET_PREVIOUS", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"},
      {"CONSUMER_ADDRESS_POLICY", "public"},
      {"DELIVERY_RETRY_FIRST_MS", "25"},
      {"DELIVERY_RETRY_MAX_MS", "26"},
      {"DELIVERY_GIVE_UP_MS", "2700"},
      {"DELIVERY_PAUSE_AFTER_MS", "2800"},
      {"DELIVERY_PAUSE_FAILURES", "29"},
      {"DELIVERY_LEASE_MS", "3000"},
      {"DELIVERY_DEAD_LETTERS_MAX", "31"},
      {"PUBSUB_TOPIC", "projects/project-1/topics/events"},
      {"PUBSUB_ORDERING", "none"},
      {"PUBSUB_ENDPOINT", "https://europe-west1-pubsub.googleapis.com"},
      {"GOOGLE_APPLICATION_CREDENTIALS",
       write_file("account.json", testing::service_account_json("https://oauth2.googleapis.com/token"))},
      {"GCE_METADATA_HOST", "metadata.example:81"},
      {"EVENT_GROUP_LEASE_MS", "31000"},
      {"EVENT_GROUP_ATTEMPTS", "32"},
      {"EVENT_GROUP_IN_FLIGHT", "33"},
      {"EVENT_GROUP_WINDOW", "34"},
      {"EVENT_GROUPS_MAX", "35"},
      {"TENANTS_FILE", write_file("tenants.yaml", "tenants: []\n")},
      {"MEDIA_TIMEOUT_MS", "1500"},
      {"MEDIA_IN_FLIGHT", "16"},
      {"MEDIA_MAX_BYTES", "17"},
      {"MEDIA_URL_TTL_MS", "18"},
      {"MEDIA_ALLOWED_HOSTS", "a.example,*.b.example"},
      {"MEDIA_ALLOWED_NETWORKS", "10.1.0.0/16,fd00::/8"},
      {"MEDIA_ALLOWED_PORTS", "8443,9443"},
      {"MEDIA_DOWNLOAD_HOSTS", "lookaside.fbsbx.com,*.fbcdn.net"},
      {"MEDIA_ALLOW_HTTP", "0"},
      {"MEDIA_ARCHIVE", "file:///var/lib/media"},
      {"MEDIA_ARCHIVE_RETENTION_MS", "31"},
      {"MEDIA_ARCHIVE_MIN_FREE_BYTES", "32"},
      {"GCS_ENDPOINT", "https://storage.example:444"},
  };
  for (const auto& [name, value] : others) variables[name] = value;
  const LoadResult result = load_all();
  EXPECT_THAT(problems(), IsEmpty());
  // Each setting shows what was set, and nothing of the table was forgotten here.
  for (const Setting& setting : all_settings()) {
    // Neither is for production.
    if (setting.name == "STAGING_OUTBOUND_TOKEN" || setting.name == "PUBSUB_EMULATOR_HOST") continue;
    ASSERT_TRUE(variables.contains(setting.name)) << setting.name;
    EXPECT_EQ(setting.show(result.config),
              setting.secrecy == Secrecy::kSecret ? "set" : variables[setting.name])
        << setting.name;
  }
  EXPECT_EQ(result.config.webhook_secrets.size(), 2U);
  EXPECT_EQ(text(result.config.webhook_secrets[1]), "previous-previous");
  EXPECT_TRUE(result.config.resend_unknown);
  EXPECT_EQ(result.config.lease, Millis{7000});
}

TEST_F(Load, DefaultsAreThoseOfTheHeader) {
  const Config defaults;
  const LoadResult result = load_all();
  EXPECT_EQ(result.config.port, defaults.port);
  EXPECT_EQ(result.config.lease, defaults.lease);
  EXPECT_EQ(result.config.drain_timeout, Millis{30'000});
  EXPECT_EQ(result.config.environment, Environment::kDevelopment);
}

struct Bad {
  const char* name;
  std::vector<std::string> values;
};

TEST_F(Load, RefusesValuesOutsideTheirRange) {
  const std::vector<Bad> cases{
      {"ENVIRONMENT", {"prod", "Production", "x"}},
      {"LISTEN_ADDRESS", {"localhost", "1.2.3", "::g"}},
      {"ADMIN_ADDRESS", {"*"}},
      {"PORT", {"-1", "65536", "80a", " 80", "0x50", "1e3", "99999999999999999999"}},
      {"ADMIN_PORT", {"65536"}},
      {"THREADS", {"65", "-1"}},
      {"LOG_LEVEL", {"trace", "INFO"}},
      {"DRAIN_TIMEOUT_MS", {"99", "600001"}},
      {"GRAPH_API_URL", {"graph.facebook.com", "ftp://x", "https://", "https://x/y", "https://u@x"}},
      {"GRAPH_API_VERSION", {"25.0", "v25", "v.0", "v25.", "v25.0/me"}},
      {"GRAPH_TIMEOUT_MS", {"99", "60001"}},
      {"TEMPLATE_REFRESH_MS", {"9999", "86400001"}},
      {"WHATSAPP_BUSINESS_ACCOUNT_ID", {"1234", "123456789012345678901", "12345x"}},
      {"MEDIA_TIMEOUT_MS", {"999", "600001"}},
      {"MEDIA_IN_FLIGHT", {"0", "257"}},
      {"MEDIA_MAX_BYTES", {"0", "104857601"}},
      {"MEDIA_ALLOWED_HOSTS", {"Upper.example", "a b", ",a.example", "https://a.example", "*"}},
      {"MEDIA_ALLOWED_NETWORKS", {"10.0.0.1/8", "all", "10.0.0.0/8,", "10.0.0.0/8;fd00::/8"}},
      {"MEDIA_ALLOWED_PORTS", {"0", "65536", "443-500"}},
      {"MEDIA_ALLOW_HTTP", {"yes"}},
      {"TENANT_ID", {"Acme", "-a", "tenant-5511999999999"}},
      {"WHATSAPP_PHONE_NUMBER_ID", {"+5511999999999", "1234", "123456789012345678901", "12345x"}},
      {"WHATSAPP_ACCESS_TOKEN", {"short", "with space in it", "line\nfeed-in-it"}},
      {"WHATSAPP_VERIFY_TOKEN", {"1234567"}},
      {"WHATSAPP_WEBHOOK_SECRET", {"123456789012345"}},
      {"WHATSAPP_WEBHOOK_SECRET_PREVIOUS", {"123456789012345"}},
      {"API_KEY_HASHES",
       {"default", "default:abc", ":" + std::string(64, 'a'), "Bad:" + std::string(64, 'a'),
        "default:" + std::string(64, 'a') + ",default:" + std::string(64, 'a'), ",",
        "other:" + std::string(64, 'a')}},
      {"STAGING_OUTBOUND_TOKEN", {"123456789012345"}},
      {"ADMIN_KEY", {"123456789012345"}},
      {"STORE", {"memory"}},
      {"ALLOW_SINGLE_NODE", {"yes"}},
      {"REDIS_URL", {"redis.example:6379", "http://redis", "rediss://", "redis://a b.example"}},
      {"REDIS_WAIT", {"-1", "17"}},
      {"KEYRING", {"{}", "x"}},
      {"LEASE_MS", {"1199", "600001", "11000"}},
      {"INTENT_RETENTION_MS", {"999", "2592000001"}},
      {"EVENT_DEDUPE_RETENTION_MS", {"999", "2592000001"}},
      {"EVENT_RETENTION_MS", {"999", "2592000001"}},
      {"CONTACT_RETENTION_MS", {"172799999", "31104000001"}},
      {"UNKNOWN_WINDOW_MS", {"99", "86400001"}},
      {"ON_UNKNOWN", {"ignore"}},
      {"MAX_ATTEMPTS", {"0", "101"}},
      {"MAX_AGE_MS", {"999", "2592000001"}},
      {"RETRY_FIRST_MS", {"9", "60001"}},
      {"RETRY_MAX_MS", {"9", "3600001"}},
      {"REQUEST_BUDGET_MS", {"99", "300001"}},
      {"SENDS_IN_FLIGHT", {"0", "10001"}},
      {"GRAPH_HTTP2", {"yes"}},
      {"GRAPH_HTTP2_STREAMS", {"0", "1001"}},
      {"RETRY_AFTER_MAX_MS", {"-1", "86400001"}},
      {"SENDER_RATE", {"-1", "10001"}},
      {"TENANT_RATE", {"-1", "1000001"}},
      {"PAIR_INTERVAL_MS", {"-1", "3600001"}},
      {"PAIR_BURST", {"0", "10001"}},
      {"BREAKER_MIN", {"-1", "100001"}},
      {"BREAKER_PERCENT", {"0", "101"}},
      {"BREAKER_WINDOW_MS", {"99", "3600001"}},
      {"BREAKER_OPEN_MS", {"9", "3600001"}},
      {"BREAKER_OPEN_MAX_MS", {"9", "86400001", "9999"}},
      {"EVENT_GROUP_LEASE_MS", {"99", "3600001"}},
      {"EVENT_GROUP_ATTEMPTS", {"0", "1001"}},
      {"EVENT_GROUP_IN_FLIGHT", {"0", "1001"}},
      {"EVENT_GROUP_WINDOW", {"0", "1001"}},
      {"EVENT_GROUPS_MAX", {"0", "1001"}},
      {"TLS_CA_FILE", {"/nonexistent/ca.pem"}},
  };
  for (const Bad& bad : cases) {
    for (const std::string& value : bad.values) {
      variables.clear();
      variables["DATA_DIR"] = data_dir();
      variables["GRAPH_API_URL"] = "http://127.0.0.1:1";
      variables[bad.name] = value;
      const auto keys = problem_keys();
      EXPECT_THAT(keys, Contains(std::string{bad.name})) << bad.name << "=" << value;
      // What is wrong is said once, without the value.
      EXPECT_EQ(std::ranges::count(keys, bad.name), 1) << bad.name;
      for (const std::string& problem : problems()) {
        // Shorter ones, and bare schemes, are part of the rules' own words.
        if (value.size() > 9) EXPECT_THAT(problem, ::testing::Not(HasSubstr(value)));
      }
    }
  }
}

TEST_F(Load, SaysWhatToSet) {
  variables["PORT"] = "http";
  variables["GRAPH_API_URL"] = "http://localhost:9999";
  variables["ON_UNKNOWN"] = "x";
  EXPECT_THAT(problems(), ElementsAre("PORT: set PORT to a number from 0 to 65535",
                                      "ON_UNKNOWN: set ON_UNKNOWN to one of: hold, resend"));
}

TEST_F(Load, TakesAnEmptyVariableAsUnset) {
  use_production();
  variables["PORT"] = "";
  variables["STAGING_OUTBOUND_TOKEN"] = "";
  EXPECT_THAT(problems(), IsEmpty());
  variables["KEYRING"] = "";
  EXPECT_THAT(problem_keys(), ElementsAre("KEYRING"));
}

TEST_F(Load, ReadsAnySettingFromAFile) {
  use_production();
  std::ofstream{directory + "/secret"} << "from-a-file-from-a-file\r\n\n";
  std::ofstream{directory + "/port"} << "8123\n";
  variables.erase("WHATSAPP_WEBHOOK_SECRET");
  variables["WHATSAPP_APP_SECRET_FILE"] = directory + "/secret";
  variables["PORT_FILE"] = directory + "/port";
  const LoadResult result = load_all();
  EXPECT_THAT(problems(), IsEmpty());
  EXPECT_EQ(text(result.config.webhook_secrets.at(0)), "from-a-file-from-a-file");
  EXPECT_EQ(result.config.port, 8123);
}

TEST_F(Load, RefusesTwoSourcesOfOneSetting) {
  use_production();
  std::ofstream{directory + "/port"} << "8123";
  variables["PORT"] = "8080";
  variables["PORT_FILE"] = directory + "/port";
  variables["WHATSAPP_APP_SECRET"] = "0123456789abcdef0123456789abcdef";
  EXPECT_THAT(problems(), ElementsAre("PORT: set only one of PORT and PORT_FILE",
                                      "WHATSAPP_WEBHOOK_SECRET: set only one of WHATSAPP_WEBHOOK_SECRET and "
                                      "WHATSAPP_APP_SECRET"));
}

TEST_F(Load, RefusesFilesThatAreMissingEmptyOrTooLarge) {
  use_production();
  variables.erase("KEYRING");
  const std::string file = directory + "/keyring";
  variables["KEYRING_FILE"] = file;
  const std::string problem = "KEYRING: set KEYRING_FILE to a readable file with 1 to 65536 bytes";
  EXPECT_THAT(problems(), ElementsAre(problem));
  std::ofstream{file} << "\n";
  EXPECT_THAT(problems(), ElementsAre(problem));
  std::ofstream{file} << kKeyring << std::string(64 * 1024, ' ');
  EXPECT_THAT(problems(), ElementsAre(problem));
  std::ofstream{file} << kKeyring;
  EXPECT_THAT(problems(), IsEmpty());
  variables["KEYRING_FILE"] = directory;
  EXPECT_THAT(problems(), ElementsAre(problem));
}

TEST_F(Load, NotesVariablesThatLookLikeOursButAreNot) {
  use_production();
  const auto notes = load_all({"WHATSAPP_ACCESS_TOKEN", "WHATSAPP_APP_SECRET_FILE", "PATH",
                               "WHATSAPP_ACESS_TOKEN", "WHATSAPP_TOKEN_FILE"})
                         .notes;
  EXPECT_THAT(notes,
              ElementsAre("WHATSAPP_ACESS_TOKEN is set but is not a variable of this program: it is ignored",
                          "WHATSAPP_TOKEN_FILE is set but is not a variable of this program: it is ignored"));
}

TEST_F(Load, BoundsTheNumberOfApiKeys) {
  use_production();
  const auto keys = [](int count) {
    std::string list;
    for (int i = 0; i < count; ++i) {
      const std::string number = std::to_string(i);
      list += (i == 0 ? "default:" : ",default:") + std::string(64 - number.size(), 'a') + number;
    }
    return list;
  };
  variables["API_KEY_HASHES"] = keys(1000);
  EXPECT_EQ(load_all().config.api_keys.size(), 1000U);
  EXPECT_THAT(problems(), IsEmpty());
  variables["API_KEY_HASHES"] = keys(1001);
  EXPECT_THAT(problem_keys(), ElementsAre("API_KEY_HASHES"));
}

}  // namespace
}  // namespace wac::config
