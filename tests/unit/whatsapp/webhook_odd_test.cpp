// Whatever one item looks like, it is kept and its neighbours come through.

#include "unit/whatsapp/json_support.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace wac::whatsapp {
namespace {

using testing::canonical;
using testing::data_of;
using testing::items_of;
using testing::notification;
using testing::types_of;
using Types = std::vector<std::string>;

TEST(WebhookOdd, OnlyWhatIsNoJsonObjectIsRefused) {
  for (const std::string_view body :
       {"", " ", "x", "[]", "5", "null", R"("text")", "{", R"({"entry":[})", "{}{}"}) {
    const auto parsed = parse_webhook(body);
    ASSERT_FALSE(parsed) << body;
    EXPECT_EQ(parsed.error().code, ErrorCode::kInvalid);
  }
  EXPECT_FALSE(parse_webhook(R"({"a":)" + std::string(40, '[') + std::string(40, ']') + "}"));
}

TEST(WebhookOdd, EveryObjectYieldsAnItem) {
  for (const std::string_view body :
       {"{}", R"({"object":"whatsapp_business_account"})", R"({"entry":[]})", R"({"entry":{}})",
        R"({"entry":[5]})", R"({"entry":[{}]})", R"({"entry":[{"changes":[]}]})",
        R"({"entry":[{"changes":{}}]})", R"({"entry":[{"changes":[5]}]})", R"({"entry":[{"changes":[{}]}]})",
        R"({"entry":[{"changes":[{"field":5,"value":{}}]}]})",
        R"({"entry":[{"changes":[{"field":"Odd.Field","value":{}}]}]})"}) {
    EXPECT_EQ(types_of(body), Types{"unknown.notification"}) << body;
  }
}

TEST(WebhookOdd, ValuesThatAreNoObjectsAreKept) {
  for (const std::string value : {"5", "null", "[]", R"("text")"}) {
    const std::string change = R"({"field":"messages","value":)" + value + "}";
    const auto items = items_of(R"({"entry":[{"id":"1","changes":[)" + change + "]}]}");
    ASSERT_EQ(items.size(), 1U);
    EXPECT_EQ(items[0].type, "unknown.messages");
    EXPECT_EQ(canonical(data_of(items[0]).at("raw")), canonical(change));
  }
  EXPECT_EQ(types_of(R"({"entry":[{"changes":[{"field":"security"}]}]})"), Types{"unknown.security"});
}

TEST(WebhookOdd, AnotherProductsNotificationIsNotReadAsOurs) {
  const std::string body =
      testing::replaced(notification(R"("messages":[{"id":"wamid.A","type":"text","text":{}}])"),
                        "whatsapp_business_account", "instagram");
  EXPECT_EQ(types_of(body), Types{"unknown.notification"});
}

TEST(WebhookOdd, OneOddMessageDoesNotHarmItsNeighbours) {
  const std::string good =
      R"({"from":"16505551234","id":"wamid.A","timestamp":"1","type":"text","text":{"body":"a"}})";
  for (const std::string odd :
       {"null", "5", "[]", R"("text")", "{}", R"({"id":5,"type":"text"})", R"({"id":"","type":"text"})",
        R"({"id":"wamid.B","type":5})", R"({"id":"wamid.B","type":"text","text":"plain"})",
        R"({"id":"wamid.B","type":"text","text":null})",
        R"({"id":"wamid.B","type":"contacts","contacts":{}})",
        R"({"id":"wamid.B","type":"image","image":[]})",
        R"({"id":"wamid.B","from":16505551234,"type":"text","text":{}})",
        R"({"id":"wamid.B","from_user_id":{},"type":"text","text":{}})",
        R"({"id":"wamid.B","timestamp":[],"type":"text","text":{}})",
        R"({"id":"wamid.B","timestamp":1.5,"type":"text","text":{}})",
        R"({"id":"wamid.B","group_id":1,"type":"text","text":{}})"}) {
    const auto items = items_of(notification(R"("messages":[)" + good + "," + odd + "," + good + "]"));
    ASSERT_EQ(items.size(), 3U) << odd;
    EXPECT_EQ(items[0].type, "message.received.text");
    EXPECT_EQ(items[1].type, "unknown.messages") << odd;
    EXPECT_EQ(items[2].type, "message.received.text");
    EXPECT_EQ(canonical(data_of(items[1]).at("raw")), canonical(odd));
    EXPECT_EQ(items[1].sender->str(), "106540352242922");
  }
}

TEST(WebhookOdd, OneOddStatusDoesNotHarmItsNeighbours) {
  const std::string good = R"({"id":"wamid.A","status":"sent","timestamp":"1"})";
  for (const std::string odd :
       {"null", "5", "[]", "{}", R"({"id":"wamid.B"})", R"({"status":"sent"})", R"({"id":7,"status":"sent"})",
        R"({"id":"wamid.B","status":7})", R"({"id":"wamid.B","status":""})"}) {
    EXPECT_EQ(types_of(notification(R"("statuses":[)" + good + "," + odd + "," + good + "]")),
              (Types{"message.status.sent", "unknown.messages", "message.status.sent"}))
        << odd;
  }
}

TEST(WebhookOdd, OddErrorsAndContactsDoNotHarmMessages) {
  EXPECT_EQ(
      types_of(notification(
          R"("contacts":[5,{"wa_id":7,"profile":[]},null],"messages":[{"from":"16505551234","id":"wamid.A","type":"text","text":{}}],"errors":[7])")),
      (Types{"message.received.text", "unknown.messages"}));
  EXPECT_EQ(
      types_of(notification(R"("contacts":{"a":1},"messages":[{"id":"wamid.A","type":"text","text":{}}])")),
      (Types{"message.received.text", "unknown.messages"}));
}

TEST(WebhookOdd, MistypedListsAreKept) {
  const auto items =
      items_of(notification(R"("messages":{"id":"wamid.A"},"statuses":[{"id":"wamid.B","status":"sent"}])"));
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].type, "message.status.sent");
  EXPECT_EQ(items[1].type, "unknown.messages");
  EXPECT_EQ(canonical(data_of(items[1]).at("raw")), R"({"messages":{"id":"wamid.A"}})");
}

TEST(WebhookOdd, AValueWithoutListsIsKept) {
  EXPECT_EQ(types_of(notification(R"("contacts":[])")), Types{"unknown.messages"});
  EXPECT_EQ(types_of(notification(R"("messages":[])")), Types{"unknown.messages"});
}

TEST(WebhookOdd, AnOddChangeOrEntryDoesNotHarmItsNeighbours) {
  EXPECT_EQ(
      types_of(
          R"({"entry":[5,{"id":"1","changes":[{"field":"security","value":{"event":"PIN_CHANGED"}},7,{"field":"messages","value":{"messages":[{"id":"wamid.A","type":"text","text":{}}]}}]},{"id":[]}]})"),
      (Types{"unknown.notification", "account.security", "unknown.notification", "message.received.text",
             "unknown.notification"}));
}

TEST(WebhookOdd, OddMetadataLeavesTheSenderOpen) {
  for (const std::string metadata :
       {"5", "{}", R"({"phone_number_id":5})", R"({"phone_number_id":"+1 650 555"})"}) {
    const auto items = items_of(R"({"entry":[{"id":"x","changes":[{"field":"messages","value":{"metadata":)" +
                                metadata + R"(,"messages":[{"id":"wamid.A","type":"text","text":{}}]}}]}]})");
    ASSERT_FALSE(items.empty());
    EXPECT_EQ(items[0].type, "message.received.text");
    EXPECT_FALSE(items[0].sender) << metadata;
    EXPECT_EQ(items[0].account, "");
    EXPECT_EQ(testing::shown(items[0].identity), "7:message0:7:wamid.A");
  }
}

TEST(WebhookOdd, ANullCharacterInAnIdStaysPartOfIt) {
  const auto items = items_of(notification(
      R"("messages":[{"id":"wamid.A\u0000B","type":"text","text":{}},{"id":"wamid.A","type":"text","text":{}}])"));
  ASSERT_EQ(items.size(), 2U);
  EXPECT_NE(testing::shown(items[0].identity), testing::shown(items[1].identity));
}

TEST(WebhookOdd, AThousandItemsStayAThousand) {
  std::string contacts;
  std::string messages;
  for (int i = 0; i < 1000; ++i) {
    const std::string number = std::to_string(16505550000 + i);
    const std::string comma = i == 0 ? "" : ",";
    // The contacts come in the opposite order.
    contacts = R"({"profile":{"name":"n)" + number + R"("},"wa_id":")" + number + "\"}" + comma + contacts;
    messages += comma + R"({"from":")" + number + R"(","id":"wamid.)" + number +
                R"(","type":"text","text":{"body":"a"}})";
  }
  const auto items =
      items_of(notification(R"("contacts":[)" + contacts + R"(],"messages":[)" + messages + "]"));
  ASSERT_EQ(items.size(), 1000U);
  EXPECT_EQ(data_of(items[7]).at("contact").at("name").as_string(), "n16505550007");
  EXPECT_EQ(data_of(items[999]).at("contact").at("name").as_string(), "n16505550999");
}

}  // namespace
}  // namespace wac::whatsapp
