// POST and GET /webhook as Meta, and as anybody else, would call them.

#include "engines.h"

namespace wac::testing {
namespace {

namespace json = boost::json;

class WebhookTest : public ServiceTest {
 protected:
  std::size_t events() {
    return json::parse(connector_->get("/v1/events?limit=500").body).at("events").as_array().size();
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, WebhookTest, ::testing::Values(Engine::kEmbedded, Engine::kRedis),
                         engine_name);

TEST_P(WebhookTest, IsAcknowledgedOnceStoredAndDeduplicated) {
  launch();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(connector_->post_webhook(inbound_text("wamid.A")).status, 200);
  EXPECT_EQ(connector_->post_webhook(inbound_text("wamid.B")).status, 200);
  EXPECT_EQ(events(), 2U);
  connector_->kill();
  connector_->start();
  EXPECT_EQ(events(), 2U) << "what was acknowledged survives a crash";
  EXPECT_EQ(connector_->post_webhook(inbound_text("wamid.A")).status, 200);
  EXPECT_EQ(events(), 2U);
}

TEST_P(WebhookTest, ThreeMegabytesAreTakenAndFiveAreNot) {
  launch();
  const std::string large = inbound_text("wamid.L", std::string(3U * 1024 * 1024, 'x'));
  EXPECT_EQ(connector_->post_webhook(large).status, 200);
  EXPECT_EQ(connector_->post_webhook(inbound_text("wamid.M", std::string(5U * 1024 * 1024, 'x'))).status,
            413);
  EXPECT_EQ(events(), 1U);
}

TEST_P(WebhookTest, TheHandshakeEchoesTheChallengeOfWhoKnowsTheToken) {
  launch();
  const auto verify = [this](const std::string& query) {
    return http_request("GET", connector_->url("/webhook?" + query));
  };
  const std::string token{kVerifyToken};
  const HttpReply good = verify("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=" + token);
  EXPECT_EQ(good.status, 200);
  EXPECT_EQ(good.body, "1158201444");
  EXPECT_EQ(verify("hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong").status, 403);
  EXPECT_EQ(verify("hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=" + token).status, 403);
  EXPECT_EQ(verify("hub.mode=subscribe&hub.verify_token=" + token).status, 403);
  EXPECT_EQ(verify("").status, 403);
}

TEST_P(WebhookTest, AStatusThatComesBeforeTheHttpAnswerSettlesTheIntent) {
  launch({}, {"--status-delay-ms", "0/0/0"});
  sandbox_->set_faults(R"([{"kind":"latency","ms":200,"percent":100}])");
  const std::string id = random_uuid();
  ASSERT_EQ(connector_->post("/v1/intents", text_intent(id)).status, 200);
  EXPECT_TRUE(reaches(id, "read")) << state_of(id);
  EXPECT_EQ(accepted(), 1);
}

TEST_P(WebhookTest, OutOfOrderAndRepeatedStatusesNeverGoBack) {
  launch({}, {"--duplicate-percent", "100", "--reorder-percent", "60", "--seed", "3"});
  std::vector<std::string> ids;
  for (int i = 0; i < 10; ++i) {
    ids.push_back(random_uuid());
    ASSERT_EQ(connector_->post("/v1/intents", text_intent(ids.back())).status, 200);
  }
  for (const auto& id : ids) EXPECT_TRUE(reaches(id, "read")) << state_of(id);
  EXPECT_TRUE(
      eventually([&] { return json::parse(sandbox_->get("/_sandbox/webhooks").body).at("pending") == 0; }));
  for (const auto& id : ids) EXPECT_EQ(state_of(id), "read");
}

class RedisOutageTest : public ServiceTest {};
INSTANTIATE_TEST_SUITE_P(Engines, RedisOutageTest, ::testing::Values(Engine::kRedis, Engine::kRedisTls),
                         engine_name);

TEST_P(RedisOutageTest, NothingIsAcknowledgedWhileRedisIsDownAndItRecoversByItself) {
  launch();
  redis_->stop();
  EXPECT_EQ(connector_->post_webhook(inbound_text("wamid.A")).status, 503);
  const std::string id = random_uuid();
  const HttpReply refused = connector_->post("/v1/intents", text_intent(id));
  EXPECT_EQ(refused.status, 503) << refused.body;
  EXPECT_FALSE(refused.header("retry-after").empty());
  EXPECT_TRUE(eventually([&] { return connector_->get_admin("/readyz").status == 503; }));
  EXPECT_EQ(connector_->get_admin("/livez").status, 200) << "a restart would not help";
  EXPECT_EQ(accepted(), 0);
  redis_->start();
  EXPECT_TRUE(eventually([&] { return connector_->post_webhook(inbound_text("wamid.A")).status == 200; }));
  EXPECT_TRUE(eventually([&] { return connector_->get_admin("/readyz").status == 200; }));
  const HttpReply sent = connector_->post("/v1/intents", text_intent(id));
  EXPECT_EQ(sent.status, 200);
  EXPECT_EQ(first_result(sent).at("status"), "sent");
  EXPECT_EQ(accepted(), 1);
}

}  // namespace
}  // namespace wac::testing
