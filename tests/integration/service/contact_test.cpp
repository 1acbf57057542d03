// What webhooks tell of a contact decides about what is sent to it.

#include "engines.h"

#include <chrono>
#include <filesystem>
#include <fstream>

namespace wac::testing {
namespace {

namespace json = boost::json;

constexpr const char* kUser = "16505551234";
constexpr const char* kTemplate =
    R"({"type":"template","template":{"name":"hello_world","language":{"code":"en_US"}}})";

/// A webhook about `members` of a value.
std::string webhook(const std::string& field, const std::string& members) {
  return R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"field":")" +
         field +
         R"(","value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881",)"
         R"("phone_number_id":")" +
         std::string{kSender} + "\"}," + members + "}}]}]}";
}

std::string hours_ago(int hours) {
  const auto at = std::chrono::system_clock::now() - std::chrono::hours{hours};
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count());
}

std::string user_wrote(int hours, const std::string& who) {
  return webhook("messages", R"("messages":[{)" + who + R"(,"id":"wamid.)" + random_uuid() +
                                 R"(","timestamp":")" + hours_ago(hours) +
                                 R"(","type":"text","text":{"body":"hi"}}])");
}
std::string from(const std::string& phone) {
  return R"("from":")" + phone + "\"";
}

class ContactTest : public ServiceTest {};
INSTANTIATE_TEST_SUITE_P(Engines, ContactTest, ::testing::Values(Engine::kEmbedded, Engine::kRedis),
                         engine_name);

TEST_P(ContactTest, AUserWhoWroteADayAgoGetsNoFreeFormMessage) {
  launch();
  ASSERT_EQ(connector_->post_webhook(user_wrote(25, from(kUser))).status, 200);
  const std::string id = random_uuid();
  const HttpReply reply = connector_->post("/v1/intents", text_intent(id));
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto result = first_result(reply);
  EXPECT_EQ(result.at("status"), "failed");
  EXPECT_EQ(result.at("errorCode"), "window_closed");
  EXPECT_FALSE(result.at("advice").as_string().empty());
  EXPECT_EQ(accepted(), 0);
  const auto shown = json::parse(connector_->get("/v1/intents/" + id).body);
  EXPECT_EQ(shown.at("errorCode"), "window_closed");

  ASSERT_EQ(connector_->post_webhook(user_wrote(1, from(kUser))).status, 200);
  const std::string again = random_uuid();
  EXPECT_EQ(first_result(connector_->post("/v1/intents", text_intent(again))).at("status"), "sent")
      << "the user wrote: the window is open";
  EXPECT_EQ(accepted(), 1);
}

TEST_P(ContactTest, AQueuedMessageIsHeldToTheWindowToo) {
  launch();
  ASSERT_EQ(connector_->post_webhook(user_wrote(25, from(kUser))).status, 200);
  const std::string id = random_uuid();
  ASSERT_EQ(connector_->post("/v1/intents", text_intent(id), {{"Prefer", "respond-async"}}).status, 202);
  EXPECT_TRUE(reaches(id, "failed")) << state_of(id);
  EXPECT_EQ(accepted(), 0);
}

TEST_P(ContactTest, TheFallbackIsSentWhereTheWindowIsClosed) {
  launch();
  ASSERT_EQ(connector_->post_webhook(user_wrote(25, from(kUser))).status, 200);
  const std::string id = random_uuid();
  const std::string more = R"(,"fallback":)" + std::string{kTemplate};
  const HttpReply reply = connector_->post("/v1/intents", text_intent(id, "+16505551234", "hello", more));
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto result = first_result(reply);
  EXPECT_EQ(result.at("status"), "sent") << reply.body;
  EXPECT_EQ(result.at("fallbackUsed"), true);
  EXPECT_TRUE(reaches(id, "read")) << state_of(id);
  EXPECT_EQ(json::parse(connector_->get("/v1/intents/" + id).body).at("fallbackUsed"), true);
  const auto ledger = json::parse(sandbox_->get("/_sandbox/ledger").body);
  EXPECT_NE(json::serialize(ledger).find("template"), std::string::npos);

  const std::string unknown = random_uuid();
  const auto other =
      first_result(connector_->post("/v1/intents", text_intent(unknown, "+16505550000", "hello", more)));
  EXPECT_EQ(other.at("status"), "sent");
  EXPECT_FALSE(other.contains("fallbackUsed")) << "nothing is known of this one";
}

std::string word(const std::string& value, int hours) {
  return webhook("user_preferences",
                 R"("user_preferences":[{"wa_id":"16505551234","category":"marketing_messages","value":")" +
                     value + R"(","timestamp":)" + hours_ago(hours) + "}]");
}

std::string template_intent(const std::string& id, const std::string& payload) {
  return R"({"intents":[{"intentId":")" + id + R"(","to":"+16505551234","payload":)" + payload + "}]}";
}

TEST_P(ContactTest, AUserWhoSaidStopGetsNoMarketingUntilTheyResume) {
  launch({{"WHATSAPP_BUSINESS_ACCOUNT_ID", "102290129340398"}});
  const std::string marketing =
      R"({"type":"template","template":{"name":"summer_sale","language":{"code":"en_US"},"components":[)"
      R"({"type":"header","parameters":[{"type":"text","text":"Ada"}]},{"type":"body","parameters":[)"
      R"({"type":"text","text":"a"},{"type":"text","text":"b"}]},{"type":"button","sub_type":"copy_code",)"
      R"("index":"0","parameters":[{"type":"coupon_code","coupon_code":"SUN"}]}]}})";
  // It waits for the listing, which tells the category.
  ASSERT_EQ(connector_->post("/v1/intents?dryRun=true", template_intent(random_uuid(), marketing)).status,
            200);
  ASSERT_EQ(connector_->post_webhook(word("stop", 2)).status, 200);
  const auto refused =
      first_result(connector_->post("/v1/intents", template_intent(random_uuid(), marketing)));
  EXPECT_EQ(refused.at("status"), "failed");
  EXPECT_EQ(refused.at("errorCode"), "opted_out");
  EXPECT_EQ(accepted(), 0);
  const auto other = first_result(connector_->post("/v1/intents", template_intent(random_uuid(), kTemplate)));
  EXPECT_EQ(other.at("status"), "sent") << "another category may go";
  ASSERT_EQ(connector_->post_webhook(word("resume", 1)).status, 200);
  const auto again = first_result(connector_->post("/v1/intents", template_intent(random_uuid(), marketing)));
  EXPECT_EQ(again.at("status"), "sent") << json::serialize(again);
  EXPECT_EQ(accepted(), 2);
}

TEST_P(ContactTest, WhatIsKnownSurvivesACrash) {
  launch();
  ASSERT_EQ(connector_->post_webhook(user_wrote(25, from(kUser))).status, 200);
  connector_->kill();
  connector_->start();
  const HttpReply reply = connector_->post("/v1/intents", text_intent(random_uuid()));
  EXPECT_EQ(first_result(reply).at("errorCode"), "window_closed");
}

TEST_P(ContactTest, EveryKindOfNewsIsAcknowledgedAndLeavesNothingOfThePerson) {
  launch();
  const std::string planted = "16505557788";
  const std::string who = from(planted) + R"(,"from_user_id":"US.13491208655302741918")";
  const std::string preference =
      R"("user_preferences":[{"wa_id":")" + planted +
      R"(","user_id":"US.13491208655302741918","category":"marketing_messages","value":"stop","timestamp":)" +
      hours_ago(1) + "}]";
  const std::string moved = R"("messages":[{)" + from(planted) + R"(,"id":"wamid.M","timestamp":")" +
                            hours_ago(0) +
                            R"(","type":"system","system":{"body":"b","type":"user_changed_number",)"
                            R"("wa_id":"16505557799","user_id":"US.77","previous_user_id":)"
                            R"("US.13491208655302741918"}}])";
  EXPECT_EQ(connector_->post_webhook(user_wrote(25, who)).status, 200);
  EXPECT_EQ(connector_->post_webhook(webhook("user_preferences", preference)).status, 200);
  EXPECT_EQ(connector_->post_webhook(webhook("messages", moved)).status, 200);
  connector_->terminate();
  if (redis_) {
    const std::string search =
        "local n = 0 for _, key in ipairs(redis.call('KEYS', '*')) do local dump = redis.call('DUMP', key) "
        "for _, word in ipairs({'16505557788', '16505557799', '13491208655302741918'}) do "
        "if string.find(key, word, 1, true) or string.find(dump, word, 1, true) then n = n + 1 end end end "
        "return n";
    EXPECT_EQ(redis_->cli({"EVAL", search, "0"}), "0");
    EXPECT_NE(redis_->cli({"KEYS", "*k:contact:*"}), "");
    return;
  }
  std::size_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{connector_->data_dir()}) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file{entry.path(), std::ios::binary};
    const std::string content{std::istreambuf_iterator<char>{file}, {}};
    bytes += content.size();
    for (const char* word : {"16505557788", "16505557799", "13491208655302741918"}) {
      EXPECT_EQ(content.find(word), std::string::npos) << entry.path();
    }
  }
  EXPECT_GT(bytes, 0U);
}

}  // namespace
}  // namespace wac::testing
