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
  std::string_view notice;  ///< keys in order of the alphabet
};

constexpr Example kNotices[] = {
    {"account_alerts",
     R"({"entity_type":"BUSINESS","entity_id":1,"alert_info":{"alert_severity":"CRITICAL","alert_status":"NONE","alert_type":"OBA_APPROVED","alert_description":"d"}})",
     R"({"description":"d","entityId":"1","entityType":"BUSINESS","severity":"CRITICAL","status":"NONE","type":"OBA_APPROVED"})"},
    {"account_alerts", R"({"alert_severity":"WARNING","alert_type":"PROFILE_PICTURE_LOST"})",
     R"({"severity":"WARNING","type":"PROFILE_PICTURE_LOST"})"},
    {"account_review_update", R"({"decision":"APPROVED"})", R"({"decision":"APPROVED"})"},
    {"account_settings_update", R"({"type":"phone_number_settings","phone_number_settings":{"a":1}})",
     R"({"phoneNumberSettings":{"a":1},"type":"phone_number_settings"})"},
    {"account_update",
     R"({"event":"DISABLED_UPDATE","ban_info":{"waba_ban_state":"DISABLE","waba_ban_date":"d"}})",
     R"({"banDate":"d","banState":"DISABLE","event":"DISABLED_UPDATE"})"},
    {"account_update", R"({"event":"ACCOUNT_VIOLATION","violation_info":{"violation_type":"SCAM"}})",
     R"({"event":"ACCOUNT_VIOLATION","violationType":"SCAM"})"},
    {"account_update",
     R"({"event":"ACCOUNT_RESTRICTION","restriction_info":[{"restriction_type":"R","expiration":1}]})",
     R"({"event":"ACCOUNT_RESTRICTION","restrictions":[{"expiration":1,"restriction_type":"R"}]})"},
    {"account_update",
     R"({"event":"PARTNER_ADDED","waba_info":{"waba_id":"7","owner_business_id":8},"country":null})",
     R"({"event":"PARTNER_ADDED","ownerBusinessId":"8","wabaId":"7"})"},
    {"business_capability_update",
     R"({"max_daily_conversations_per_business":"TIER_2K","max_phone_numbers_per_waba":25})",
     R"({"maxDailyConversationsPerBusiness":"TIER_2K","maxPhoneNumbersPerWaba":"25"})"},
    {"business_username_update",
     R"({"display_phone_number":"15550783881","username":"u","status":"approved"})",
     R"({"displayPhoneNumber":"15550783881","status":"approved","username":"u"})"},
    {"business_username_updates", R"({"display_phone_number":"15550783881","status":"deleted"})",
     R"({"displayPhoneNumber":"15550783881","status":"deleted"})"},
    {"flows", R"({"event":"ENDPOINT_ERROR_RATE","flow_id":"1","error_rate":56.4,"alert_state":"ACTIVATED"})",
     R"({"alertState":"ACTIVATED","errorRate":56.4,"event":"ENDPOINT_ERROR_RATE","flowId":"1"})"},
    {"message_template_components_update",
     R"({"message_template_id":1,"message_template_title":"t","message_template_element":"e"})",
     R"({"element":"e","templateId":"1","title":"t"})"},
    {"message_template_quality_update", R"({"previous_quality_score":"GREEN","new_quality_score":"RED"})",
     R"({"newQualityScore":"RED","previousQualityScore":"GREEN"})"},
    {"message_template_status_update",
     R"({"event":"PAUSED","message_template_id":1,"message_template_name":"t","reason":"NONE","other_info":{"title":"FIRST_PAUSE"}})",
     R"({"event":"PAUSED","otherTitle":"FIRST_PAUSE","reason":"NONE","templateId":"1","templateName":"t"})"},
    {"partner_solutions", R"({"event":"SOLUTION_CREATED","solution_id":"7"})",
     R"({"event":"SOLUTION_CREATED","solutionId":"7"})"},
    {"payment_configuration_update", R"({"configuration_name":"c","created_timestamp":1})",
     R"({"configurationName":"c","createdTimestamp":"1"})"},
    {"phone_number_name_update", R"({"decision":"APPROVED","display_phone_number":"15550783881"})",
     R"({"decision":"APPROVED","displayPhoneNumber":"15550783881"})"},
    {"phone_number_quality_update",
     R"({"event":"THROUGHPUT_UPGRADE","max_daily_conversations_per_business":"TIER_1K"})",
     R"({"event":"THROUGHPUT_UPGRADE","maxDailyConversationsPerBusiness":"TIER_1K"})"},
    {"security", R"({"event":"PIN_CHANGED","requester":"1"})", R"({"event":"PIN_CHANGED","requester":"1"})"},
    {"template_category_update", R"({"new_category":"MARKETING"})", R"({"newCategory":"MARKETING"})"},
    {"template_correct_category_detection",
     R"({"correct_category":"MARKETING","category_update_timestamp":1})",
     R"({"categoryUpdateTimestamp":"1","correctCategory":"MARKETING"})"},
    {"security", R"({"event":{"not":"a text"},"requester":true})", "{}"},
};

TEST(WebhookField, KnownNoticesAreAccountEventsInOurWords) {
  for (const auto& [field, value, notice] : kNotices) {
    const auto items = items_of(change(field, value));
    ASSERT_EQ(items.size(), 1U) << field;
    EXPECT_EQ(items[0].type, "account." + std::string{field});
    EXPECT_EQ(items[0].account, "102290129340398");
    EXPECT_EQ(items[0].timestamp, WallTime{std::chrono::seconds{1739321024}});
    EXPECT_FALSE(items[0].sender);
    const auto data = data_of(items[0]);
    EXPECT_EQ(data.at("field").as_string(), field);
    EXPECT_EQ(canonical(data.at("notice")), notice) << field;
    EXPECT_EQ(canonical(data.at("raw")), canonical(value));
  }
}

constexpr std::string_view kOf =
    R"({"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881","phone_number_id":"106540352242922"},)";

struct ListExample {
  std::string_view field;
  std::string_view list;
  std::string_view entry;
  std::string_view notice;
};

constexpr ListExample kLists[] = {
    {"automatic_events", "automatic_events", R"({"id":"wamid.A","event_name":"Purchase","timestamp":5})",
     R"({"eventName":"Purchase","id":"wamid.A","timestamp":"5"})"},
    {"calls", "calls", R"({"id":"c","event":"connect","from":"16505551234","timestamp":"5"})",
     R"({"event":"connect","from":"16505551234","id":"c","timestamp":"5"})"},
    {"calls", "statuses", R"({"id":"c","status":"RINGING","recipient_id":"16505551234","timestamp":"5"})",
     R"({"id":"c","recipientId":"16505551234","status":"RINGING","timestamp":"5"})"},
    {"group_lifecycle_update", "groups", R"({"group_id":"G","type":"group_create","timestamp":"5"})",
     R"({"groupId":"G","timestamp":"5","type":"group_create"})"},
    {"group_participants_update", "groups",
     R"({"group_id":"G","added_participants":[{"wa_id":"16505551234"}],"timestamp":"5"})",
     R"({"addedParticipants":[{"wa_id":"16505551234"}],"groupId":"G","timestamp":"5"})"},
    {"group_settings_update", "groups", R"({"group_id":"G","group_subject":{"text":"t"},"timestamp":"5"})",
     R"({"groupId":"G","groupSubject":{"text":"t"},"timestamp":"5"})"},
    {"group_status_update", "groups", R"({"group_id":"G","type":"group_suspend","timestamp":"5"})",
     R"({"groupId":"G","timestamp":"5","type":"group_suspend"})"},
    {"smb_app_state_sync", "state_sync",
     R"({"type":"contact","action":"add","contact":{"full_name":"Ann","phone_number":"16505551234"},"metadata":{"timestamp":"5"}})",
     R"({"action":"add","fullName":"Ann","phoneNumber":"16505551234","timestamp":"5","type":"contact"})"},
    {"user_preferences", "user_preferences",
     R"({"wa_id":"16505551234","category":"marketing_messages","value":"stop","timestamp":5})",
     R"({"category":"marketing_messages","timestamp":"5","value":"stop","waId":"16505551234"})"},
};

std::string listed(std::string_view field, std::string_view list, std::string_view entries) {
  return change(field, std::string{kOf} + "\"" + std::string{list} + "\":[" + std::string{entries} + "]}");
}

TEST(WebhookField, EachEntryOfAListIsAnItem) {
  for (const auto& [field, list, entry, notice] : kLists) {
    const auto items = items_of(listed(field, list, std::string{entry} + ",7," + std::string{entry}));
    ASSERT_EQ(items.size(), 3U) << field;
    EXPECT_EQ(items[0].type, "account." + std::string{field});
    EXPECT_EQ(items[1].type, "unknown." + std::string{field}) << "an odd one does not harm its neighbours";
    EXPECT_EQ(shown(items[0].identity), shown(items[2].identity)) << "the same thing twice is one event";
    EXPECT_EQ(items[0].sender->str(), "106540352242922");
    EXPECT_EQ(items[0].timestamp, WallTime{std::chrono::seconds{5}}) << field;
    const auto data = data_of(items[0]);
    EXPECT_EQ(canonical(data.at("notice")), notice) << field;
    EXPECT_EQ(canonical(data.at("raw")), canonical(entry));
    const auto repeated = items_of(testing::replaced(listed(field, list, entry), "1739321024", "1739399999"));
    EXPECT_EQ(shown(items[0].identity), shown(repeated[0].identity))
        << field << ": its own time tells it from others, not that of the notification";
  }
}

TEST(WebhookField, HistoryIsOneItemForEachChunk) {
  const auto items = items_of(listed(
      "history", "history",
      R"({"metadata":{"phase":0,"chunk_order":1,"progress":55},"threads":[{"id":"16505551234","messages":[]}]},{"errors":[{"code":2593109}]})"));
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].type, "account.history");
  EXPECT_EQ(canonical(data_of(items[0]).at("notice")), R"({"chunkOrder":"1","phase":"0","progress":"55"})");
  EXPECT_EQ(canonical(data_of(items[1]).at("notice")), R"({"errors":[{"code":2593109}]})");
  EXPECT_EQ(items[0].timestamp, WallTime{std::chrono::seconds{1739321024}});
}

TEST(WebhookField, EchoesAreMessages) {
  for (const std::string field : {"message_echoes", "smb_message_echoes"}) {
    const std::string echo =
        R"({"from":"15550783881","to":"16505551234","id":"wamid.A","timestamp":"5","type":"text","text":{"body":"b"}})";
    const auto items = items_of(listed(field, "message_echoes", echo + R"(,{"id":5})"));
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(items[0].type, "account." + field);
    EXPECT_EQ(items[1].type, "unknown." + field);
    EXPECT_EQ(
        canonical(data_of(items[0]).at("message")),
        R"({"from":"15550783881","id":"wamid.A","text":{"body":"b"},"timestamp":"5","to":"16505551234","type":"text"})");
    const auto again = items_of(listed(field, "message_echoes", testing::replaced(echo, "\"5\"", "\"6\"")));
    EXPECT_EQ(shown(items[0].identity), shown(again[0].identity)) << "its id makes it itself";
  }
}

TEST(WebhookField, ListsHaveTheirContactsAndErrors) {
  const auto items = items_of(change(
      "user_preferences",
      std::string{kOf} +
          R"("contacts":[{"profile":{"name":"Ann"},"user_id":"US.1"}],"user_preferences":[{"user_id":"US.1","value":"stop"}],"errors":[{"code":131000}],"more":1})"));
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(canonical(data_of(items[0]).at("contact")), R"({"name":"Ann","userId":"US.1"})");
  EXPECT_EQ(items[1].type, "value.error");
  EXPECT_EQ(items[2].type, "unknown.user_preferences");
  EXPECT_EQ(canonical(data_of(items[2]).at("raw")), R"({"more":1})");
}

TEST(WebhookField, AListThatIsMissingOrNoneIsKept) {
  for (const std::string_view value : {R"({"calls":[]})", R"({"calls":{"id":"c"}})", "{}"}) {
    const auto items = items_of(change("calls", value));
    ASSERT_EQ(items.size(), 1U) << value;
    EXPECT_EQ(items[0].type, "unknown.calls");
    EXPECT_EQ(canonical(data_of(items[0]).at("raw")), canonical(value));
  }
}

TEST(WebhookField, FieldsNobodyDescribedAreKeptRaw) {
  for (const std::string field : {"consumer_profile", "messaging_handovers", "standby"}) {
    const auto items = items_of(change(field, R"({"a":1})"));
    ASSERT_EQ(items.size(), 1U);
    EXPECT_EQ(items[0].type, "account." + field);
    EXPECT_EQ(shown(items[0].data),
              R"({"account":"102290129340398","field":")" + field + R"(","raw":{"a":1}})");
  }
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
  const auto items = items_of(testing::notification(
      R"("errors":[{"code":130429,"title":"Rate limit hit","error_data":{"details":"d"}}])"));
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].type, "value.error");
  EXPECT_EQ(items[0].sender->str(), "106540352242922");
  EXPECT_EQ(canonical(data_of(items[0]).at("error")),
            R"({"code":"130429","details":"d","title":"Rate limit hit"})");
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
