// Twelve defects found in other connectors, each as what must happen here instead.

#include "engines.h"
#include "support/scripted_peer.h"

#include <set>

namespace wac::testing {
namespace {

namespace json = boost::json;

class PeerDefectsTest : public ServiceTest {
 protected:
  json::array events() {
    return json::parse(connector_->get("/v1/events?limit=500").body).at("events").as_array();
  }
  std::multiset<std::string> event_types() {
    std::multiset<std::string> types;
    for (const auto& event : events()) types.emplace(event.at("type").as_string());
    return types;
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, PeerDefectsTest, ::testing::Values(Engine::kEmbedded, Engine::kRedis),
                         engine_name);

/// Where the store is a process of its own, which can be down.
class PeerDefectsOfTheStoreTest : public PeerDefectsTest {};
INSTANTIATE_TEST_SUITE_P(Engines, PeerDefectsOfTheStoreTest, ::testing::Values(Engine::kRedis), engine_name);

/// A notification of one entry per element, all of one account.
std::string notification(const std::vector<std::string>& changes) {
  std::string entries;
  for (const std::string& change : changes) {
    entries +=
        (entries.empty() ? "" : ",") + std::string{R"({"id":"102290129340398","changes":[)"} + change + "]}";
  }
  return R"({"object":"whatsapp_business_account","entry":[)" + entries + "]}";
}

std::string message_change(const std::string& contact, const std::string& sender, const std::string& wamid) {
  return R"({"field":"messages","value":{"messaging_product":"whatsapp","metadata":)"
         R"({"display_phone_number":"15550783881","phone_number_id":")" +
         std::string{kSender} + R"("},"contacts":[)" + contact + R"(],"messages":[{)" + sender +
         R"(,"id":")" + wamid + R"(","timestamp":"1739321024","type":"text","text":{"body":"hi"}}]}})";
}

std::string known_user(const std::string& wamid) {
  return message_change(R"({"profile":{"name":"Ann"},"wa_id":"16505551234"})", R"("from":"16505551234")",
                        wamid);
}

TEST_P(PeerDefectsTest, ARetryAfterAFailedSendIsSentOnce) {
  // The peer marked the key before sending and never released it: the retry was "deduped" and lost.
  launch({{"RETRY_FIRST_MS", "20"}, {"REQUEST_BUDGET_MS", "1000"}});
  const std::uint16_t port = static_cast<std::uint16_t>(std::stoi(sandbox_->url().substr(17)));
  sandbox_.reset();
  const std::string id = random_uuid();
  const HttpReply failed = connector_->post("/v1/intents", text_intent(id));
  ASSERT_EQ(failed.status, 200) << failed.body;
  EXPECT_EQ(first_result(failed).at("status"), "pending") << "nothing of it was written to Graph";
  sandbox_.emplace(connector_->webhook_url(), std::vector<std::string>{"--webhook-retry-ms", "100"}, port);
  static_cast<void>(connector_->post("/v1/intents", text_intent(id)));
  EXPECT_TRUE(reaches(id, "read", Millis{20'000})) << state_of(id);
  EXPECT_EQ(accepted(), 1);
}

TEST_P(PeerDefectsTest, AConsumerThatFailedGetsTheEventAgain) {
  // The peer marked an event before its handler ran; a handler that failed never saw it again.
  launch();
  ASSERT_EQ(connector_->post_webhook(inbound_text("wamid.A")).status, 200);
  const auto first = events();
  ASSERT_EQ(first.size(), 1U);
  // The consumer dies before it keeps the new cursor, and so does the connector.
  connector_->kill();
  connector_->start();
  const auto again = events();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].at("id"), first[0].at("id"));
}

TEST_P(PeerDefectsOfTheStoreTest, AStoreThatIsDownIsSaidInTheResultAndNothingIsSent) {
  // The peer's fail mode was inverted: with Redis down it sent twice, or reported a loss as deduplicated.
  launch();
  redis_->stop();
  const std::string id = random_uuid();
  for (int i = 0; i < 2; ++i) {
    const HttpReply refused = connector_->post("/v1/intents", text_intent(id));
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(json::parse(refused.body).at("code"), "store_unavailable") << refused.body;
  }
  EXPECT_EQ(accepted(), 0);
  redis_->start();
  ASSERT_TRUE(eventually([&] { return connector_->get_admin("/readyz").status == 200; }));
  EXPECT_EQ(first_result(connector_->post("/v1/intents", text_intent(id))).at("status"), "sent");
  EXPECT_EQ(accepted(), 1);
}

TEST_P(PeerDefectsTest, AcceptedThenTimedOutMakesNoSecondPost) {
  // The peer retried timeouts blindly: three posts for one intent.
  launch({{"GRAPH_TIMEOUT_MS", "300"}, {"LEASE_MS", "2000"}});
  sandbox_->set_faults(R"([{"kind":"accept_then_no_answer","next":1}])");
  const std::string id = random_uuid();
  ASSERT_EQ(connector_->post("/v1/intents", text_intent(id)).status, 200);
  EXPECT_TRUE(reaches(id, "read")) << state_of(id);
  EXPECT_EQ(accepted(), 1);
  EXPECT_EQ(connector_->metric("whatsapp_send_attempts_total"), 1);
}

TEST_P(PeerDefectsTest, TwoEntriesWithOneIdAreTwoEvents) {
  // The peer looked entries up by id: the first came twice, the second never.
  launch();
  ASSERT_EQ(connector_->post_webhook(notification({known_user("wamid.A"), known_user("wamid.B")})).status,
            200);
  std::set<std::string> ids;
  for (const auto& event : events()) ids.emplace(event.at("data").at("raw").at("id").as_string());
  EXPECT_EQ(ids, (std::set<std::string>{"wamid.A", "wamid.B"}));
}

TEST_P(PeerDefectsTest, AnUnknownChangeDoesNotHarmTheMessageBesideIt) {
  // The peer answered 400 to the whole delivery, which Meta then repeated for days.
  launch();
  const std::string odd = R"({"field":"quantum_entanglement","value":{"spin":["up",5,null]}})";
  const std::string body = notification({odd, known_user("wamid.A"), R"({"field":"messages","value":7})"});
  EXPECT_EQ(connector_->post_webhook(body).status, 200);
  const auto types = event_types();
  EXPECT_EQ(types.count("whatsapp.message.received.text"), 1U);
  EXPECT_EQ(types.size(), 3U) << "what is not known is kept raw";
}

TEST_P(PeerDefectsTest, AContactWithoutAPhoneNumberIsAContact) {
  // The peer required wa_id in every contact.
  launch();
  const std::string body =
      notification({message_change(R"({"profile":{"name":"Ann","username":"ann1"},"user_id":"US.1"})",
                                   R"("from_user_id":"US.1")", "wamid.A")});
  EXPECT_EQ(connector_->post_webhook(body).status, 200);
  EXPECT_EQ(event_types().count("whatsapp.message.received.text"), 1U);
  const HttpReply answer = connector_->post(
      "/v1/intents", R"({"intents":[{"intentId":")" + random_uuid() +
                         R"(","recipient":"US.1","payload":{"type":"text","text":{"body":"hi"}}}]})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(first_result(answer).at("status"), "sent") << answer.body;
}

TEST_P(PeerDefectsTest, ThreeMegabytesAreTaken) {
  // The peer refused bodies above 100 kB with 413.
  launch();
  EXPECT_EQ(connector_->post_webhook(inbound_text("wamid.L", std::string(3U * 1024 * 1024, 'x'))).status,
            200);
  EXPECT_EQ(events().size(), 1U);
}

TEST_P(PeerDefectsTest, AThrottleOnHttp400IsAThrottle) {
  // The peer knew four of Meta's throttle codes; the others became permanent errors, and the message was
  // lost.
  launch({{"RETRY_FIRST_MS", "20"}});
  for (const char* code : {"130429", "131056"}) {
    sandbox_->set_faults(R"([{"kind":"throttle","next":1,"code":)" + std::string{code} + "}]");
    const HttpReply reply = connector_->post("/v1/intents", text_intent(random_uuid()));
    EXPECT_EQ(first_result(reply).at("status"), "sent") << reply.body;
    EXPECT_EQ(first_result(reply).at("attempts"), 2);
  }
  EXPECT_EQ(connector_->metric("whatsapp_messages_failed_total"), 0);
  EXPECT_EQ(connector_->metric("whatsapp_throttles_total{scope=\"sender\"}"), 1);
  EXPECT_EQ(connector_->metric("whatsapp_throttles_total{scope=\"recipient\"}"), 1);
}

TEST_P(PeerDefectsTest, ARetryAfterOfAnHourIsBounded) {
  // The peer took the larger of backoff and header and ignored its own limit.
  launch({{"RETRY_FIRST_MS", "20"}, {"RETRY_AFTER_MAX_MS", "500"}});
  sandbox_->set_faults(R"([{"kind":"throttle","next":1,"retry_after":3600}])");
  const HttpReply reply = connector_->post("/v1/intents", text_intent(random_uuid()));
  EXPECT_EQ(first_result(reply).at("status"), "sent") << reply.body;
}

TEST_P(PeerDefectsTest, WithoutAWebhookSecretItRefusesToStart) {
  // The peer took every webhook as genuine when the secret was unset, in production too.
  const TempDir directory;
  ProcessOptions options{.argv = {std::string{WAC_BIN_DIR} + "/whatsapp-connector"},
                         .env = {{"ENVIRONMENT", "production"}, {"DATA_DIR", directory.path()}},
                         .inherit = ProcessOptions::Inherit::kNothing};
  Process process{options};
  const auto ended = process.wait(Millis{30'000});
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->code, 2);
  EXPECT_NE((process.standard_output() + process.standard_error()).find("WHATSAPP_WEBHOOK_SECRET"),
            std::string::npos);
}

TEST_P(PeerDefectsTest, ATemplatesButtonsKeepTheirKindAndIndex) {
  // The peer dropped sub_type and index of buttons and emptied currency and date parameters.
  const std::string components =
      R"([{"type":"body","parameters":[{"type":"currency","currency":{"fallback_value":"$1","code":"USD","amount_1000":1000}},)"
      R"({"type":"date_time","date_time":{"fallback_value":"today"}}]},)"
      R"({"type":"button","sub_type":"quick_reply","index":"1","parameters":[{"type":"payload","payload":"p"}]}])";
  std::string request;
  ScriptedPeer graph{{[&request](PeerConnection& connection) {
    // The opaque id ends the body: ".1" is its attempt.
    request = connection.read_until(R"(.1"})");
    const std::string answer = R"({"messaging_product":"whatsapp","messages":[{"id":"wamid.A"}]})";
    connection.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                    std::to_string(answer.size()) + "\r\n\r\n" + answer);
  }}};
  Connector connector{{.graph_url = "http://127.0.0.1:" + std::to_string(graph.port())}};
  connector.start();
  const HttpReply reply = connector.post(
      "/v1/intents",
      R"({"intents":[{"intentId":")" + random_uuid() +
          R"(","to":"+16505551234","payload":{"type":"template","template":{"name":"order_update",)"
          R"("language":{"code":"en_US"},"components":)" +
          components + "}}}]}");
  EXPECT_EQ(reply.status, 200) << reply.body;
  ASSERT_TRUE(eventually([&] { return graph.finished() == 1; }));
  const auto sent = json::parse(request.substr(request.find("\r\n\r\n") + 4));
  EXPECT_EQ(sent.at("template").at("components"), json::parse(components));
}

}  // namespace
}  // namespace wac::testing
