// Order, pace, breaker and stop, through the whole service.

#include "engines.h"

#include <set>

namespace wac::testing {
namespace {

namespace json = boost::json;

const std::string kSenderPath = "/v1/senders/" + std::string{kSender};

class PaceTest : public ServiceTest {
 protected:
  json::object sender() { return json::parse(connector_->get(kSenderPath).body).as_object(); }
  json::object shown(const std::string& id) {
    return json::parse(connector_->get("/v1/intents/" + id).body).as_object();
  }
  std::string hold_of(const std::string& id) {
    const auto intent = shown(id);
    const auto* hold = intent.if_contains("hold");
    return hold == nullptr ? "" : std::string{hold->as_string()};
  }
  std::string queue(const std::string& to, const std::string& text = "hello", const std::string& more = "") {
    const std::string id = random_uuid();
    const HttpReply reply =
        connector_->post("/v1/intents", text_intent(id, to, text, more), {{"Prefer", "respond-async"}});
    EXPECT_EQ(reply.status, 202) << reply.body;
    return id;
  }
  /// Intent keys in the order in which the sandbox took their messages.
  std::vector<std::string> accepted_keys() {
    std::vector<std::string> keys;
    const auto page = json::parse(sandbox_->get("/_sandbox/ledger?limit=5000").body);
    for (const auto& entry : page.at("entries").as_array()) {
      keys.emplace_back(std::string_view{entry.at("opaque").as_string()}.substr(5, 32));
    }
    return keys;
  }
  /// Every record of the connector's ledger.
  std::vector<json::object> records() {
    std::vector<json::object> out;
    const auto summary = json::parse(connector_->get_admin("/admin/ledger").body);
    for (const auto& partition : summary.at("partitions").as_array()) {
      const std::string number = std::to_string(partition.at("partition").to_number<int>());
      const HttpReply page = connector_->get_admin("/admin/ledger?partition=" + number + "&cursor=");
      for (const auto& record : json::parse(page.body).at("records").as_array()) {
        out.push_back(record.as_object());
      }
    }
    return out;
  }
  json::object record_of(const std::string& id) {
    for (const auto& record : records()) {
      if (std::string_view{record.at("intentId").as_string()} == id) return record;
    }
    return {};
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, PaceTest, ::testing::Values(Engine::kEmbedded, Engine::kRedis),
                         engine_name);

TEST_P(PaceTest, OneRecipientsMessagesKeepTheirOrderThroughFaultsAndThrottles) {
  launch({{"RETRY_FIRST_MS", "20"}, {"SENDER_RATE", "0"}});
  sandbox_->set_faults(
      R"([{"kind":"latency","ms":20,"percent":50},{"kind":"throttle","code":131056,"next":1}])");
  std::vector<std::string> ids;
  for (int i = 0; i < 20; ++i) ids.push_back(queue("+16505551234", "message " + std::to_string(i)));
  for (const auto& id : ids) ASSERT_TRUE(reaches(id, "read", Millis{20'000})) << state_of(id);
  std::vector<std::string> wanted;
  for (const auto& id : ids) wanted.emplace_back(record_of(id).at("key").as_string());
  EXPECT_EQ(accepted_keys(), wanted);
}

TEST_P(PaceTest, APairThrottlePausesOneRecipientOnly) {
  launch({{"RETRY_FIRST_MS", "20"}});
  // Two refusals: the recipient is paused for one second, then for four.
  sandbox_->set_faults(R"([{"kind":"throttle","code":131056,"next":2}])");
  const std::string paused = queue("+16505551111");
  ASSERT_TRUE(eventually([&] { return shown(paused).at("attempts").to_number<int>() == 2; }));
  const std::string behind = queue("+16505551111");
  for (int i = 0; i < 5; ++i) {
    const HttpReply other =
        connector_->post("/v1/intents", text_intent(random_uuid(), "+1650555222" + std::to_string(i)));
    EXPECT_EQ(first_result(other).at("status"), "sent");
    EXPECT_LT(first_result(other).at("latencyMs").to_number<int>(), 900);
  }
  EXPECT_EQ(state_of(paused), "retry_wait");
  EXPECT_EQ(hold_of(behind), "order");
  EXPECT_EQ(sender().at("pace").at("perSecond").to_number<int>(), 80) << "no slow-down";
  EXPECT_TRUE(reaches(paused, "read", Millis{15'000})) << state_of(paused);
  EXPECT_TRUE(reaches(behind, "read", Millis{15'000})) << state_of(behind);
  EXPECT_EQ(connector_->metric("whatsapp_throttles_total{scope=\"recipient\"}"), 2);
}

TEST_P(PaceTest, ATenantFatalErrorStopsTheSenderUntilItIsResumed) {
  launch({{"RETRY_FIRST_MS", "20"}, {"REQUEST_BUDGET_MS", "700"}});
  sandbox_->set_faults(R"([{"kind":"error","code":131031,"next":1}])");
  const std::string first = random_uuid();
  const HttpReply pending = connector_->post("/v1/intents", text_intent(first));
  EXPECT_EQ(first_result(pending).at("status"), "pending") << pending.body;
  const auto stopped = sender();
  ASSERT_TRUE(stopped.at("stopped").is_object()) << json::serialize(stopped);
  EXPECT_EQ(stopped.at("stopped").at("errorCode"), "131031");
  EXPECT_FALSE(stopped.at("stopped").at("advice").as_string().empty());
  EXPECT_NE(connector_->output().find("sender stopped"), std::string::npos);

  const HttpReply refused = connector_->post(
      "/v1/intents", text_intent(random_uuid(), "+16505552222", "x", R"(,"whenPaused":"refuse")"));
  EXPECT_EQ(refused.status, 503) << refused.body;
  EXPECT_EQ(json::parse(refused.body).at("code"), "sender_paused");
  EXPECT_FALSE(refused.header("retry-after").empty());
  const std::string waiting = queue("+16505553333");
  EXPECT_EQ(hold_of(waiting), "stopped");
  EXPECT_EQ(accepted(), 0);
  EXPECT_EQ(connector_->metric("whatsapp_sender_stops_total"), 1);
  EXPECT_EQ(connector_->metric("whatsapp_sender_stopped{sender=\"" + std::string{kSender} + "\"}"), 1);

  const HttpReply resumed = connector_->post(kSenderPath + "/resume", "");
  ASSERT_EQ(resumed.status, 200) << resumed.body;
  EXPECT_TRUE(json::parse(resumed.body).at("resumed").as_bool());
  EXPECT_TRUE(reaches(first, "read")) << state_of(first);
  EXPECT_TRUE(reaches(waiting, "read")) << state_of(waiting);
  EXPECT_TRUE(sender().at("stopped").is_null());
  EXPECT_FALSE(json::parse(connector_->post(kSenderPath + "/resume", "").body).at("resumed").as_bool());
  EXPECT_EQ(connector_->metric("whatsapp_messages_failed_total"), 0);
  EXPECT_EQ(connector_->post("/v1/senders/999999/resume", "").status, 404);
}

TEST_P(PaceTest, AFailingGraphOpensTheBreakerAndAProbeClosesIt) {
  launch({{"BREAKER_MIN", "5"},
          {"BREAKER_WINDOW_MS", "10000"},
          {"BREAKER_OPEN_MS", "400"},
          {"REQUEST_BUDGET_MS", "300"},
          {"UNKNOWN_WINDOW_MS", "60000"}});
  sandbox_->set_faults(R"([{"kind":"http_5xx","percent":100}])");
  for (int i = 0; i < 6; ++i) {
    static_cast<void>(
        connector_->post("/v1/intents", text_intent(random_uuid(), "+1650555000" + std::to_string(i))));
  }
  ASSERT_TRUE(eventually([&] { return sender().at("breaker").at("state") != "closed"; }));
  EXPECT_GE(connector_->metric("whatsapp_breaker_opened_total"), 1);
  const double before = connector_->metric("whatsapp_send_attempts_total");
  std::vector<std::string> waiting;
  for (int i = 0; i < 20; ++i) waiting.push_back(queue("+165055520" + std::to_string(10 + i)));
  sandbox_->set_faults("[]");
  for (const auto& id : waiting) EXPECT_TRUE(reaches(id, "read", Millis{15'000})) << state_of(id);
  EXPECT_EQ(sender().at("breaker").at("state"), "closed");
  // While it was open only probes were spent on Graph, and those of the six that were lost are not repeated.
  EXPECT_LE(connector_->metric("whatsapp_send_attempts_total") - before, 24);
  EXPECT_GE(accepted(), 20);
}

TEST_P(PaceTest, TheSendersRateIsKept) {
  launch({{"SENDER_RATE", "20"}});
  std::vector<std::string> ids;
  for (int i = 0; i < 60; ++i) ids.push_back(queue("+16505553" + std::to_string(100 + i)));
  for (const auto& id : ids) ASSERT_TRUE(reaches(id, "read", Millis{20'000})) << state_of(id);
  const auto page = json::parse(sandbox_->get("/_sandbox/ledger?limit=5000").body);
  const auto& entries = page.at("entries").as_array();
  ASSERT_EQ(entries.size(), 60U);
  const auto at = [&entries](std::size_t i) { return entries[i].at("accepted_at").to_number<double>(); };
  // The burst is a tenth of a second's worth; from there on the rate is exact.
  const double rate = 50.0 / ((at(59) - at(9)) / 1000.0);
  EXPECT_NEAR(rate, 20.0, 1.0);
}

TEST_P(PaceTest, DeadLettersAreListedAndRedriven) {
  launch({{"RETRY_FIRST_MS", "10"}, {"RETRY_MAX_MS", "10"}, {"MAX_ATTEMPTS", "3"}});
  const auto port = static_cast<std::uint16_t>(std::stoi(sandbox_->url().substr(17)));
  sandbox_.reset();
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(queue("+1650555400" + std::to_string(i)));
  for (const auto& id : ids) ASSERT_TRUE(reaches(id, "dead")) << state_of(id);
  std::vector<std::string> listed;
  std::string cursor;
  do {
    const auto page = json::parse(connector_->get("/v1/dead-letters?limit=2&cursor=" + cursor).body);
    for (const auto& letter : page.at("deadLetters").as_array()) {
      EXPECT_EQ(letter.at("errorCode"), "attempts_used_up");
      listed.emplace_back(letter.at("intentId").as_string());
    }
    cursor = page.at("cursor").as_string();
  } while (!cursor.empty());
  EXPECT_EQ(listed.size(), 5U);
  EXPECT_EQ(std::set<std::string>(listed.begin(), listed.end()),
            std::set<std::string>(ids.begin(), ids.end()));

  sandbox_.emplace(connector_->webhook_url(), std::vector<std::string>{"--webhook-retry-ms", "100"}, port);
  const auto redrive = [this](const std::string& body) {
    return json::parse(connector_->post("/v1/dead-letters/redrive", body).body);
  };
  EXPECT_EQ(redrive(R"({"dryRun":true})").at("matched"), 5);
  EXPECT_EQ(redrive(R"({"dryRun":true,"errorCode":"131026"})").at("matched"), 0);
  EXPECT_EQ(accepted(), 0) << "a dry run changes nothing";
  ASSERT_EQ(connector_->post("/v1/intents/" + ids[0] + "/redrive", "").status, 200);
  EXPECT_TRUE(reaches(ids[0], "read")) << state_of(ids[0]);
  EXPECT_EQ(connector_->post("/v1/intents/" + ids[0] + "/redrive", "").status, 409);
  EXPECT_EQ(redrive(R"({"dryRun":false,"errorCode":"attempts_used_up"})").at("redriven"), 4);
  for (const auto& id : ids) EXPECT_TRUE(reaches(id, "read")) << state_of(id);
  EXPECT_EQ(accepted(), 5);
  EXPECT_EQ(connector_->post("/v1/dead-letters/redrive", R"({"limit":0})").status, 400);
  EXPECT_EQ(connector_->get("/v1/dead-letters?cursor=nonsense").status, 400);
}

TEST_P(PaceTest, TheNextOfARecipientGoesWhenAWebhookSettlesTheOneWhoseAnswerDoesNotCome) {
  launch({{"GRAPH_TIMEOUT_MS", "20000"}, {"LEASE_MS", "30000"}}, {"--status-delay-ms", "300/310/320"});
  sandbox_->set_faults(R"([{"kind":"accept_then_no_answer","next":1}])");
  const std::string first = queue("+16505551234", "first");
  ASSERT_TRUE(eventually([&] { return accepted() == 1; }));
  const std::string second = queue("+16505551234", "second");
  EXPECT_TRUE(reaches(first, "read", Millis{8'000})) << state_of(first);
  EXPECT_TRUE(reaches(second, "read", Millis{8'000})) << state_of(second);
  EXPECT_EQ(accepted(), 2);
}

TEST_P(PaceTest, ALateMatchAfterAResendIsADuplicateInApiLedgerAndMetric) {
  launch({{"GRAPH_TIMEOUT_MS", "300"},
          {"LEASE_MS", "2000"},
          {"UNKNOWN_WINDOW_MS", "500"},
          {"ON_UNKNOWN", "resend"},
          {"REQUEST_BUDGET_MS", "400"}},
         {"--status-delay-ms", "3000/3010/3020"});
  sandbox_->set_faults(R"([{"kind":"accept_then_no_answer","next":1}])");
  const std::string id = random_uuid();
  ASSERT_EQ(connector_->post("/v1/intents", text_intent(id)).status, 200);
  // Statuses of the sender do arrive, so that this one's silence means something.
  ASSERT_TRUE(eventually([&] {
    static int number = 0;
    const std::string other =
        R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"field":"messages",)"
        R"("value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881",)"
        R"("phone_number_id":")" +
        std::string{kSender} + R"("},"statuses":[{"id":"wamid.O)" + std::to_string(++number) +
        R"(","status":"delivered","timestamp":"1739321024","recipient_id":"16505550000",)"
        R"("biz_opaque_callback_data":"wac1.00000000000000000000000000000001.1"}]}}]}]})";
    EXPECT_EQ(connector_->post_webhook(other).status, 200);
    return accepted() == 2;
  }));
  ASSERT_TRUE(eventually([&] { return shown(id).contains("duplicates"); }, Millis{10'000}));
  EXPECT_EQ(shown(id).at("duplicates"), 1);
  EXPECT_EQ(connector_->metric("whatsapp_duplicates_total"), 1);
  EXPECT_EQ(record_of(id).at("duplicates"), 1);
}

}  // namespace
}  // namespace wac::testing
