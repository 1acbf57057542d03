// Every way of asking wrongly gets a clear answer, and nothing is sent.

#include "engines.h"

namespace wac::testing {
namespace {

namespace json = boost::json;

class ApiTest : public ServiceTest {
 protected:
  void SetUp() override { launch(); }
  static std::string code_of(const HttpReply& reply) {
    EXPECT_EQ(reply.header("content-type"), "application/problem+json") << reply.body;
    const auto body = json::parse(reply.body);
    EXPECT_EQ(body.at("status"), reply.status);
    return std::string{body.at("code").as_string()};
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, ApiTest, ::testing::Values(Engine::kEmbedded), engine_name);

TEST_P(ApiTest, BadRequestsAreNamedFieldByFieldAndSendNothing) {
  const std::pair<std::string, const char*> cases[] = {
      {"{", ""},
      {"[]", ""},
      {"{}", "/intents"},
      {R"({"intents":[{"intentId":5}]})", "/intents/0/intentId"},
      {text_intent("not-a-uuid"), "/intents/0/intentId"},
      {R"({"intents":[{"intentId":")" + random_uuid() +
           R"(","to":"+16505551234","payload":{"type":"hologram"}}]})",
       "/intents/0/payload/type"},
      {R"({"intents":[{"intentId":")" + random_uuid() +
           R"(","to":"+16505551234","payload":{"type":"text","text":{"body":5}}}]})",
       "/intents/0/payload/text/body"},
  };
  for (const auto& [body, pointer] : cases) {
    const HttpReply reply = connector_->post("/v1/intents", body);
    EXPECT_EQ(reply.status, 400) << body;
    EXPECT_EQ(code_of(reply), "invalid_request");
    const auto problem = json::parse(reply.body);
    bool named = false;
    for (const auto& error : problem.at("errors").as_array()) named |= error.at("pointer") == pointer;
    EXPECT_TRUE(named) << body << reply.body;
  }
  EXPECT_EQ(accepted(), 0);
}

TEST_P(ApiTest, ABadPhoneFailsAloneAndTheOthersGoOn) {
  const std::string good = random_uuid();
  const std::string bad = random_uuid();
  const std::string intent = R"("payload":{"type":"text","text":{"body":"hi"}})";
  const HttpReply reply = connector_->post(
      "/v1/intents", R"({"intents":[{"intentId":")" + bad + R"(","to":"16505551234",)" + intent +
                         R"(},{"intentId":")" + good + R"(","to":"+16505551234",)" + intent + "}]}");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto summary = json::parse(reply.body).at("result").at("summary");
  EXPECT_EQ(summary.at("sent"), 1);
  EXPECT_EQ(summary.at("failed"), 1);
  EXPECT_EQ(first_result(reply).at("errorCode"), "invalid_recipient");
  EXPECT_EQ(accepted(), 1);
}

TEST_P(ApiTest, FiveMegabytesAreTooLarge) {
  EXPECT_EQ(connector_->post("/v1/intents", std::string(5U * 1024 * 1024, ' ')).status, 413);
}

TEST_P(ApiTest, WithoutAValidKeyNothingIsShownOrDone) {
  const std::string body = text_intent(random_uuid());
  const std::string url = connector_->url("/v1/intents");
  EXPECT_EQ(http_request("POST", url, {}, body).status, 401);
  EXPECT_EQ(http_request("POST", url, {{"Authorization", "Bearer wak_wrong"}}, body).status, 401);
  EXPECT_EQ(http_request("POST", url, {{"Authorization", "Basic " + connector_->api_key()}}, body).status,
            401);
  EXPECT_EQ(http_request("GET", connector_->url("/v1/events")).status, 401);
  EXPECT_EQ(http_request("GET", connector_->url("/v1/intents/" + random_uuid())).status, 401);
  EXPECT_EQ(http_request("POST", url, {{"X-Api-Key", connector_->api_key()}}, body).status, 200);
  EXPECT_EQ(accepted(), 1);
}

TEST_P(ApiTest, UnknownPathsAndMethodsAreProblems) {
  EXPECT_EQ(code_of(connector_->get("/nothing/here")), "not_found");
  EXPECT_EQ(code_of(connector_->get("/v1/intents")), "method_not_allowed");
  EXPECT_EQ(code_of(connector_->get("/v1/intents/" + random_uuid())), "not_found");
  EXPECT_EQ(code_of(connector_->get("/v1/intents/x")), "not_found");
}

TEST_P(ApiTest, TheStagingEndpointTakesTheSameBodyWithItsOwnToken) {
  const std::string body = text_intent(random_uuid());
  const std::string url = connector_->url("/__staging/outbound");
  EXPECT_EQ(http_request("POST", url, {}, body).status, 401);
  EXPECT_EQ(http_request("POST", url, {{"X-Staging-Token", "wrong"}}, body).status, 401);
  const HttpReply reply = http_request("POST", url, {{"X-Staging-Token", std::string{kStagingToken}}}, body);
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(first_result(reply).at("status"), "sent");
}

TEST_P(ApiTest, ACorrelationIdIsEchoedOrMade) {
  const HttpReply given =
      connector_->post("/v1/intents", text_intent(random_uuid()), {{"X-Correlation-Id", "order-77"}});
  EXPECT_EQ(given.header("x-correlation-id"), "order-77");
  EXPECT_EQ(first_result(given).at("correlationId"), "order-77");
  const HttpReply traced =
      connector_->post("/v1/intents", text_intent(random_uuid()),
                       {{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}});
  EXPECT_EQ(traced.header("x-correlation-id"), "4bf92f3577b34da6a3ce929d0e0e4736");
  const HttpReply phone =
      connector_->post("/v1/intents", text_intent(random_uuid()), {{"X-Correlation-Id", "5511999998888"}});
  EXPECT_EQ(phone.header("x-correlation-id").size(), 36U) << "what could be a phone number is replaced";
}

TEST_P(ApiTest, ProbesMetricsAndLedgerAreOnTheAdminPort) {
  const auto health = json::parse(connector_->get("/health").body);
  EXPECT_EQ(health.at("status"), "ok");
  EXPECT_EQ(health.at("connector"), "whatsapp");
  ASSERT_EQ(connector_->post("/v1/intents", text_intent(random_uuid())).status, 200);
  for (const char* name :
       {"whatsapp_messages_sent_total 1", "whatsapp_messages_failed_total", "whatsapp_messages_deduped_total",
        "whatsapp_send_latency_ms_bucket", "whatsapp_dedupe_hit_rate", "whatsapp_redis_latency_ms_count"}) {
    EXPECT_NE(connector_->get_admin("/metrics").body.find(name), std::string::npos) << name;
  }
  EXPECT_EQ(connector_->get("/metrics").status, 404) << "not on the public port";
  EXPECT_EQ(connector_->get("/admin/ledger").status, 404);
  const auto ledger = json::parse(connector_->get_admin("/admin/ledger").body);
  ASSERT_EQ(ledger.at("partitions").as_array().size(), 1U);
  const auto number = ledger.at("partitions").at(0).at("partition").to_number<int>();
  const auto page =
      json::parse(connector_->get_admin("/admin/ledger?partition=" + std::to_string(number)).body);
  ASSERT_EQ(page.at("records").as_array().size(), 1U);
  EXPECT_EQ(connector_->get_admin("/admin/ledger?partition=64").status, 400);
}

}  // namespace
}  // namespace wac::testing
