// The customer-service window, opt-outs, and users known by phone or user id.

#include "unit/sandbox/graph_fixture.h"

namespace wac::sandbox {
namespace {

const std::string kMarketing =
    R"({"messaging_product":"whatsapp","to":"+16505551234","type":"template","template":{"name":"summer_sale",
    "language":{"code":"en_US"},"components":[{"type":"header","parameters":[{"type":"text","text":"Ada"}]},
    {"type":"body","parameters":[{"type":"text","text":"10%"},{"type":"text","text":"Friday"}]},
    {"type":"button","sub_type":"copy_code","index":"0","parameters":[{"type":"coupon_code","coupon_code":"TEN"}]}]}})";
const std::string kTemplate =
    R"({"messaging_product":"whatsapp","to":"+16505551234","type":"template","template":{"name":"hello_world",
    "language":{"code":"en_US"}}})";
const std::string kHello = R"({"from":"+16505551234","type":"text","text":{"body":"hi"}})";

using UsersTest = GraphApiTest;

TEST_F(UsersTest, TheWindowOpensWithAMessageForADay) {
  config.window = WindowRule::kRefuse;
  config.reply = ReplyMode::kNever;
  EXPECT_EQ(code_of(post(kText)), 131047);
  EXPECT_EQ(post(kTemplate).status, 200) << "templates need no window";
  control_post("inbound", kHello);
  EXPECT_EQ(post(kText).status, 200);
  EXPECT_EQ(post(R"({"messaging_product":"whatsapp","recipient":")" + user_id_of("16505551234") +
                 R"(","type":"text","text":{"body":"hi"}})")
                .status,
            200)
      << "the same user by user id";
  scheduler.advance(std::chrono::hours{24});
  EXPECT_EQ(code_of(post(kText)), 131047);
}

TEST_F(UsersTest, OrMessagesFailLater) {
  config.window = WindowRule::kFail;
  EXPECT_EQ(post(kText).status, 200);
  scheduler.advance(Millis{1'000});
  ASSERT_EQ(transport.statuses(), "failed ");
  EXPECT_EQ(transport.items("statuses")[0].at("errors").at(0).at("code"), 131047);
}

TEST_F(UsersTest, WhoStoppedMarketingGetsNoneUntilTheyResume) {
  control_post("preferences", R"({"from":"+16505551234","value":"stop"})");
  scheduler.advance(Millis{1});
  const auto& change = transport.bodies.at(0).at("entry").at(0).at("changes").at(0);
  EXPECT_EQ(change.at("field"), "user_preferences");
  const auto& preference = change.at("value").at("user_preferences").at(0);
  EXPECT_EQ(preference.at("value"), "stop");
  EXPECT_EQ(preference.at("wa_id"), "16505551234");
  EXPECT_EQ(preference.at("category"), "marketing_messages");
  transport.bodies.clear();
  EXPECT_EQ(post(kMarketing).status, 200) << post(kMarketing).body;
  scheduler.advance(Millis{1'000});
  ASSERT_EQ(transport.items("statuses").at(0).at("status"), "failed");
  EXPECT_EQ(transport.items("statuses").at(0).at("errors").at(0).at("code"), 131050);
  transport.bodies.clear();
  post(kTemplate);
  scheduler.advance(Millis{1'000});
  EXPECT_EQ(transport.statuses(), "sent delivered read ") << "utility is not marketing";
  control_post("preferences", R"({"from":"+16505551234","value":"resume"})");
  scheduler.advance(Millis{1});
  transport.bodies.clear();
  post(kMarketing);
  scheduler.advance(Millis{1'000});
  EXPECT_EQ(transport.statuses(), "sent delivered read ");
  control_post("preferences", R"({"from":"+16505551234","value":"maybe"})", 400);
  control_post("preferences", R"({"value":"stop"})", 400);
}

TEST_F(UsersTest, TheTranscriptFollowsAMessageAndItsAnswer) {
  const std::string wamid = wamid_of(post(kText));
  scheduler.advance(Millis{1'000});
  const auto shown = transcript.messages_after(0);
  ASSERT_EQ(shown.size(), 2U) << "and the scripted answer";
  EXPECT_EQ(shown[0].at("id"), json::value(wamid));
  EXPECT_EQ(shown[0].at("status"), "read");
  EXPECT_EQ(shown[0].at("message").at("text").at("body"), "hi");
  EXPECT_EQ(shown[1].at("status"), "delivered");
  const std::string answer(shown[1].at("id").as_string());
  post(R"({"messaging_product":"whatsapp","status":"read","message_id":")" + answer +
       R"(","typing_indicator":{"type":"text"}})");
  EXPECT_EQ(transcript.messages_after(0)[1].at("status"), "read");
  ASSERT_EQ(transcript.conversations().size(), 1U);
  EXPECT_GT(transcript.conversations().begin()->second.typing_until, scheduler.wall_now());
}

}  // namespace
}  // namespace wac::sandbox
