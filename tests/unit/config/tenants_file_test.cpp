#include "config_fixture.h"

namespace wac::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kHashA(64, 'a');
const std::string kHashB(64, 'b');

class TenantsFile : public ConfigTest {
 protected:
  TenantsFile() {
    write_file("secrets/acme", "acme-access-token\n");
    write_file("secrets/verify", "shop-verify-token\n");
    write_file("secrets/new", "new-app-secret-0123\n");
    write_file("secrets/old", "old-app-secret-0123\n");
    variables["BOLT_TOKEN"] = "bolt-access-token";
    variables["GRAPH_API_URL"] = "http://127.0.0.1:9";
  }
  void use(const std::string& yaml) { variables["TENANTS_FILE"] = write_file("tenants.yaml", yaml); }

  /// "line key: rule" of each problem of the file, "key: rule" of each other.
  std::vector<std::string> found(const std::string& yaml) {
    use(yaml);
    std::vector<std::string> list;
    for (const Problem& problem : load_all().problems) {
      EXPECT_EQ(problem.file.empty(), problem.line == 0);
      list.push_back((problem.line == 0 ? "" : std::to_string(problem.line) + " ") + problem.key + ": " +
                     problem.rule);
    }
    return list;
  }

  static std::string complete() {
    return R"(fallback_tenant: bolt
defaults:
  limits: {sender_per_second: 40, pair_burst: 9}
  policies: {max_attempts: 5}
apps:
  - name: shop
    verify_token_file: secrets/verify
    secret_file: secrets/new
    previous_secret_file: secrets/old
tenants:
  - id: acme
    api_key_hashes:
      - )" +
           kHashA + R"(
    limits: {tenant_per_second: 100}
    policies: {on_unknown: resend, max_age_ms: 60000}
    senders:
      - phone_number_id: "106540352242922"
        waba_id: 102290129340398
        token_file: secrets/acme
      - phone_number_id: 106540352242923
        token_env: BOLT_TOKEN
        limits: {sender_per_second: 20, pair_interval_ms: 0}
  - id: bolt
    senders:
      - phone_number_id: 106540352242924
        token_env: BOLT_TOKEN
)";
  }
};

TEST_F(TenantsFile, DescribesTenantsSendersKeysLimitsPoliciesAndApps) {
  use(complete());
  const LoadResult result = load_all();
  ASSERT_THAT(problems(), IsEmpty());
  const Config& config = result.config;
  ASSERT_EQ(config.tenants.size(), 2U) << "the variables describe none beside them";
  const TenantConfig& acme = config.tenants[0];
  EXPECT_EQ(acme.id.str(), "acme");
  EXPECT_EQ(acme.policies.resend_unknown, true);
  EXPECT_EQ(acme.policies.max_age, Millis{60'000});
  EXPECT_EQ(acme.policies.max_attempts, 5U) << "from the defaults";
  ASSERT_EQ(acme.senders.size(), 2U);
  EXPECT_EQ(text(acme.senders[0].token), "acme-access-token");
  EXPECT_EQ(acme.senders[0].waba_id, "102290129340398");
  EXPECT_EQ(acme.senders[0].limits->sender_per_second, 40U);
  EXPECT_EQ(acme.senders[0].limits->tenant_per_second, 100U);
  EXPECT_EQ(acme.senders[0].limits->pair_burst, 9U);
  EXPECT_EQ(acme.senders[0].limits->pair_interval, Millis{6'000}) << "the configuration's own";
  EXPECT_EQ(text(acme.senders[1].token), "bolt-access-token");
  EXPECT_EQ(acme.senders[1].limits->sender_per_second, 20U);
  EXPECT_EQ(acme.senders[1].limits->pair_interval, Millis{0});
  ASSERT_EQ(config.api_keys.size(), 1U);
  EXPECT_EQ(config.api_keys[0].tenant.str(), "acme");
  EXPECT_EQ(config.fallback_tenant->str(), "bolt");
  ASSERT_EQ(config.apps.size(), 1U);
  EXPECT_EQ(config.apps[0].name, "shop");
  EXPECT_EQ(text(config.apps[0].verify_token), "shop-verify-token");
  ASSERT_EQ(config.apps[0].secrets.size(), 2U);
  EXPECT_EQ(text(config.apps[0].secrets[0]), "new-app-secret-0123");
  EXPECT_THAT(result.secret_variables, ElementsAre("BOLT_TOKEN"));
  std::vector<std::string> names;
  for (const WatchedFile& file : result.files) {
    names.push_back(std::filesystem::path{file.path}.filename().string());
    EXPECT_TRUE(file.stamp.present);
  }
  EXPECT_THAT(names, ElementsAre("tenants.yaml", "verify", "new", "old", "acme"));
}

TEST_F(TenantsFile, EveryBrokenRuleIsNamedAtItsPlaceAtOnce) {
  const auto list = found(R"(surprise: 1
apps:
  - name: Shop!
    verify_token_file: secrets/none
    secret: written-right-here
tenants:
  - id: acme
    api_key_hashes: [xyz]
    limits: {sender_per_second: -1, speed: 2}
    policies: {on_unknown: maybe, max_attempts: 11}
    senders:
      - phone_number_id: "+5511999999999"
        token_env: NOT_SET
      - token_file: secrets/acme
        token_env: BOLT_TOKEN
  - senders: none
)");
  EXPECT_THAT(
      list,
      ::testing::UnorderedElementsAre(
          "1 surprise: remove this key: there is none of that name here",
          "3 apps[0].name: write lower-case letters, digits, - and _, at most 64, without seven digits in a "
          "row "
          "here",
          "4 apps[0].verify_token_file: name a file that this process may read, with 1 to 65536 bytes",
          "5 apps[0].secret: use secret_file or secret_env: a secret is never written into this file",
          "8 tenants[0].api_key_hashes[0]: write the SHA-256 of an API key in 64 hex digits, made by "
          "`connectorctl keys`",
          "9 tenants[0].limits.sender_per_second: write a number from 0 to 10000",
          "9 tenants[0].limits.speed: remove this key: there is none of that name here",
          "10 tenants[0].policies.on_unknown: write hold or resend here",
          "10 tenants[0].policies.max_attempts: write a number from 1 to 10",
          "12 tenants[0].senders[0].phone_number_id: write 5 to 20 digits, the phone number's id in Meta's "
          "dashboard, not the number itself here",
          "13 tenants[0].senders[0].token_env: set the variable that is named here",
          "14 tenants[0].senders[1].phone_number_id: set it: 5 to 20 digits, the phone number's id in Meta's "
          "dashboard, not the number itself",
          "15 tenants[0].senders[1].token_env: keep one of token_file and token_env",
          "16 tenants[1].id: set it: lower-case letters, digits, - and _, at most 64, without seven digits "
          "in "
          "a row",
          "16 tenants[1].senders: write a list here: \"- item\" lines"));
  for (const std::string& problem : list) {
    for (const char* value : {"written-right-here", "xyz", "551199", "NOT_SET", "maybe", "secrets/none"}) {
      EXPECT_THAT(problem, Not(HasSubstr(value)));
    }
  }
}

TEST_F(TenantsFile, NothingIsThereTwice) {
  variables["WHATSAPP_PHONE_NUMBER_ID"] = "11111";
  variables["WHATSAPP_ACCESS_TOKEN"] = "variable-token";
  variables["API_KEY_HASHES"] = "default:" + kHashB;
  EXPECT_THAT(found("tenants:\n"
                    "  - id: acme\n"
                    "    api_key_hashes: [" +
                    kHashA + ", " + kHashB +
                    "]\n"
                    "    senders: [{phone_number_id: 22222, token_env: BOLT_TOKEN}]\n"
                    "  - id: acme\n"
                    "  - id: default\n"
                    "  - id: bolt\n"
                    "    api_key_hashes: [" +
                    std::string(64, 'A') +
                    "]\n"
                    "    senders:\n"
                    "      - {phone_number_id: 22222, token_env: BOLT_TOKEN}\n"
                    "      - {phone_number_id: 11111, token_env: BOLT_TOKEN}\n"),
              ElementsAre("3 tenants[0].api_key_hashes[1]: give each key once: it is already there in the "
                          "environment variables",
                          "5 tenants[1].id: give each tenant once: it is already there at line 2",
                          "6 tenants[2].id: give each tenant once: it is already there in the environment "
                          "variables",
                          "8 tenants[3].api_key_hashes[0]: give each key once: it is already there at line 3",
                          "10 tenants[3].senders[0].phone_number_id: give each sender once: it is already "
                          "there at line 4",
                          "11 tenants[3].senders[1].phone_number_id: give each sender once: it is already "
                          "there in the environment variables"));
}

TEST_F(TenantsFile, AFileThatCannotBeReadIsAProblem) {
  variables["TENANTS_FILE"] = directory + "/none.yaml";
  EXPECT_THAT(problem_keys(), ElementsAre("TENANTS_FILE"));
  EXPECT_THAT(found("tenants: [\n"), ElementsAre(HasSubstr("YAML: repair the YAML")));
  EXPECT_THAT(found("- a\n- b\n"), ElementsAre(HasSubstr("write a map here")));
  EXPECT_THAT(found("fallback_tenant: nobody\n"), ElementsAre(HasSubstr("write the id of a tenant here")));
}

TEST_F(TenantsFile, AnEmptyFileDoesNotTakeAllTenantsAway) {
  const std::string problem = "1 YAML: write `tenants: []` where there are none: an empty file is refused";
  EXPECT_THAT(found(""), ::testing::Contains(problem));
  EXPECT_THAT(found("# being written\n"), ::testing::Contains(problem));
  EXPECT_THAT(found("tenants: []\n"), Not(::testing::Contains(problem)));
}

TEST_F(TenantsFile, OfVeryManyProblemsAHundredAreListed) {
  std::string yaml = "tenants:\n";
  for (int i = 0; i < 250; ++i) yaml += "  - id: BAD\n";
  const auto list = found(yaml);
  ASSERT_EQ(list.size(), 101U);
  EXPECT_EQ(list.back(), "TENANTS_FILE: repair 150 more places");
}

TEST_F(TenantsFile, TheVariablesTenantComesFirstAndKeysMayNameTheFilesTenants) {
  variables["WHATSAPP_PHONE_NUMBER_ID"] = "11111";
  variables["WHATSAPP_ACCESS_TOKEN"] = "variable-token";
  variables["API_KEY_HASHES"] = "default:" + kHashA + ",bolt:" + kHashB;
  use("tenants: [{id: bolt}]\n");
  const LoadResult result = load_all();
  ASSERT_THAT(problems(), IsEmpty());
  ASSERT_EQ(result.config.tenants.size(), 2U);
  EXPECT_EQ(result.config.tenants[0].id.str(), "default");
  variables["API_KEY_HASHES"] = "nobody:" + kHashA;
  EXPECT_THAT(problem_keys(), ElementsAre("API_KEY_HASHES"));
}

TEST_F(TenantsFile, HalfASenderInTheVariablesIsRefused) {
  variables["WHATSAPP_PHONE_NUMBER_ID"] = "11111";
  use("tenants: [{id: bolt}]\n");
  EXPECT_THAT(problem_keys(), ElementsAre("WHATSAPP_ACCESS_TOKEN"));
  variables.erase("WHATSAPP_PHONE_NUMBER_ID");
  variables["WHATSAPP_ACCESS_TOKEN"] = "variable-token";
  EXPECT_THAT(problem_keys(), ElementsAre("WHATSAPP_PHONE_NUMBER_ID"));
}

TEST_F(TenantsFile, InProductionItsAppsCanReplaceTheDefaultOneButNotHalfOfIt) {
  use_production();
  for (const char* name : {"WHATSAPP_PHONE_NUMBER_ID", "WHATSAPP_ACCESS_TOKEN", "API_KEY_HASHES",
                           "WHATSAPP_VERIFY_TOKEN", "WHATSAPP_WEBHOOK_SECRET", "GRAPH_API_URL"}) {
    variables.erase(name);
  }
  use(complete());
  EXPECT_THAT(problems(), IsEmpty());
  variables["WHATSAPP_VERIFY_TOKEN"] = "verify-me-please";
  EXPECT_THAT(problem_keys(), ElementsAre("WHATSAPP_WEBHOOK_SECRET"));
  variables.erase("WHATSAPP_VERIFY_TOKEN");
  use("tenants: [{id: bolt}]\n");
  EXPECT_THAT(problem_keys(),
              ElementsAre("WHATSAPP_WEBHOOK_SECRET", "WHATSAPP_VERIFY_TOKEN", "API_KEY_HASHES"));
}

TEST_F(TenantsFile, IsPrintedWithItsSecretsMasked) {
  use(complete());
  const std::string printed = print(load_all().config);
  EXPECT_THAT(printed, HasSubstr("WHATSAPP_PHONE_NUMBER_ID=<unset>\n"));
  EXPECT_THAT(printed, HasSubstr("# TENANTS_FILE\nfallback_tenant: bolt\napps:\n  - name: shop\n"));
  EXPECT_THAT(printed, HasSubstr("  - id: acme\n    api_key_hashes: <1>\n    policies: {on_unknown: resend, "
                                 "max_attempts: 5, max_age_ms: 60000,"));
  EXPECT_THAT(printed, HasSubstr("      - phone_number_id: 106540352242923\n        token: <secret>\n"
                                 "        limits: {sender_per_second: 20, tenant_per_second: 100,"));
  for (const char* value : {"access-token", "app-secret", "verify-token"}) {
    EXPECT_THAT(printed, Not(HasSubstr(value)));
  }
  EXPECT_THAT(printed, Not(HasSubstr(kHashA)));
}

}  // namespace
}  // namespace wac::config
