#include "unit/whatsapp/json_support.h"

#include <gtest/gtest.h>

namespace wac::whatsapp {
namespace {

using testing::canonical;
using testing::data_of;
using testing::items_of;
using testing::notification;
using testing::shown;

TEST(WebhookMessage, BecomesOneItemWithEverythingInIt) {
  const auto items = items_of(notification(
      R"("contacts":[{"profile":{"name":"Ann","username":"ann1"},"wa_id":"16505551234","user_id":"US.1","identity_key_hash":"h"}],"messages":[{"from":"16505551234","from_user_id":"US.1","id":"wamid.A","timestamp":"1739321024","type":"text","text":{"body":"Hi"},"context":{"from":"15550783881","id":"wamid.Q"},"referral":{"source_type":"ad"}}])"));
  ASSERT_EQ(items.size(), 1U);
  const WebhookItem& item = items[0];
  EXPECT_EQ(item.type, "message.received.text");
  EXPECT_EQ(item.account, "102290129340398");
  ASSERT_TRUE(item.sender);
  EXPECT_EQ(item.sender->str(), "106540352242922");
  EXPECT_EQ(shown(item.identity), "7:message15:1065403522429227:wamid.A");
  EXPECT_EQ(item.timestamp, WallTime{std::chrono::seconds{1739321024}});
  EXPECT_FALSE(item.status);
  EXPECT_EQ(
      shown(item.data),
      R"({"account":"102290129340398","sender":{"phoneNumberId":"106540352242922","displayPhoneNumber":"15550783881"},)"
      R"("message":{"id":"wamid.A","from":"16505551234","fromUserId":"US.1","timestamp":"1739321024","type":"text",)"
      R"("context":{"from":"15550783881","id":"wamid.Q"},"referral":{"source_type":"ad"},"text":{"body":"Hi"}},)"
      R"("contact":{"waId":"16505551234","userId":"US.1","identityKeyHash":"h","name":"Ann","username":"ann1"},)"
      R"("raw":{"from":"16505551234","from_user_id":"US.1","id":"wamid.A","timestamp":"1739321024","type":"text","text":{"body":"Hi"},)"
      R"("context":{"from":"15550783881","id":"wamid.Q"},"referral":{"source_type":"ad"}}})");
}

struct Example {
  std::string_view type;
  std::string_view content;
};

constexpr Example kExamples[] = {
    {"text", R"({"body":"a"})"},
    {"image",
     R"({"caption":"c","mime_type":"image/jpeg","sha256":"SfInY0gGKTsJlUWbwxC1k+FAD0FZHvzwfpvO0zX0GUI=","id":"1003383421387256","url":"https://lookaside.fbsbx.com/x"})"},
    {"video", R"({"filename":"f","mime_type":"video/mp4","sha256":"s","id":"1"})"},
    {"audio", R"({"mime_type":"audio/ogg; codecs=opus","sha256":"s","id":"1","voice":true})"},
    {"document", R"({"filename":"f.pdf","mime_type":"application/pdf","sha256":"s","id":"1"})"},
    {"sticker", R"({"mime_type":"image/webp","sha256":"s","id":"1","animated":false})"},
    {"location",
     R"({"latitude":37.4847,"longitude":-122.1477,"name":"n","address":"a","url":"https://example.com"})"},
    {"contacts", R"([{"name":{"formatted_name":"A"},"vcard":"v","origin":"contact_request"}])"},
    {"reaction", R"({"message_id":"wamid.Q","emoji":"😀"})"},
    {"reaction", R"({"message_id":"wamid.Q"})"},
    {"button", R"({"payload":"p","text":"t"})"},
    {"interactive", R"({"type":"button_reply","button_reply":{"id":"1","title":"t"}})"},
    {"interactive", R"({"type":"list_reply","list_reply":{"id":"1","title":"t","description":"d"}})"},
    {"interactive",
     R"({"type":"nfm_reply","nfm_reply":{"name":"flow","body":"Sent","response_json":"{\"a\":1}"}})"},
    {"interactive",
     R"({"type":"call_permission_reply","call_permission_reply":{"response":"accept","is_permanent":false}})"},
    {"order",
     R"({"catalog_id":"1","text":"t","product_items":[{"product_retailer_id":"p","quantity":1,"item_price":0.1,"currency":"USD"}]})"},
    {"system",
     R"({"body":"b","type":"user_changed_number","wa_id":"16505551235","previous_user_id":"US.1"})"},
    {"unsupported", R"({"type":"poll"})"},
    {"edit", R"({"original_message_id":"wamid.Q","message":{"type":"text","text":{"body":"b"}}})"},
    {"revoke", R"({"original_message_id":"wamid.Q"})"},
    {"request_welcome", R"({})"},
    {"type_of_next_year", R"({"x":[1,{"y":null}]})"},
};

TEST(WebhookMessage, OfEveryTypeKeepsItsContent) {
  for (const Example& example : kExamples) {
    const std::string type{example.type};
    const std::string message = R"({"from":"16505551234","id":"wamid.A","timestamp":"1739321024","type":")" +
                                type + R"(",")" + type + R"(":)" + std::string{example.content} + "}";
    const auto items = items_of(notification(R"("messages":[)" + message + "]"));
    ASSERT_EQ(items.size(), 1U) << type;
    EXPECT_EQ(items[0].type, "message.received." + type);
    const auto data = data_of(items[0]);
    EXPECT_EQ(canonical(data.at("message").at(type)), canonical(example.content));
    EXPECT_EQ(canonical(data.at("raw")), canonical(message));
    EXPECT_FALSE(data.contains("contact"));
  }
}

TEST(WebhookMessage, WithoutContentIsKept) {
  const auto items = items_of(notification(
      R"("messages":[{"from":"16505551234","id":"wamid.A","timestamp":"1","type":"unsupported","errors":[{"code":131051,"title":"t"}]}])"));
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].type, "message.received.unsupported");
  EXPECT_EQ(canonical(data_of(items[0]).at("message").at("errors")), R"([{"code":131051,"title":"t"}])");
}

TEST(WebhookMessage, OfAnUnspeakableTypeIsUnknown) {
  for (const std::string& type :
       {std::string{"Te.xt"}, std::string{}, std::string{"a b"}, std::string{"é"}, std::string(65, 'a')}) {
    const auto items = items_of(notification(R"("messages":[{"id":"wamid.A","type":")" + type + R"("}])"));
    ASSERT_EQ(items.size(), 1U);
    EXPECT_EQ(items[0].type, "message.received.unknown") << type;
    EXPECT_EQ(data_of(items[0]).at("message").at("type").as_string(), "unknown");
  }
  EXPECT_EQ(items_of(notification(R"("messages":[{"id":"wamid.A"}])"))[0].type, "message.received.unknown");
}

TEST(WebhookMessage, OfATypeNamedLikeASharedFieldIsNotWrittenTwice) {
  const auto items =
      items_of(notification(R"("messages":[{"id":"wamid.A","type":"context","context":{"id":"wamid.Q"}}])"));
  EXPECT_EQ(
      shown(items[0].data),
      R"({"account":"102290129340398","sender":{"phoneNumberId":"106540352242922","displayPhoneNumber":"15550783881"},)"
      R"("message":{"id":"wamid.A","type":"context","context":{"id":"wamid.Q"}},)"
      R"("raw":{"id":"wamid.A","type":"context","context":{"id":"wamid.Q"}}})");
}

TEST(WebhookMessage, KeepsGroupAndParticipant) {
  const auto data = data_of(items_of(notification(
      R"("contacts":[{"profile":{"name":"Ann"},"wa_id":"16505551234"}],"messages":[{"from":"16505551234","group_id":"Y2FwaV9ncm91cA","id":"wamid.A","timestamp":"1","type":"text","text":{"body":"a"}}])"))
                                [0]);
  EXPECT_EQ(data.at("message").at("groupId").as_string(), "Y2FwaV9ncm91cA");
  EXPECT_EQ(data.at("message").at("from").as_string(), "16505551234");
}

TEST(WebhookMessage, OfAUserWithoutVisibleNumberFindsItsContact) {
  const auto data = data_of(items_of(notification(
      R"("contacts":[{"profile":{"name":"Ann","username":"ann1"},"user_id":"US.1","parent_user_id":"US.ENT.1"}],"messages":[{"from_user_id":"US.1","from_parent_user_id":"US.ENT.1","id":"wamid.A","timestamp":"1","type":"text","text":{"body":"a"}}])"))
                                [0]);
  EXPECT_FALSE(data.at("message").as_object().contains("from"));
  EXPECT_EQ(data.at("message").at("fromUserId").as_string(), "US.1");
  EXPECT_EQ(data.at("message").at("fromParentUserId").as_string(), "US.ENT.1");
  EXPECT_EQ(canonical(data.at("contact")),
            R"({"name":"Ann","parentUserId":"US.ENT.1","userId":"US.1","username":"ann1"})");
}

TEST(WebhookMessage, FindsItsContactAmongManyInAnyOrder) {
  const auto items = items_of(notification(
      R"("contacts":[{"profile":{"name":"C"},"wa_id":"16505551003"},{"profile":{"name":"B"},"user_id":"US.2"},{"profile":{"name":"A"},"wa_id":"16505551001"}],"messages":[{"from":"16505551001","id":"wamid.A","type":"text","text":{"body":"a"}},{"from_user_id":"US.2","id":"wamid.B","type":"text","text":{"body":"b"}},{"from":"16505551003","id":"wamid.C","type":"text","text":{"body":"c"}},{"from":"16505551009","id":"wamid.D","type":"text","text":{"body":"d"}}])"));
  ASSERT_EQ(items.size(), 4U);
  EXPECT_EQ(data_of(items[0]).at("contact").at("name").as_string(), "A");
  EXPECT_EQ(data_of(items[1]).at("contact").at("name").as_string(), "B");
  EXPECT_EQ(data_of(items[2]).at("contact").at("name").as_string(), "C");
  EXPECT_FALSE(data_of(items[3]).contains("contact")) << "a stranger's name must not stick to a message";
}

TEST(WebhookMessage, TakesATimestampAsNumberToo) {
  const auto items = items_of(
      notification(R"("messages":[{"id":"wamid.A","timestamp":1739321024,"type":"text","text":{}}])"));
  EXPECT_EQ(items[0].timestamp, WallTime{std::chrono::seconds{1739321024}});
  EXPECT_EQ(data_of(items[0]).at("message").at("timestamp").as_string(), "1739321024");
}

TEST(WebhookMessage, HasNoTimeWhenTheTimestampIsNone) {
  for (const std::string_view timestamp :
       {R"("")", R"("soon")", R"("-1")", R"("1.5")", R"("253402300800")", "-5"}) {
    const auto items = items_of(notification(R"("messages":[{"id":"wamid.A","timestamp":)" +
                                             std::string{timestamp} + R"(,"type":"text","text":{}}])"));
    ASSERT_EQ(items.size(), 1U);
    EXPECT_EQ(items[0].type, "message.received.text");
    EXPECT_FALSE(items[0].timestamp) << timestamp;
  }
}

TEST(WebhookMessage, IsIdentifiedBySenderAndWamidAlone) {
  const auto identity = [](std::string_view text) {
    return std::string{shown(items_of(notification(text))[0].identity)};
  };
  EXPECT_EQ(identity(R"("messages":[{"id":"wamid.A","type":"text","text":{"body":"a"}}])"),
            identity(R"("messages":[{"id":"wamid.A","from":"16505551234","type":"image","image":{}}])"));
  EXPECT_NE(identity(R"("messages":[{"id":"wamid.A","type":"text"}])"),
            identity(R"("messages":[{"id":"wamid.B","type":"text"}])"));
}

TEST(WebhookMessage, RunsOverAllEntriesChangesAndMessages) {
  const std::string change =
      R"({"field":"messages","value":{"metadata":{"phone_number_id":"106540352242922"},"messages":[{"id":"wamid.A","type":"text","text":{}},{"id":"wamid.A","type":"text","text":{}}]}})";
  const std::string entry = R"({"id":"1","changes":[)" + change + "," + change + "]}";
  const auto items =
      items_of(R"({"object":"whatsapp_business_account","entry":[)" + entry + "," + entry + "]}");
  EXPECT_EQ(items.size(), 8U);
}

}  // namespace
}  // namespace wac::whatsapp
