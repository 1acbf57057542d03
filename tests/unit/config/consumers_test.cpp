#include "config/consumers.h"

#include "config/snapshot.h"
#include "config_fixture.h"

namespace wac::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kKeyText = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr const char* kOlder = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

TEST(SigningKey, IsTwentyFourToSixtyFourBytesInBase64) {
  EXPECT_EQ(decode_signing_key(Secret{kKeyText}).value().size(), 24U);
  EXPECT_FALSE(decode_signing_key(Secret{"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})) << "without whsec_";
  EXPECT_FALSE(decode_signing_key(Secret{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS"})) << "not base64";
  EXPECT_FALSE(decode_signing_key(Secret{"whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRY="})) << "23 bytes";
  EXPECT_TRUE(decode_signing_key(Secret{"whsec_" + std::string(84, 'A') + "AA=="})) << "64 bytes";
  EXPECT_FALSE(decode_signing_key(Secret{"whsec_" + std::string(84, 'A') + "AAA="})) << "65 bytes";
}

TEST(ConsumerUrl, IsHttpsUnlessPlainTextIsAllowedOrTheHostIsThisOne) {
  EXPECT_TRUE(is_consumer_url("https://hooks.example/a/b?token=1", false));
  EXPECT_TRUE(is_consumer_url("https://hooks.example:8443", false));
  EXPECT_FALSE(is_consumer_url("http://hooks.example/", false));
  EXPECT_TRUE(is_consumer_url("http://hooks.example/", true));
  EXPECT_TRUE(is_consumer_url("http://127.0.0.1:8080/x", false));
  EXPECT_TRUE(is_consumer_url("http://localhost/x", false));
  for (const char* url :
       {"", "hooks.example", "ftp://hooks.example/", "https://", "https://user@hooks.example/",
        "https://hooks.example/a#b", "https://hooks.example?x=1", "https://hooks.example/a b"}) {
    EXPECT_FALSE(is_consumer_url(url, true)) << url;
  }
}

class ConsumerVariables : public ConfigTest {
 protected:
  ConsumerVariables() { use_production(); }
};

TEST_F(ConsumerVariables, DescribeOneOfTheTenant) {
  variables["WEBHOOK_CONSUMER_URL"] = "https://hooks.example/events";
  variables["WEBHOOK_CONSUMER_SECRET_FILE"] = write_file("key", std::string{kKeyText} + "\n");
  variables["WEBHOOK_CONSUMER_SECRET_PREVIOUS"] = kOlder;
  const LoadResult result = load_all();
  ASSERT_THAT(problems(), IsEmpty());
  const Snapshot snapshot{result.config, 1};
  ASSERT_EQ(snapshot.consumers().size(), 1U);
  const ConsumerEntry* consumer =
      snapshot.consumer(TenantId::parse("default").value(), ConsumerId::parse("default").value());
  ASSERT_NE(consumer, nullptr);
  EXPECT_EQ(consumer->config.url, "https://hooks.example/events");
  EXPECT_EQ(consumer->config.keys.size(), 2U);
  EXPECT_EQ(consumer->config.timeout, Millis{10'000});
  EXPECT_EQ(consumer->config.parallel, 8U);
  const std::string text = print(result.config);
  EXPECT_THAT(text, HasSubstr("WEBHOOK_CONSUMER_URL=<secret>\n"));
  EXPECT_THAT(text, HasSubstr("WEBHOOK_CONSUMER_SECRET_PREVIOUS=<secret>\n"));
  EXPECT_THAT(text, Not(HasSubstr("hooks.example")));
}

TEST_F(ConsumerVariables, ThatAreHalfThereOrWeakAreRefused) {
  variables["WEBHOOK_CONSUMER_URL"] = "https://hooks.example/events";
  EXPECT_THAT(problem_keys(), ElementsAre("WEBHOOK_CONSUMER_SECRET"));
  variables["WEBHOOK_CONSUMER_SECRET"] = "whsec_short";
  EXPECT_THAT(problem_keys(), ElementsAre("WEBHOOK_CONSUMER_SECRET"));
  variables["WEBHOOK_CONSUMER_SECRET"] = kKeyText;
  variables["WEBHOOK_CONSUMER_URL"] = "http://hooks.example/events";
  EXPECT_THAT(problem_keys(), ElementsAre("WEBHOOK_CONSUMER_URL")) << "plain text in production";
  variables.erase("WEBHOOK_CONSUMER_URL");
  EXPECT_THAT(problem_keys(), ElementsAre("WEBHOOK_CONSUMER_URL")) << "a key without a consumer";
}

TEST_F(ConsumerVariables, DeliveryHasLimits) {
  variables["DELIVERY_RETRY_FIRST_MS"] = "5000";
  variables["DELIVERY_RETRY_MAX_MS"] = "4000";
  EXPECT_THAT(problem_keys(), ElementsAre("DELIVERY_RETRY_MAX_MS"));
  variables["DELIVERY_RETRY_MAX_MS"] = "5000";
  variables["DELIVERY_GIVE_UP_MS"] = "99";
  variables["DELIVERY_PAUSE_AFTER_MS"] = "99";
  variables["DELIVERY_PAUSE_FAILURES"] = "0";
  variables["DELIVERY_LEASE_MS"] = "999";
  EXPECT_THAT(problem_keys(), ElementsAre("DELIVERY_GIVE_UP_MS", "DELIVERY_PAUSE_AFTER_MS",
                                          "DELIVERY_PAUSE_FAILURES", "DELIVERY_LEASE_MS"));
}

class ConsumersOfAFile : public ConfigTest {
 protected:
  ConsumersOfAFile() {
    use_production();
    write_file("key", std::string{kKeyText} + "\n");
    write_file("weak", std::string(50, 'x') + "\n");
    variables["OLDER"] = kOlder;
  }
  LoadResult with(const std::string& consumers) {
    variables["TENANTS_FILE"] =
        write_file("tenants.yaml", "tenants:\n  - id: acme\n    consumers:\n" + consumers);
    return load_all();
  }
  std::vector<std::string> found(const std::string& consumers) {
    std::vector<std::string> list;
    for (const Problem& problem : with(consumers).problems) list.push_back(problem.key);
    return list;
  }
};

TEST_F(ConsumersOfAFile, AreReadWithTheirFilters) {
  const LoadResult result = with(R"(
      - id: crm
        url: https://crm.example/hooks/very-secret
        secret_file: key
        previous_secret_env: OLDER
        types: [whatsapp.message., whatsapp.account.alert]
        senders: ["106540352242922"]
        timeout_ms: 100
        parallel: 1000
        start: now
)");
  ASSERT_THAT(result.problems, IsEmpty());
  const ConsumerConfig& crm = result.config.tenants.back().consumers.at(0);
  EXPECT_EQ(crm.id.str(), "crm");
  EXPECT_EQ(crm.keys.size(), 2U);
  EXPECT_THAT(crm.types, ElementsAre("whatsapp.message.", "whatsapp.account.alert"));
  ASSERT_EQ(crm.senders.size(), 1U);
  EXPECT_EQ(crm.timeout, Millis{100});
  EXPECT_EQ(crm.parallel, 1'000U);
  EXPECT_EQ(crm.start, ConsumerStart::kNow);
  const std::string text = print(result.config);
  EXPECT_THAT(text, HasSubstr("        url: https://crm.example/<secret>\n"));
  EXPECT_THAT(text, HasSubstr("        types: [whatsapp.message., whatsapp.account.alert]\n"));
  EXPECT_THAT(text, Not(HasSubstr("very-secret")));
}

TEST_F(ConsumersOfAFile, SayWhatIsWrongAndWhere) {
  EXPECT_THAT(found("      - {}\n"), ElementsAre("tenants[0].consumers[0].id", "tenants[0].consumers[0].url",
                                                 "tenants[0].consumers[0].secret_file"));
  EXPECT_THAT(
      found("      - {id: a, url: \"http://far.example/\", secret_file: weak, parallel: 1001, timeout_ms: 99,"
            " types: [message], senders: [x], start: later, color: red}\n"),
      ElementsAre("tenants[0].consumers[0].url", "tenants[0].consumers[0].secret_file",
                  "tenants[0].consumers[0].types", "tenants[0].consumers[0].senders",
                  "tenants[0].consumers[0].timeout_ms", "tenants[0].consumers[0].parallel",
                  "tenants[0].consumers[0].start", "tenants[0].consumers[0].color"));
  EXPECT_THAT(found("      - {id: a, url: \"https://a.example/\", secret_file: key}\n"
                    "      - {id: a, url: \"https://b.example/\", secret_file: key}\n"),
              ElementsAre("tenants[0].consumers[1].id"));
}

}  // namespace
}  // namespace wac::config
