#include "sandbox/error_table.h"
#include "unit/sandbox/graph_fixture.h"

namespace wac::sandbox {
namespace {

class ManagementTest : public GraphApiTest {
 protected:
  json::value ok(const Reply& reply) {
    EXPECT_EQ(reply.status, 200) << reply.body;
    return json::parse(reply.body);
  }
  json::value got(const std::string& path) { return ok(get("/v25.0/" + path)); }
  Reply remove(const std::string& path, std::string_view body = "") {
    return graph->handle(request(Method::kDelete, "/v25.0/" + path, body));
  }
  const std::string account = "102290129340398/";
  const std::string number = "106540352242922";
};

TEST_F(ManagementTest, NumbersShowWhatIsAskedAndRefuseUnknownFields) {
  const auto info = got(number).as_object();
  EXPECT_TRUE(info.contains("verified_name"));
  EXPECT_FALSE(info.contains("status")) << "not in Graph's default set";
  const auto some =
      got(number + "?fields=status,throughput{level},whatsapp_business_manager_messaging_limit");
  EXPECT_EQ(some.at("status"), "CONNECTED");
  EXPECT_EQ(some.at("throughput").at("level"), "STANDARD");
  EXPECT_EQ(some.as_object().size(), 4U);
  const Reply wrong = get("/v25.0/" + number + "?fields=colour");
  EXPECT_EQ(code_of(wrong), 100);
  EXPECT_NE(wrong.body.find("nonexisting field (colour)"), std::string::npos);
  EXPECT_EQ(got(account + "phone_numbers?fields=id").at("data").as_array().size(), 1U);
}

TEST_F(ManagementTest, ANumbersFieldsCanBeSetAndAreAnnounced) {
  control_post("numbers", R"({"quality_rating":"RED","status":"FLAGGED"})");
  EXPECT_EQ(got(number + "?fields=quality_rating,status").at("status"), "FLAGGED");
  scheduler.advance(Millis{1});
  EXPECT_TRUE(transport.bodies.empty());
  control_post("numbers", R"({"phone_number_id":"106540352242922","throughput":{"level":"HIGH"}})");
  scheduler.advance(Millis{1});
  const auto& change = transport.bodies.at(0).at("entry").at(0).at("changes").at(0);
  EXPECT_EQ(change.at("field"), "phone_number_quality_update");
  EXPECT_EQ(change.at("value").at("event"), "THROUGHPUT_UPGRADE");
  control_post("numbers", R"({"colour":"red"})", 400);
  control_post("numbers", R"({"phone_number_id":"9"})", 400);
}

TEST_F(ManagementTest, TemplatesAreFilteredAndPaged) {
  const std::string list = account + "message_templates";
  const auto first = got(list + "?fields=name,status,quality_score&limit=2");
  ASSERT_EQ(first.at("data").as_array().size(), 2U);
  EXPECT_EQ(first.at("data").at(0).as_object().size(), 4U) << "three fields and the id";
  std::size_t seen = 2;
  std::string after(first.at("paging").at("cursors").at("after").as_string());
  EXPECT_TRUE(first.at("paging").as_object().contains("next"));
  EXPECT_FALSE(first.at("paging").as_object().contains("previous"));
  for (;;) {
    const auto next = got(list + "?limit=2&after=" + after);
    seen += next.at("data").as_array().size();
    if (!next.at("paging").as_object().contains("next")) break;
    after = next.at("paging").at("cursors").at("after").as_string();
  }
  EXPECT_EQ(seen, templates.size());
  const auto previous = got(list + "?limit=2&before=" + after);
  EXPECT_EQ(previous.at("data").as_array().size(), 2U);
  EXPECT_EQ(got(list + "?name=login_code").at("data").as_array().size(), 1U);
  EXPECT_EQ(got(list + "?category=marketing").at("data").as_array().size(), 3U);
  EXPECT_TRUE(got(list + "?status=PAUSED").at("data").as_array().empty());
  EXPECT_EQ(code_of(get("/v25.0/" + list + "?after=!")), 100);
  EXPECT_EQ(code_of(get("/v25.0/" + list + "?limit=0")), 100);
  EXPECT_EQ(got("594425479261597?fields=name").at("name"), "order_update");
}

TEST_F(ManagementTest, TheTokenIsInspected) {
  const auto other = ok(get("/v25.0/debug_token?input_token=other")).at("data");
  EXPECT_EQ(other.at("is_valid"), false);
  EXPECT_EQ(other.at("error").at("code"), 190);
  EXPECT_EQ(code_of(get("/v25.0/debug_token")), 100);
}

TEST_F(ManagementTest, WithoutASubscriptionNoWebhookComes) {
  EXPECT_EQ(got(account + "subscribed_apps").at("data").as_array().size(), 1U);
  EXPECT_EQ(remove(account + "subscribed_apps").status, 200);
  EXPECT_TRUE(got(account + "subscribed_apps").at("data").as_array().empty());
  post(kText);
  scheduler.advance(Millis{1'000});
  EXPECT_TRUE(transport.bodies.empty());
  EXPECT_EQ(queue->counts().dropped, 3U);
  const std::string path = "/v25.0/" + account + "subscribed_apps";
  EXPECT_EQ(post(R"({"override_callback_uri":"https://x.example/hook","verify_token":"t"})", path).status,
            200);
  EXPECT_EQ(got(account + "subscribed_apps").at("data").at(0).at("override_callback_uri"),
            "https://x.example/hook");
  EXPECT_EQ(code_of(post(R"({"override_callback_uri":"https://x.example/hook"})", path)), 100);
  EXPECT_EQ(post("", path).status, 200);
  EXPECT_FALSE(
      got(account + "subscribed_apps").at("data").at(0).as_object().contains("override_callback_uri"));
  post(kText);
  scheduler.advance(Millis{1'000});
  EXPECT_EQ(transport.statuses(), "sent delivered read ");
}

TEST_F(ManagementTest, HistoryTellsHowAMessageFared) {
  const std::string wamid = wamid_of(post(kText));
  post(kText);
  scheduler.advance(Millis{1'000});
  const auto one = got(number + "/message_history?message_id=" + wamid);
  ASSERT_EQ(one.at("data").as_array().size(), 1U);
  EXPECT_EQ(one.at("data").at(0).at("message_id"), json::value(wamid));
  const auto& events = one.at("data").at(0).at("events").at("data").as_array();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[2].at("delivery_status"), "READ");
  EXPECT_EQ(got(number + "/message_history").at("data").as_array().size(), 2U);
  EXPECT_EQ(one.at("data").at(0).as_object().count("recipient"), 0U)
      << "exposes neither recipient nor opaque data";
}

TEST_F(ManagementTest, OnlyUsersWhoWroteCanBeBlocked) {
  const std::string path = "/v25.0/" + number + "/block_users";
  const std::string body = R"({"messaging_product":"whatsapp","block_users":[{"user":"+16505551234"}]})";
  EXPECT_EQ(code_of(post(body, path)), 139100);
  control_post("inbound", R"({"from":"+16505551234","type":"text","text":{"body":"hi"}})");
  const auto blocked = ok(post(body, path));
  EXPECT_EQ(blocked.at("block_users").at("added_users").at(0).at("wa_id"), "16505551234");
  EXPECT_EQ(code_of(post(kText)), 130403);
  control_post("inbound", R"({"from":"+16505551234","type":"text","text":{"body":"hi"}})", 400);
  EXPECT_EQ(got(number + "/block_users").at("data").at(0).at("wa_id"), "16505551234");
  EXPECT_EQ(remove(number + "/block_users", body).status, 200);
  EXPECT_EQ(post(kText).status, 200);
  EXPECT_EQ(code_of(post(R"({"messaging_product":"whatsapp","block_users":[{}]})", path)), 131008);
}

TEST_F(ManagementTest, EveryDocumentedErrorComesOnDemand) {
  for (const KnownError& known : known_errors()) {
    control_post("faults", R"([{"kind":"error","next":1,"code":)" + std::to_string(known.code) + "}]");
    const Reply reply = post(kText);
    EXPECT_EQ(reply.status, known.http_status) << known.code;
    EXPECT_EQ(code_of(reply), known.code);
    const auto error = json::parse(reply.body).at("error").as_object();
    EXPECT_EQ(error.contains("error_data"), !is_platform_error(known.code)) << known.code;
    EXPECT_EQ(error.contains("is_transient"), is_transient_error(known.code)) << known.code;
    EXPECT_TRUE(error.contains("fbtrace_id"));
  }
  control_post("faults", R"([{"kind":"error","next":1,"code":190,"subcode":463}])");
  EXPECT_EQ(json::parse(post(kText).body).at("error").at("error_subcode"), 463);
  control_post("faults", R"([{"kind":"error","next":1,"code":210}])");
  EXPECT_EQ(post(kText).status, 403) << "201 to 299 are as 200";
  EXPECT_EQ(ledger.accepted(), 0U);
}

TEST_F(ManagementTest, LimitsAnswerAsMetaDoesAndUsageIsTold) {
  config.limits = {
      .per_second = 100, .pair_interval = Millis{6'000}, .pair_burst = 2, .management_per_hour = 2};
  build();
  EXPECT_EQ(post(kText).status, 200);
  EXPECT_EQ(post(kText).status, 200);
  const Reply third = post(kText);
  EXPECT_EQ(third.status, 400);
  EXPECT_EQ(code_of(third), 131056);
  const auto header = [](const Reply& reply, std::string_view name) {
    for (const auto& [key, value] : reply.headers) {
      if (key == name) return value;
    }
    return std::string();
  };
  EXPECT_EQ(json::parse(header(third, "x-app-usage")).at("call_count"), 0);
  got(number);
  got(number);
  EXPECT_EQ(code_of(get("/v25.0/" + number)), 80007);
  control_post("usage", R"({"percent":90,"regain_minutes":3})");
  const auto usage = json::parse(header(post(kText), "x-business-use-case-usage"));
  EXPECT_EQ(usage.at("102290129340398").at(0).at("call_count"), 90);
  control_post("usage", R"({"percent":-1})", 400);
  control_post("usage", "{}");
  control_post("faults", R"({"limits":{"per_second":0}})");
  EXPECT_EQ(post(kText).status, 200) << "limits can be changed while it runs";
}

}  // namespace
}  // namespace wac::sandbox
