#include "unit/sandbox/graph_fixture.h"

namespace wac::sandbox {
namespace {

TEST_F(GraphApiTest, AcceptsAMessageAndTellsItsFate) {
  const Reply reply = post(kText);
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto body = json::parse(reply.body);
  EXPECT_EQ(body.at("messaging_product"), "whatsapp");
  EXPECT_EQ(body.at("contacts").at(0).at("input"), "+16505551234");
  EXPECT_EQ(body.at("contacts").at(0).at("wa_id"), "16505551234");
  EXPECT_FALSE(body.at("messages").at(0).as_object().contains("message_status"));
  scheduler.advance(Millis{20});
  EXPECT_EQ(transport.statuses(), "sent ");
  scheduler.advance(Millis{1'000});
  EXPECT_EQ(transport.statuses(), "sent delivered read ");
  for (const auto& status : transport.items("statuses")) {
    EXPECT_EQ(status.at("id"), json::value(wamid_of(reply)));
    EXPECT_EQ(status.at("biz_opaque_callback_data"), "o-1");
    EXPECT_EQ(status.at("recipient_id"), "16505551234");
  }
  const auto page = ledger.page(0, 10);
  const auto& entry = page.at("entries").at(0).as_object();
  EXPECT_EQ(entry.at("opaque"), "o-1");
  EXPECT_EQ(entry.at("to").as_string().size(), 16U);
  EXPECT_EQ(json::serialize(entry).find("16505551234"), std::string::npos) << "a fingerprint, not the phone";
}

TEST_F(GraphApiTest, ChecksTokenNumberPathAndContentType) {
  for (const char* const token : {"", "Bearer wrong", "sandbox-token", "Basic sandbox-token"}) {
    const Reply reply = graph->handle(request(Method::kPost, kPath, kText, token));
    EXPECT_EQ(reply.status, 401);
    EXPECT_EQ(code_of(reply), 190);
    EXPECT_EQ(json::parse(reply.body).at("error").at("type"), "OAuthException");
    EXPECT_FALSE(json::parse(reply.body).at("error").as_object().contains("error_data"));
  }
  const Reply unknown = post(kText, "/v25.0/106540352242923/messages");
  EXPECT_EQ(unknown.status, 400);
  EXPECT_EQ(code_of(unknown), 100);
  EXPECT_EQ(json::parse(unknown.body).at("error").at("error_subcode"), 33);
  for (const char* const path : {"/messages", "/25.0/106540352242922/messages",
                                 "/vx/106540352242922/messages", "/", "/v25.0/106540352242922/messages/1"}) {
    EXPECT_EQ(code_of(post(kText, path)), 2500) << path;
  }
  auto form = request(Method::kPost, kPath, kText);
  form.headers[0].value = "application/x-www-form-urlencoded";
  EXPECT_EQ(code_of(graph->handle(form)), 100);
  form.headers[0].value = "application/json; charset=utf-8";
  EXPECT_EQ(graph->handle(form).status, 200);
  EXPECT_EQ(code_of(post("{")), 100);
  EXPECT_EQ(code_of(post("{\"messaging_product\":\"\xff\"}")), 100);
}

TEST_F(GraphApiTest, ErrorsHaveMetasShape) {
  const auto body = json::parse(
      post(R"({"messaging_product":"whatsapp","to":"+16505551234","type":"text","text":{}})").body);
  const auto& error = body.at("error").as_object();
  EXPECT_EQ(error.at("message"), "(#131008) Required parameter is missing");
  EXPECT_EQ(error.at("type"), "OAuthException");
  EXPECT_EQ(error.at("code"), 131008);
  EXPECT_EQ(error.at("error_data").at("messaging_product"), "whatsapp");
  EXPECT_EQ(error.at("error_data").at("details"), "Parameter text.body is required.");
  EXPECT_EQ(error.at("fbtrace_id").as_string().size(), 23U);
  EXPECT_EQ(ledger.accepted(), 0U);
}

TEST_F(GraphApiTest, ServesOnlyItsVersionWhenTold) {
  config.version = "v26.0";
  EXPECT_EQ(code_of(post(kText)), 2500);
  EXPECT_EQ(post(kText, "/v26.0/106540352242922/messages").status, 200);
}

TEST_F(GraphApiTest, VoiceIsPlayedReactionsAreOnlySentTemplatesAreAccepted) {
  EXPECT_EQ(
      post(
          R"({"messaging_product":"whatsapp","to":"+1650555","type":"audio","audio":{"id":"1","voice":true}})")
          .status,
      200);
  scheduler.advance(Millis{1'000});
  EXPECT_EQ(transport.statuses(), "sent delivered read played ");
  transport.bodies.clear();
  const std::string target = wamid_of(post(kText));
  scheduler.advance(Millis{1'000});
  transport.bodies.clear();
  post(R"({"messaging_product":"whatsapp","to":"+16505551234","type":"reaction","reaction":{"message_id":")" +
       target + R"(","emoji":"👍"}})");
  scheduler.advance(Millis{1'000});
  EXPECT_EQ(transport.statuses(), "sent ");
  transport.bodies.clear();
  const auto reply =
      json::parse(post(R"({"messaging_product":"whatsapp","to":"+16505551234","type":"template",
      "template":{"name":"hello_world","language":{"code":"en_US"}}})")
                      .body);
  EXPECT_EQ(reply.at("messages").at(0).at("message_status"), "accepted");
  scheduler.advance(Millis{1'000});
  EXPECT_EQ(transport.items("statuses").at(0).at("pricing").at("category"), "utility");
}

TEST_F(GraphApiTest, ReactionsToNothingFailLater) {
  const auto react = [&](const std::string& target) {
    const Reply reply = post(
        R"({"messaging_product":"whatsapp","to":"+16505551234","type":"reaction","reaction":{"message_id":")" +
        target + R"(","emoji":"👍"}})");
    EXPECT_EQ(reply.status, 200);
    return wamid_of(reply);
  };
  const std::string first = react("wamid.HBgLMTY1MDU1NTEyMzQVAgAR");
  react(first);
  scheduler.advance(Millis{1'000});
  ASSERT_EQ(transport.statuses(), "failed failed ");
  EXPECT_EQ(transport.items("statuses")[0].at("errors").at(0).at("code"), 131009);
}

TEST_F(GraphApiTest, TheUserAnswersTheFirstTextOnce) {
  const std::string wamid = wamid_of(post(kText));
  post(kText);
  scheduler.advance(Millis{1'000});
  const auto messages = transport.items("messages");
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].at("from"), "16505551234");
  EXPECT_EQ(messages[0].at("text").at("body"), "Thanks, got it.");
  EXPECT_EQ(messages[0].at("context").at("id"), json::value(wamid));
  EXPECT_EQ(messages[0].at("context").at("from"), "15550783881");
  EXPECT_EQ(transport.items("statuses").size(), 6U);
}

TEST_F(GraphApiTest, TheUserAnswersAlwaysOrNeverWhenTold) {
  config.reply = ReplyMode::kAlways;
  post(kText);
  post(kText);
  scheduler.advance(Millis{1'000});
  EXPECT_EQ(transport.items("messages").size(), 2U);
  transport.bodies.clear();
  config.reply = ReplyMode::kNever;
  post(kText);
  scheduler.advance(Millis{1'000});
  EXPECT_TRUE(transport.items("messages").empty());
}

TEST_F(GraphApiTest, OnlyKnownInboundMessagesAreMarkedRead) {
  const auto made =
      control_post("inbound", R"({"from":"+16505551234","name":"Ada","type":"text","text":{"body":"hi"}})");
  const std::string wamid(made.at("messages").at(0).at("id").as_string());
  scheduler.advance(Millis{0});
  const auto messages = transport.items("messages");
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].at("id"), json::value(wamid));
  const auto& value = transport.bodies[0].at("entry").at(0).at("changes").at(0).at("value");
  EXPECT_EQ(value.at("contacts").at(0).at("profile").at("name"), "Ada");
  const auto read = [&](const std::string& id) {
    return post(R"({"messaging_product":"whatsapp","status":"read","message_id":")" + id + R"("})");
  };
  EXPECT_EQ(read(wamid).body, R"({"success":true})");
  EXPECT_EQ(code_of(read("wamid.HBgLMTY1MDU1NTEyMzQVAgAR")), 131009);
  EXPECT_EQ(code_of(read(wamid_of(post(kText)))), 131009) << "our own message";
  EXPECT_EQ(ledger.page(0, 1).at("mark_reads"), 1U);
  EXPECT_EQ(ledger.accepted(), 1U);
}

TEST_F(GraphApiTest, InboundLoadIsMadeInBulkAndChecked) {
  EXPECT_EQ(
      control_post("inbound", R"({"from":"+16505551234","type":"text","text":{"body":"hi"},"count":2500})")
          .at("count"),
      2500);
  scheduler.advance(Millis{0});
  EXPECT_EQ(transport.items("messages").size(), 2500U);
  control_post("inbound", R"({"type":"text"})", 400);
  control_post("inbound", R"({"from":"+16505551234"})", 400);
  control_post("inbound", R"({"from":"+16505551234","type":"text","count":0})", 400);
  control_post("inbound", R"({"from":"+16505551234","type":"text","count":100001})", 400);
  control_post("inbound", R"({"from":"+16505551234","type":"text","phone_number_id":"9"})", 400);
  control_post("inbound", "[]", 400);
  control_post("inbound", "{", 400);
  transport.bodies.clear();
  control_post("inbound", R"({"field":"account_update","value":{"event":"ACCOUNT_DELETED"}})");
  scheduler.advance(Millis{0});
  EXPECT_EQ(transport.bodies.at(0).at("entry").at(0).at("changes").at(0).at("field"), "account_update");
}

TEST_F(GraphApiTest, RefusesItselfAsRecipientAndAFullBacklog) {
  EXPECT_EQ(code_of(post(
                R"({"messaging_product":"whatsapp","to":"+15550783881","type":"text","text":{"body":"x"}})")),
            131021);
  config.webhooks.backlog = 3;
  build();
  EXPECT_EQ(post(kText).status, 200);
  EXPECT_EQ(code_of(post(kText)), 130429);
  EXPECT_EQ(ledger.accepted(), 1U);
  scheduler.advance(Millis{1'000});
  EXPECT_EQ(post(kText).status, 200);
}

TEST_F(GraphApiTest, FaultsDecideWhetherTheMessageWasTaken) {
  const std::tuple<std::string, int, std::uint64_t, Reply::Ending> cases[] = {
      {R"({"kind":"http_5xx","next":1})", 500, 0, Reply::Ending::kAnswer},
      {R"({"kind":"http_5xx","next":1,"status":503,"accepted":true})", 503, 1, Reply::Ending::kAnswer},
      {R"({"kind":"throttle","next":1})", 400, 0, Reply::Ending::kAnswer},
      {R"({"kind":"error","next":1,"code":190})", 401, 0, Reply::Ending::kAnswer},
      {R"({"kind":"html","next":1})", 502, 0, Reply::Ending::kAnswer},
      {R"({"kind":"reset","next":1})", 200, 0, Reply::Ending::kReset},
      {R"({"kind":"accept_then_reset","next":1})", 200, 1, Reply::Ending::kReset},
      {R"({"kind":"accept_then_no_answer","next":1})", 200, 1, Reply::Ending::kSilence},
      {R"({"kind":"half_body","next":1})", 200, 1, Reply::Ending::kHalf},
      {R"({"kind":"failed_status","next":1})", 200, 1, Reply::Ending::kAnswer},
      {R"({"kind":"latency","next":1,"ms":70})", 200, 1, Reply::Ending::kAnswer},
  };
  for (const auto& [fault, status, accepted, ending] : cases) {
    control_post("reset", "");
    control_post("faults", "[" + fault + "]");
    const Reply reply = post(kText);
    EXPECT_EQ(reply.status, status) << fault;
    EXPECT_EQ(reply.ending, ending) << fault;
    EXPECT_EQ(ledger.accepted(), accepted) << fault;
    EXPECT_EQ(reply.delay, Millis{fault.find("latency") == std::string::npos ? 0 : 70});
    EXPECT_EQ(post(kText).status, 200) << "spent";
    scheduler.advance(Millis{1'000});
  }
}

TEST_F(GraphApiTest, AFailedStatusFaultReportsItsCode) {
  control_post("faults", R"([{"kind":"failed_status","next":1,"code":131047}])");
  post(kText);
  scheduler.advance(Millis{1'000});
  ASSERT_EQ(transport.statuses(), "failed ");
  EXPECT_EQ(transport.items("statuses")[0].at("errors").at(0).at("code"), 131047);
}

TEST_F(GraphApiTest, FaultsNeverHideAMistake) {
  control_post("faults", R"([{"kind":"reset","percent":100}])");
  EXPECT_EQ(code_of(post(R"({"messaging_product":"whatsapp","to":"+16505551234","type":"text","text":{}})")),
            131008);
}

TEST_F(GraphApiTest, AnswersTheQuestionsOfStartUp) {
  const auto info =
      json::parse(get("/v25.0/106540352242922?fields=throughput,quality_rating").body).as_object();
  EXPECT_EQ(info.at("throughput").at("level"), "STANDARD");
  EXPECT_EQ(info.size(), 3U) << "what was asked for, and the id";
  EXPECT_EQ(json::parse(get("/debug_token?input_token=sandbox-token").body).at("data").at("is_valid"), true);
  EXPECT_EQ(json::parse(get("/v25.0/debug_token?input_token=sandbox-token").body).at("data").at("expires_at"),
            0);
  EXPECT_EQ(json::parse(get("/v25.0/102290129340398/message_templates").body).at("data").as_array().size(),
            templates.size());
  EXPECT_EQ(json::parse(get("/v25.0/102290129340398/phone_numbers").body).at("data").at(0).at("id"),
            "106540352242922");
  EXPECT_EQ(code_of(get("/v25.0/1/message_templates")), 100);
  EXPECT_EQ(code_of(get(kPath)), 100);
}

TEST_F(GraphApiTest, TheControlApiRefusesWhatItDoesNotKnow) {
  control_post("faults", R"([{"kind":"x"}])", 400);
  control_post("nothing", "{}", 404);
  EXPECT_EQ(control->handle(request(Method::kGet, "/_sandbox/ledger?limit=10001", ""), "ledger").status, 400);
  EXPECT_EQ(control->handle(request(Method::kGet, "/_sandbox/ledger?after=x", ""), "ledger").status, 400);
  EXPECT_EQ(control->handle(request(Method::kDelete, "/_sandbox/ledger", ""), "ledger").status, 405);
}

}  // namespace
}  // namespace wac::sandbox
