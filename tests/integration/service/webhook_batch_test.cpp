// Notifications as large as Meta makes them, and statuses that find their intent.

#include "engines.h"

#include <sstream>

namespace wac::testing {
namespace {

namespace json = boost::json;

/// `count` messages of one sender in one change; `text` is each one's body.
std::string batch(std::size_t count, const std::string& text, const std::string& name = "B") {
  std::string messages;
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) messages += ',';
    messages += R"({"from":"16505551234","id":"wamid.)" + name + std::to_string(i) +
                R"(","timestamp":"1739321024","type":"text","text":{"body":")" + text + "\"}}";
  }
  return R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"field":"messages",)"
         R"("value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881",)"
         R"("phone_number_id":")" +
         std::string{kSender} + R"("},"messages":[)" + messages + "]}}]}]}";
}

class WebhookBatchTest : public ServiceTest {
 protected:
  /// All events there are, oldest first.
  std::vector<json::value> events() {
    std::vector<json::value> all;
    std::string cursor;
    for (;;) {
      const json::value page = json::parse(connector_->get("/v1/events?limit=500&cursor=" + cursor).body);
      for (const json::value& event : page.at("events").as_array()) all.push_back(event);
      if (page.at("events").as_array().empty()) return all;
      cursor = page.at("cursor").as_string();
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, WebhookBatchTest, ::testing::Values(Engine::kEmbedded, Engine::kRedis),
                         engine_name);

TEST_P(WebhookBatchTest, AThousandItemsAreAThousandEventsInTheirOrder) {
  launch();
  const std::string body = batch(1'000, "hello");
  ASSERT_EQ(connector_->post_webhook(body).status, 200);
  const auto all = events();
  ASSERT_EQ(all.size(), 1'000U);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].at("data").at("message").at("id").as_string(), "wamid.B" + std::to_string(i));
  }
  EXPECT_EQ(connector_->post_webhook(body).status, 200);
  EXPECT_EQ(connector_->metric("whatsapp_events_total{outcome=\"appended\"}"), 1'000);
  EXPECT_EQ(connector_->metric("whatsapp_events_total{outcome=\"duplicate\"}"), 1'000);
}

TEST_P(WebhookBatchTest, ThreeMegabytesOfItems) {
  launch();
  const std::string body = batch(1'000, std::string(2'950, 'x'));
  ASSERT_GT(body.size(), 3'000'000U);
  ASSERT_EQ(connector_->post_webhook(body).status, 200);
  EXPECT_EQ(events().size(), 1'000U);
}

class RedisBatchTest : public ServiceTest {
 protected:
  /// How often Redis ran a script so far.
  long scripts() {
    std::istringstream stats{redis_->cli({"INFO", "commandstats"})};
    for (std::string line; std::getline(stats, line);) {
      const std::string mark = "cmdstat_evalsha:calls=";
      if (line.starts_with(mark)) return std::stol(line.substr(mark.size()));
    }
    return 0;
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, RedisBatchTest, ::testing::Values(Engine::kRedis), engine_name);

TEST_P(RedisBatchTest, ABatchCostsOneRoundTripOfScripts) {
  launch();
  ASSERT_EQ(connector_->post_webhook(batch(1, "hello", "W")).status, 200);
  long before = scripts();
  ASSERT_EQ(connector_->post_webhook(batch(250, "hello")).status, 200);
  const long for_250 = scripts() - before;
  before = scripts();
  ASSERT_EQ(connector_->post_webhook(batch(1'000, "hello", "C")).status, 200);
  const long for_1000 = scripts() - before;
  EXPECT_GE(for_250, 1);
  EXPECT_LE(for_250, 3) << "one script, and what the dispatcher may have asked meanwhile";
  EXPECT_GE(for_1000, 4);
  EXPECT_LE(for_1000, 8) << "scripts of 250 items in one pipeline";
}

TEST_P(WebhookBatchTest, AStatusWithoutOurNameSettlesByItsMessageId) {
  launch({}, {"--status-delay-ms", "600000/600000/600000"});
  const std::string id = random_uuid();
  const HttpReply sent = connector_->post("/v1/intents", text_intent(id));
  ASSERT_EQ(sent.status, 200);
  const std::string wamid{first_result(sent).at("wamid").as_string()};
  const auto status = [&](const std::string& word, const std::string& more) {
    return R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"field":"messages",)"
           R"("value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881","phone_number_id":")" +
           std::string{kSender} + R"("},"statuses":[{"id":")" + wamid + R"(","status":")" + word +
           R"(","timestamp":"1739321024","recipient_id":"16505551234")" + more + "}]}}]}]}";
  };
  const std::string pricing =
      R"(,"pricing":{"billable":true,"pricing_model":"PMP","type":"regular","category":"utility"})";
  ASSERT_EQ(connector_->post_webhook(status("sent", pricing)).status, 200);
  ASSERT_EQ(connector_->post_webhook(status("failed", R"(,"errors":[{"code":131049,"title":"t"}])")).status,
            200);
  const json::value intent = json::parse(connector_->get("/v1/intents/" + id).body);
  EXPECT_EQ(intent.at("state"), "failed");
  EXPECT_EQ(intent.at("errorCode"), "131049");
  EXPECT_EQ(intent.at("pricing").at("category"), "utility");
  const json::array& timeline = intent.at("timeline").as_array();
  ASSERT_GE(timeline.size(), 2U);
  EXPECT_EQ(timeline.back().at("state"), "failed");
  ASSERT_EQ(connector_->post_webhook(status("delivered", "")).status, 200);
  EXPECT_EQ(state_of(id), "delivered") << "failed yields to a later delivery";
}

}  // namespace
}  // namespace wac::testing
