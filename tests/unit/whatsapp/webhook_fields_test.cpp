#include "unit/whatsapp/json_support.h"

#include <gtest/gtest.h>

namespace wac::whatsapp {
namespace {

using testing::canonical;
using testing::data_of;
using testing::items_of;
using testing::shown;

std::string change(std::string_view field, std::string_view value, std::string_view time = "1739321024") {
  return R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","time":)" +
         std::string{time} + R"(,"changes":[{"field":")" + std::string{field} + R"(","value":)" +
         std::string{value} + "}]}]}";
}

struct Example {
  std::string_view field;
  std::string_view value;
};

constexpr Example kNotices[] = {
    {"account_alerts",
     R"({"entity_type":"BUSINESS","entity_id":"1","alert_info":{"alert_severity":"CRITICAL","alert_status":"NONE","alert_type":"OBA_APPROVED","alert_description":"d"}})"},
    {"account_review_update", R"({"decision":"APPROVED"})"},
    {"account_settings_update", R"({"phone_number_settings":{}})"},
    {"account_update",
     R"({"event":"DISABLED_UPDATE","ban_info":{"waba_ban_state":"DISABLE","waba_ban_date":"d"}})"},
    {"automatic_events", R"({"automatic_events":[{"id":"wamid.A","event_name":"Purchase"}]})"},
    {"business_capability_update",
     R"({"max_daily_conversations_per_business":"TIER_2K","max_phone_numbers_per_waba":25})"},
    {"business_username_update",
     R"({"display_phone_number":"15550783881","username":"u","status":"approved"})"},
    {"business_username_updates", R"({"display_phone_number":"15550783881","status":"deleted"})"},
    {"consumer_profile", R"({})"},
    {"flows", R"({"event":"FLOW_STATUS_CHANGE","flow_id":"1"})"},
    {"group_lifecycle_update", R"({"groups":[{"group_id":"G"}]})"},
    {"group_participants_update", R"({"groups":[{"group_id":"G"}]})"},
    {"group_settings_update", R"({"groups":[{"group_id":"G"}]})"},
    {"group_status_update", R"({"groups":[{"group_id":"G"}]})"},
    {"message_template_components_update", R"({"message_template_id":1,"message_template_title":"t"})"},
    {"message_template_quality_update", R"({"previous_quality_score":"GREEN","new_quality_score":"RED"})"},
    {"message_template_status_update",
     R"({"event":"PAUSED","message_template_id":1,"message_template_name":"t","reason":"NONE"})"},
    {"messaging_handovers", R"({"control_passed":{}})"},
    {"partner_solutions", R"({"event":"SOLUTION_CREATED"})"},
    {"payment_configuration_update", R"({"configuration_name":"c"})"},
    {"phone_number_name_update", R"({"decision":"APPROVED","display_phone_number":"15550783881"})"},
    {"phone_number_quality_update", R"({"event":"THROUGHPUT_UPGRADE","display_phone_number":"15550783881"})"},
    {"security", R"({"event":"PIN_CHANGED","requester":"1"})"},
    {"template_category_update", R"({"new_category":"MARKETING"})"},
    {"template_correct_category_detection", R"({"category_update_timestamp":1})"},
};

constexpr Example kBulk[] = {
    {"calls", R"({"metadata":{"phone_number_id":"106540352242922"},"calls":[{"id":"c","event":"connect"}]})"},
    {"history",
     R"({"metadata":{"phone_number_id":"106540352242922"},"history":[{"metadata":{"phase":0},"threads":[]}]})"},
    {"message_echoes", R"({"message_echoes":[]})"},
    {"smb_app_state_sync", R"({"state_sync":[{"type":"contact","action":"add"}]})"},
    {"smb_message_echoes",
     R"({"metadata":{"phone_number_id":"106540352242922"},"message_echoes":[{"from":"15550783881","to":"16505551234","id":"wamid.A","type":"text"}]})"},
    {"standby", R"({"messages":[{"id":"wamid.A"}]})"},
    {"user_preferences",
     R"({"user_preferences":[{"wa_id":"16505551234","category":"marketing_messages","value":"stop"}]})"},
};

TEST(WebhookField, KnownNoticesAreAccountEvents) {
  for (const auto& [field, value] : kNotices) {
    const auto items = items_of(change(field, value));
    ASSERT_EQ(items.size(), 1U) << field;
    EXPECT_EQ(items[0].type, "account." + std::string{field});
    EXPECT_EQ(items[0].account, "102290129340398");
    EXPECT_EQ(items[0].timestamp, WallTime{std::chrono::seconds{1739321024}});
    EXPECT_FALSE(items[0].sender);
    const auto data = data_of(items[0]);
    EXPECT_EQ(data.at("field").as_string(), field);
    EXPECT_EQ(canonical(data.at("value")), canonical(value));
    EXPECT_EQ(canonical(data.at("raw")), canonical(value));
  }
}

TEST(WebhookField, BulkContentIsNotWrittenTwice) {
  for (const auto& [field, value] : kBulk) {
    const auto items = items_of(change(field, value));
    ASSERT_EQ(items.size(), 1U) << field;
    EXPECT_EQ(items[0].type, "account." + std::string{field});
    const auto data = data_of(items[0]);
    EXPECT_FALSE(data.contains("value"));
    EXPECT_EQ(canonical(data.at("raw")), canonical(value));
  }
  EXPECT_EQ(items_of(change("calls", kBulk[0].value))[0].sender->str(), "106540352242922");
}

TEST(WebhookField, UnknownFieldsKeepTheirName) {
  const auto items = items_of(change("field_of_next_year", R"({"a":1})"));
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].type, "unknown.field_of_next_year");
  EXPECT_EQ(shown(items[0].data),
            R"({"account":"102290129340398","field":"field_of_next_year","raw":{"a":1}})");
}

TEST(WebhookField, IsIdentifiedByFieldAccountAndContent) {
  const auto identity = [](const std::string& body) {
    return std::string{shown(items_of(body)[0].identity)};
  };
  const std::string base = identity(change("security", R"({"event":"PIN_CHANGED","requester":"1"})"));
  EXPECT_EQ(identity(change("security", R"({ "requester":"1", "event":"PIN_CHANGED" })")), base)
      << "the order of fields is not content";
  EXPECT_NE(identity(change("security", R"({"event":"PIN_CHANGED","requester":"1"})", "1739321099")), base)
      << "the same thing may happen again";
  EXPECT_NE(identity(change("security", R"({"event":"PIN_CHANGED","requester":"2"})")), base);
  EXPECT_NE(identity(change("account_update", R"({"event":"PIN_CHANGED","requester":"1"})")), base);
  EXPECT_NE(identity(testing::replaced(change("security", R"({"event":"PIN_CHANGED","requester":"1"})"),
                                       "102290129340398", "7")),
            base);
}

TEST(WebhookField, ErrorsOfTheAccountAreValueErrors) {
  const auto items =
      items_of(testing::notification(R"("errors":[{"code":130429,"title":"Rate limit hit"}])"));
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].type, "value.error");
  EXPECT_EQ(items[0].sender->str(), "106540352242922");
  EXPECT_EQ(canonical(data_of(items[0]).at("value")), R"({"code":130429,"title":"Rate limit hit"})");
}

TEST(WebhookField, ListsWithoutAnEventOfTheirOwnAreKept) {
  const auto items = items_of(testing::notification(
      R"("statuses":[{"id":"wamid.A","status":"read"}],"user_actions":[{"action_type":"marketing_messages_link_click"}])"));
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[1].type, "unknown.messages");
  EXPECT_EQ(canonical(data_of(items[1]).at("raw")),
            R"({"user_actions":[{"action_type":"marketing_messages_link_click"}]})");
}

TEST(WebhookField, ChangedFieldsAreCountedAndReported) {
  auto parsed = parse_webhook(
      R"({"object":"whatsapp_business_account","entry":[{"id":"1","time":1739321024,"changed_fields":["messages"]},{"id":"2","changed_fields":["messages"]}]})");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->without_values, 2U);
  ASSERT_EQ(parsed->items.size(), 2U);
  EXPECT_EQ(parsed->items[0].type, "webhook.without_values");
  EXPECT_EQ(parsed->items[0].account, "1");
  EXPECT_EQ(parsed->items[1].account, "2");
}

}  // namespace
}  // namespace wac::whatsapp
