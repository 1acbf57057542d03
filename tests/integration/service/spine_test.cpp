// The main job, end to end: an intent reaches Graph once, its statuses come back and settle it, the user's
// reply becomes an event, and it survives what can happen on the way.

#include "engines.h"

#include <set>

namespace wac::testing {
namespace {

namespace json = boost::json;

class SpineTest : public ServiceTest {};
INSTANTIATE_TEST_SUITE_P(Engines, SpineTest,
                         ::testing::Values(Engine::kEmbedded, Engine::kRedis, Engine::kRedisTls),
                         engine_name);

std::string intent_of(const std::string& id, const std::string& payload,
                      const std::string& to = "+16505551234") {
  return R"({"intents":[{"intentId":")" + id + R"(","to":")" + to + R"(","payload":)" + payload + "}]}";
}

TEST_P(SpineTest, ATextIsSentOnceAndItsStatusesSettleIt) {
  launch();
  const std::string id = random_uuid();
  const HttpReply reply = connector_->post("/v1/intents", text_intent(id));
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto result = first_result(reply);
  EXPECT_EQ(result.at("status"), "sent");
  EXPECT_TRUE(std::string_view{result.at("wamid").as_string()}.starts_with("wamid."));
  EXPECT_TRUE(reaches(id, "read")) << state_of(id);
  EXPECT_EQ(accepted(), 1);
  const auto shown = json::parse(connector_->get("/v1/intents/" + id).body);
  EXPECT_EQ(shown.at("wamid"), result.at("wamid"));
  EXPECT_GE(shown.at("timeline").as_array().size(), 3U);
}

TEST_P(SpineTest, AllSevenPrincipalTypesAreAccepted) {
  launch();
  const std::string text = random_uuid();
  const HttpReply first = connector_->post("/v1/intents", text_intent(text));
  ASSERT_EQ(first.status, 200) << first.body;
  const std::string wamid{first_result(first).at("wamid").as_string()};
  // The scripted user's answer is what can be marked as read.
  std::string inbound;
  ASSERT_TRUE(eventually([&] {
    const auto page = json::parse(connector_->get("/v1/events").body);
    for (const auto& event : page.at("events").as_array()) {
      if (event.at("type") == "whatsapp.message.received.text")
        inbound = event.at("data").at("raw").at("id").as_string();
    }
    return !inbound.empty();
  }));
  const std::pair<const char*, std::string> payloads[] = {
      {"audio", R"({"type":"audio","audio":{"link":"https://example.com/a.ogg"}})"},
      {"document",
       R"({"type":"document","document":{"link":"https://example.com/a.pdf","filename":"a.pdf","caption":"c"}})"},
      {"contacts",
       R"({"type":"contacts","contacts":[{"name":{"formatted_name":"A B","first_name":"A"},"phones":[{"phone":"+16505550000","type":"CELL"}]}]})"},
      {"reaction", R"({"type":"reaction","reaction":{"message_id":")" + inbound + R"(","emoji":"👍"}})"},
      {"template", R"({"type":"template","template":{"name":"hello_world","language":{"code":"en_US"}}})"},
      {"mark_read", R"({"type":"mark_read","mark_read":{"message_id":")" + inbound + R"("}})"},
  };
  for (const auto& [type, payload] : payloads) {
    const std::string id = random_uuid();
    const HttpReply reply = connector_->post("/v1/intents", intent_of(id, payload));
    ASSERT_EQ(reply.status, 200) << type << reply.body;
    EXPECT_EQ(first_result(reply).at("status"), "sent") << type << reply.body;
    const bool has_statuses = std::string_view{type} != "mark_read" && std::string_view{type} != "reaction";
    if (has_statuses) EXPECT_TRUE(reaches(id, "read")) << type << state_of(id);
  }
}

TEST_P(SpineTest, ARepeatedIntentIsNotSentAgain) {
  launch();
  const std::string id = random_uuid();
  ASSERT_EQ(connector_->post("/v1/intents", text_intent(id)).status, 200);
  const HttpReply again = connector_->post("/v1/intents", text_intent(id));
  ASSERT_EQ(again.status, 200);
  EXPECT_EQ(first_result(again).at("status"), "deduped");
  EXPECT_FALSE(first_result(again).at("wamid").as_string().empty());
  const HttpReply other = connector_->post("/v1/intents", text_intent(id, "+16505551234", "another text"));
  EXPECT_EQ(other.status, 409);
  EXPECT_EQ(json::parse(other.body).at("code"), "idempotency_key_reused");
  EXPECT_EQ(accepted(), 1);
}

TEST_P(SpineTest, RespondAsyncAnswersBeforeTheSendAndSendsAllTheSame) {
  launch();
  std::vector<std::string> ids;
  std::string list;
  for (int i = 0; i < 50; ++i) {
    ids.push_back(random_uuid());
    list += (i == 0 ? "" : ",") + std::string{R"({"intentId":")"} + ids.back() + R"(","to":"+1650555)" +
            std::to_string(1000 + i) + R"(","payload":{"type":"text","text":{"body":"x"}}})";
  }
  const HttpReply reply =
      connector_->post("/v1/intents", "{\"intents\":[" + list + "]}", {{"Prefer", "respond-async"}});
  ASSERT_EQ(reply.status, 202) << reply.body;
  for (const auto& id : ids) EXPECT_TRUE(reaches(id, "read")) << state_of(id);
  EXPECT_EQ(accepted(), 50);
}

TEST_P(SpineTest, AcceptedWithoutAnAnswerMakesOnePostAndTheStatusWebhookSettlesIt) {
  launch({{"GRAPH_TIMEOUT_MS", "300"}, {"LEASE_MS", "2000"}});
  sandbox_->set_faults(R"([{"kind":"accept_then_no_answer","next":1}])");
  const std::string id = random_uuid();
  const HttpReply reply = connector_->post("/v1/intents", text_intent(id));
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(first_result(reply).at("status"), "sent") << reply.body;
  EXPECT_TRUE(reaches(id, "read")) << state_of(id);
  EXPECT_TRUE(std::string_view{json::parse(connector_->get("/v1/intents/" + id).body).at("wamid").as_string()}
                  .starts_with("wamid."));
  EXPECT_EQ(accepted(), 1);
  EXPECT_EQ(connector_->metric("whatsapp_send_attempts_total"), 1);
  EXPECT_EQ(connector_->metric("whatsapp_unknown_total{event=\"entered\"}"), 1);
}

TEST_P(SpineTest, AResetBeforeOrAfterAcceptanceNeverDoubles) {
  launch({{"GRAPH_TIMEOUT_MS", "500"},
          {"LEASE_MS", "2000"},
          {"UNKNOWN_WINDOW_MS", "1000"},
          {"REQUEST_BUDGET_MS", "3000"}});
  sandbox_->set_faults(R"([{"kind":"accept_then_reset","next":3}])");
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    ids.push_back(random_uuid());
    ASSERT_EQ(connector_->post("/v1/intents", text_intent(ids.back())).status, 200);
  }
  for (const auto& id : ids) EXPECT_TRUE(reaches(id, "read")) << state_of(id);
  EXPECT_EQ(accepted(), 3);
  sandbox_->set_faults(R"([{"kind":"reset","next":1}])");
  const std::string id = random_uuid();
  ASSERT_EQ(connector_->post("/v1/intents", text_intent(id)).status, 200);
  EXPECT_TRUE(reaches(id, "unconfirmed")) << "no evidence, policy hold: a person decides; " << state_of(id);
  EXPECT_EQ(accepted(), 3);
  const HttpReply resolved = connector_->post("/v1/intents/" + id + "/resolve", R"({"as":"resend"})");
  EXPECT_EQ(resolved.status, 200) << resolved.body;
  EXPECT_TRUE(reaches(id, "read")) << state_of(id);
  EXPECT_EQ(accepted(), 4);
}

TEST_P(SpineTest, ThrottlesAreRetriedUntilTheyPass) {
  launch({{"RETRY_FIRST_MS", "20"}});
  sandbox_->set_faults(R"([{"kind":"throttle","code":130429,"next":2}])");
  const std::string id = random_uuid();
  const HttpReply reply = connector_->post("/v1/intents", text_intent(id));
  ASSERT_EQ(reply.status, 200);
  EXPECT_EQ(first_result(reply).at("status"), "sent") << reply.body;
  EXPECT_EQ(first_result(reply).at("attempts"), 3);
  EXPECT_EQ(accepted(), 1);
  EXPECT_EQ(connector_->metric("whatsapp_messages_failed_total"), 0);
}

TEST_P(SpineTest, MetasRefusalIsReportedWithAdvice) {
  launch();
  const std::string id = random_uuid();
  const HttpReply reply = connector_->post(
      "/v1/intents",
      intent_of(id,
                R"({"type":"template","template":{"name":"no_such_template","language":{"code":"en_US"}}})"));
  ASSERT_EQ(reply.status, 200);
  const auto result = first_result(reply);
  EXPECT_EQ(result.at("status"), "failed");
  EXPECT_EQ(result.at("errorCode"), "132001");
  EXPECT_FALSE(result.at("advice").as_string().empty());
  EXPECT_EQ(accepted(), 0);
}

TEST_P(SpineTest, WhatIsQueuedAndInDoubtSurvivesACrash) {
  launch({{"GRAPH_TIMEOUT_MS", "1500"}, {"LEASE_MS", "2600"}});
  sandbox_->set_faults(R"([{"kind":"accept_then_no_answer","next":1}])");
  const std::string doubtful = random_uuid();
  const std::string later = random_uuid();
  ASSERT_EQ(connector_
                ->post("/v1/intents",
                       text_intent(later, "+16505551234", "later", R"(,"sendAt":"2099-01-01T00:00:00Z")"),
                       {{"Prefer", "respond-async"}})
                .status,
            202);
  ASSERT_EQ(connector_->post("/v1/intents", text_intent(doubtful), {{"Prefer", "respond-async"}}).status,
            202);
  ASSERT_TRUE(eventually([&] { return accepted() == 1; }));
  connector_->kill();
  connector_->start();
  EXPECT_TRUE(reaches(doubtful, "read")) << state_of(doubtful);
  EXPECT_EQ(state_of(later), "accepted");
  EXPECT_EQ(accepted(), 1);
}

TEST_P(SpineTest, AnIntentCanBeCancelledUntilItIsSent) {
  launch();
  const std::string id = random_uuid();
  ASSERT_EQ(
      connector_
          ->post("/v1/intents", text_intent(id, "+16505551234", "x", R"(,"sendAt":"2099-01-01T00:00:00Z")"),
                 {{"Prefer", "respond-async"}})
          .status,
      202);
  const HttpHeaders auth{{"Authorization", "Bearer " + connector_->api_key()}};
  EXPECT_EQ(http_request("DELETE", connector_->url("/v1/intents/" + id), auth).status, 200);
  EXPECT_EQ(state_of(id), "cancelled");
  EXPECT_EQ(http_request("DELETE", connector_->url("/v1/intents/" + id), auth).status, 409);
  EXPECT_EQ(http_request("DELETE", connector_->url("/v1/intents/" + random_uuid()), auth).status, 404);
}

TEST_P(SpineTest, SigtermFinishesWhatIsInFlightAndExitsCleanly) {
  launch();
  sandbox_->set_faults(R"([{"kind":"latency","ms":400,"percent":100}])");
  const std::string id = random_uuid();
  ASSERT_EQ(connector_->post("/v1/intents", text_intent(id), {{"Prefer", "respond-async"}}).status, 202);
  const auto ended = connector_->terminate();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->code, 0) << connector_->output();
  connector_->start();
  EXPECT_TRUE(reaches(id, "read")) << state_of(id);
  EXPECT_EQ(accepted(), 1);
}

}  // namespace
}  // namespace wac::testing
