#include "unit/whatsapp/json_support.h"

#include <gtest/gtest.h>

namespace wac::whatsapp {
namespace {

using testing::canonical;
using testing::data_of;
using testing::items_of;
using testing::notification;
using testing::shown;

std::vector<WebhookItem> statuses(std::string_view list) {
  return items_of(notification(R"("statuses":[)" + std::string{list} + "]"));
}

TEST(WebhookStatus, BecomesOneItemWithEverythingInIt) {
  const auto items = statuses(
      R"({"id":"wamid.A","status":"delivered","timestamp":"1739321024","recipient_id":"16505551234","recipient_user_id":"US.1","biz_opaque_callback_data":"01J:2","conversation":{"id":"c","origin":{"type":"service"}},"pricing":{"billable":true,"pricing_model":"PMP","category":"marketing"}})");
  ASSERT_EQ(items.size(), 1U);
  const WebhookItem& item = items[0];
  EXPECT_EQ(item.type, "message.status.delivered");
  EXPECT_EQ(item.sender->str(), "106540352242922");
  EXPECT_EQ(shown(item.identity), "6:status15:1065403522429227:wamid.A9:delivered0:");
  EXPECT_EQ(item.timestamp, WallTime{std::chrono::seconds{1739321024}});
  ASSERT_TRUE(item.status);
  EXPECT_EQ(item.status->status, "delivered");
  EXPECT_EQ(shown(item.status->wamid), "wamid.A");
  EXPECT_EQ(item.status->opaque, "01J:2");
  EXPECT_EQ(item.status->error_code, 0U);
  EXPECT_EQ(
      shown(item.data),
      R"({"account":"102290129340398","sender":{"phoneNumberId":"106540352242922","displayPhoneNumber":"15550783881"},)"
      R"("status":{"status":"delivered","id":"wamid.A","timestamp":"1739321024","recipientId":"16505551234","recipientUserId":"US.1","opaque":"01J:2",)"
      R"("conversation":{"id":"c","origin":{"type":"service"}},"pricing":{"billable":true,"pricing_model":"PMP","category":"marketing"}},)"
      R"("raw":{"id":"wamid.A","status":"delivered","timestamp":"1739321024","recipient_id":"16505551234","recipient_user_id":"US.1","biz_opaque_callback_data":"01J:2",)"
      R"("conversation":{"id":"c","origin":{"type":"service"}},"pricing":{"billable":true,"pricing_model":"PMP","category":"marketing"}}})");
}

TEST(WebhookStatus, OfEveryWordIsNamedAfterIt) {
  for (const std::string word :
       {"sent", "delivered", "read", "played", "failed", "deleted", "warning", "word_of_next_year"}) {
    const auto items = statuses(R"({"id":"wamid.A","status":")" + word + "\"}");
    ASSERT_EQ(items.size(), 1U);
    EXPECT_EQ(items[0].type, "message.status." + word);
    EXPECT_EQ(items[0].status->status, word);
    EXPECT_FALSE(items[0].timestamp);
  }
}

TEST(WebhookStatus, OfAnUnspeakableWordIsUnknownAndStillItself) {
  const auto items = statuses(R"({"id":"wamid.A","status":"Very.Odd"},{"id":"wamid.A","status":"Odder!"})");
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].type, "message.status.unknown");
  EXPECT_EQ(items[0].status->status, "unknown");
  EXPECT_NE(shown(items[0].identity), shown(items[1].identity));
}

TEST(WebhookStatus, FailedCarriesItsCode) {
  const auto items = statuses(
      R"({"id":"wamid.A","status":"failed","timestamp":"1","errors":[{"code":131050,"title":"t","error_data":{"details":"d"}},{"code":1}]})");
  EXPECT_EQ(items[0].status->error_code, 131050U);
  EXPECT_EQ(shown(items[0].identity), "6:status15:1065403522429227:wamid.A6:failed0:6:131050");
  EXPECT_EQ(data_of(items[0]).at("status").at("errors").as_array().size(), 2U);
}

TEST(WebhookStatus, ReadsOddErrorCodes) {
  const auto code = [](std::string_view errors) {
    return statuses(R"({"id":"wamid.A","status":"failed","errors":)" + std::string{errors} + "}")[0]
        .status->error_code;
  };
  EXPECT_EQ(code(R"([{"code":"131026"}])"), 131026U);
  for (const std::string_view odd :
       {"[]", "{}", "5", "[5]", "[{}]", R"([{"code":-1}])", R"([{"code":1.5}])", R"([{"code":"1x"}])",
        R"([{"code":99999999999}])", R"([{"code":null}])"}) {
    EXPECT_EQ(code(odd), 0U) << odd;
  }
}

TEST(WebhookStatus, OfGroupsIsOnePerParticipant) {
  const auto items = statuses(
      R"({"id":"wamid.A","status":"read","recipient_id":"G","recipient_type":"group","recipient_participant_id":"16505551234"},)"
      R"({"id":"wamid.A","status":"read","recipient_id":"G","recipient_type":"group","recipient_participant_user_id":"US.2","recipient_participant_parent_user_id":"US.ENT.2"},)"
      R"({"id":"wamid.A","status":"read","recipient_id":"G","recipient_type":"group","participant_recipient_id":"16505551235"})");
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(shown(items[0].identity), "6:status15:1065403522429227:wamid.A4:read11:16505551234");
  EXPECT_EQ(shown(items[1].identity), "6:status15:1065403522429227:wamid.A4:read4:US.2");
  EXPECT_EQ(shown(items[2].identity), "6:status15:1065403522429227:wamid.A4:read11:16505551235");
  EXPECT_EQ(
      canonical(data_of(items[1]).at("status")),
      R"({"id":"wamid.A","participantParentUserId":"US.ENT.2","participantUserId":"US.2","recipientId":"G","recipientType":"group","status":"read"})");
  EXPECT_EQ(data_of(items[2]).at("status").at("participantId").as_string(), "16505551235");
}

TEST(WebhookStatus, TakesBothSpellingsOfTheParentUserId) {
  for (const std::string key : {"recipient_parent_user_id", "parent_recipient_user_id"}) {
    const auto data = data_of(statuses(R"({"id":"wamid.A","status":"sent",")" + key + R"(":"US.ENT.1"})")[0]);
    EXPECT_EQ(data.at("status").at("recipientParentUserId").as_string(), "US.ENT.1");
  }
  const auto both = statuses(
      R"({"id":"wamid.A","status":"sent","recipient_parent_user_id":"US.ENT.1","parent_recipient_user_id":"US.ENT.2"})");
  EXPECT_EQ(data_of(both[0]).at("status").at("recipientParentUserId").as_string(), "US.ENT.1");
  EXPECT_EQ(shown(both[0].data).find("US.ENT.2"), shown(both[0].data).rfind("US.ENT.2")) << "once, in raw";
}

TEST(WebhookStatus, OfGroupsNestsItsPriceUnderTheConversation) {
  const auto data = data_of(statuses(
      R"({"id":"wamid.A","status":"sent","recipient_type":"group","conversation":{"id":"c","pricing":{"category":"group_service"}}})")
                                [0]);
  EXPECT_EQ(canonical(data.at("status").at("pricing")), R"({"category":"group_service"})");
}

TEST(WebhookStatus, FindsItsContact) {
  const auto items = items_of(notification(
      R"("contacts":[{"profile":{"name":"Ann"},"user_id":"US.1"}],"statuses":[{"id":"wamid.A","status":"sent","recipient_user_id":"US.1"}])"));
  EXPECT_EQ(canonical(data_of(items[0]).at("contact")), R"({"name":"Ann","userId":"US.1"})");
}

TEST(WebhookStatus, SettlesItsIntentEvenWithMistypedExtras) {
  const auto items = statuses(
      R"({"id":"wamid.A","status":"sent","timestamp":{},"recipient_id":[1],"pricing":"free","conversation":7,"biz_opaque_callback_data":"o"})");
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].type, "message.status.sent");
  EXPECT_EQ(items[0].status->opaque, "o");
  EXPECT_EQ(canonical(data_of(items[0]).at("status")), R"({"id":"wamid.A","opaque":"o","status":"sent"})");
}

TEST(WebhookStatus, SharesANotificationWithMessages) {
  EXPECT_EQ(
      testing::types_of(notification(
          R"("messages":[{"id":"wamid.A","type":"text","text":{}}],"statuses":[{"id":"wamid.B","status":"sent"}],"errors":[{"code":130429,"title":"t"}])")),
      (std::vector<std::string>{"message.received.text", "message.status.sent", "value.error"}));
}

}  // namespace
}  // namespace wac::whatsapp
