#include "unit/sandbox/graph_fixture.h"

namespace wac::sandbox {
namespace {

class TemplateControlTest : public GraphApiTest {
 protected:
  static std::string send(const std::string& name) {
    return R"({"messaging_product":"whatsapp","to":"+16505551234","type":"template","template":{"name":")" +
           name + R"(","language":{"code":"en_US"}}})";
  }
  json::value change() {
    scheduler.advance(Millis{1});
    const json::value body = transport.bodies.back();
    return body.at("entry").at(0).at("changes").at(0);
  }
  json::value update(const std::string& rest, int status = 200) {
    return control_post("templates/update", R"({"name":"hello_world","language":"en_US",)" + rest + "}",
                        status);
  }
};

TEST_F(TemplateControlTest, AddsTemplatesThatCanBeSentAtOnce) {
  EXPECT_EQ(code_of(post(send("ping"))), 132001);
  control_post("templates", R"({"name":"ping","language":"en_US","category":"UTILITY",
      "components":[{"type":"BODY","text":"Ping."}]})");
  EXPECT_EQ(change().at("field"), "message_template_status_update");
  EXPECT_EQ(change().at("value").at("event"), "APPROVED");
  EXPECT_TRUE(change().at("value").at("message_template_id").is_int64());
  EXPECT_EQ(post(send("ping")).status, 200);
  const std::size_t count = templates.size();
  control_post("templates",
               R"([{"name":"ping","language":"en_US","components":[{"type":"BODY","text":"Pong."}]}])");
  EXPECT_EQ(templates.size(), count) << "replaced";
  EXPECT_EQ(templates.listing().size(), count);
  control_post("templates", R"({"name":"x"})", 400);
  control_post("templates", "7", 400);
}

TEST_F(TemplateControlTest, PausesAndDisablesWithAWebhook) {
  update(R"("status":"PAUSED","reason":"LOW_QUALITY")");
  EXPECT_EQ(change().at("value").at("event"), "PAUSED");
  EXPECT_EQ(change().at("value").at("message_template_category"), "UTILITY");
  EXPECT_EQ(code_of(post(send("hello_world"))), 132015);
  update(R"("status":"DISABLED")");
  EXPECT_EQ(code_of(post(send("hello_world"))), 132016);
  update(R"("status":"REJECTED")");
  EXPECT_EQ(code_of(post(send("hello_world"))), 132001);
  update(R"("status":"APPROVED")");
  EXPECT_EQ(post(send("hello_world")).status, 200);
  update(R"("status":"SLEEPING")", 400);
  control_post("templates/update", R"({"name":"none","language":"en_US"})", 400);
}

TEST_F(TemplateControlTest, TellsOfQuality) {
  update(R"("quality":"RED")");
  EXPECT_EQ(change().at("field"), "message_template_quality_update");
  EXPECT_EQ(change().at("value").at("previous_quality_score"), "UNKNOWN");
  EXPECT_EQ(change().at("value").at("new_quality_score"), "RED");
  const auto listed =
      json::parse(get("/v25.0/102290129340398/message_templates?name=hello_world&fields=quality_score").body);
  EXPECT_EQ(listed.at("data").at(0).at("quality_score").at("score"), "RED");
}

TEST_F(TemplateControlTest, HeldMessagesWaitThenGoOrFail) {
  update(R"("hold":true)");
  const Reply held = post(send("hello_world"));
  EXPECT_EQ(json::parse(held.body).at("messages").at(0).at("message_status"), "held_for_quality_assessment");
  post(send("hello_world"));
  scheduler.advance(Millis{1'000});
  EXPECT_EQ(transport.statuses(), "");
  EXPECT_EQ(update(R"("hold":false)").at("released"), 2U);
  scheduler.advance(Millis{1'000});
  EXPECT_EQ(transport.items("statuses").size(), 6U);
  transport.bodies.clear();
  update(R"("hold":true)");
  post(send("hello_world"));
  update(R"("hold":false,"drop":true)");
  scheduler.advance(Millis{1'000});
  ASSERT_EQ(transport.statuses(), "failed ");
  EXPECT_EQ(transport.items("statuses")[0].at("errors").at(0).at("code"), 132015);
}

}  // namespace
}  // namespace wac::sandbox
