// Template messages against the sandbox's own listing, and dry runs, which leave no trace.

#include "engines.h"

namespace wac::testing {
namespace {

namespace json = boost::json;

class TemplatesTest : public ServiceTest {
 protected:
  void SetUp() override { launch({{"WHATSAPP_BUSINESS_ACCOUNT_ID", "102290129340398"}}); }

  static std::string order(const std::string& id, const std::string& parameters) {
    return R"({"intents":[{"intentId":")" + id +
           R"(","to":"+16505551234","payload":{"type":"template","template":)" +
           R"({"name":"summer_sale","language":{"code":"en_US"},"components":[)" +
           R"({"type":"header","parameters":[{"type":"text","text":"Ada"}]},{"type":"body","parameters":[)" +
           parameters + R"(]},{"type":"button","sub_type":"copy_code","index":"0","parameters":)" +
           R"([{"type":"coupon_code","coupon_code":"SUN"}]}]}}}]})";
  }
  static constexpr const char* kOne = R"({"type":"text","text":"a"})";
  static constexpr const char* kTwo = R"({"type":"text","text":"a"},{"type":"text","text":"b"})";

  /// A dry run waits for the listing, so that what follows finds it known.
  json::object dry_run(const std::string& body) {
    const HttpReply reply = connector_->post("/v1/intents?dryRun=true", body);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return first_result(reply);
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, TemplatesTest, ::testing::Values(Engine::kEmbedded, Engine::kRedis),
                         engine_name);

TEST_P(TemplatesTest, ADryRunChecksEverythingAndLeavesNoTrace) {
  const std::string good = random_uuid();
  EXPECT_EQ(dry_run(order(good, kTwo)).at("status"), "valid");
  EXPECT_EQ(state_of(good), "") << "not recorded";
  const auto bad = dry_run(order(random_uuid(), kOne));
  EXPECT_EQ(bad.at("status"), "invalid");
  EXPECT_EQ(bad.at("errorCode"), "template_parameters");
  EXPECT_EQ(bad.at("errors").at(0).at("pointer"), "/intents/0/payload/template/components/1/parameters");
  EXPECT_EQ(dry_run(text_intent(random_uuid(), "16505551234")).at("errorCode"), "invalid_recipient");
  EXPECT_EQ(connector_->post("/v1/intents?dryRun=true", R"({"intents":[{}]})").status, 400);
  EXPECT_EQ(connector_->post("/v1/intents?dryRun=maybe", text_intent(random_uuid())).status, 400);
  EXPECT_EQ(accepted(), 0);
  EXPECT_EQ(connector_->metric("whatsapp_messages_sent_total"), 0);
  const HttpReply sent = connector_->post("/v1/intents", order(good, kTwo));
  EXPECT_EQ(first_result(sent).at("status"), "sent")
      << "the dry run did not use the intent up: " << sent.body;
  EXPECT_EQ(accepted(), 1);
}

TEST_P(TemplatesTest, AMessageThatDoesNotFitFailsUnsent) {
  dry_run(order(random_uuid(), kTwo));
  const std::string id = random_uuid();
  const auto result = first_result(connector_->post("/v1/intents", order(id, kOne)));
  EXPECT_EQ(result.at("status"), "failed");
  EXPECT_EQ(result.at("errorCode"), "template_parameters");
  EXPECT_EQ(result.at("errorMessage"),
            "/template/components/1/parameters must have exactly 2: the template's body has 2 variables");
  EXPECT_EQ(state_of(id), "failed");
  const auto shown = json::parse(connector_->get("/v1/intents/" + id).body);
  EXPECT_EQ(shown.at("errorCode"), "template_parameters");
  EXPECT_EQ(accepted(), 0);
}

}  // namespace
}  // namespace wac::testing
