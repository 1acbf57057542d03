// Every payload type of the facts, literally in and literally out.

#include "unit/whatsapp/examples.h"
#include "unit/whatsapp/json_support.h"
#include "whatsapp/message.h"

#include <gtest/gtest.h>

namespace wac::whatsapp {
namespace {

using testing::json_of;
using testing::shown;

const Recipient kPhone{Phone{"+16505551234"}};
const Recipient kUser{UserId{"US.13491208655302741918"}};

TEST(BuildMessage, WritesTheWholeEnvelope) {
  const auto payload =
      json_of(R"({"type":"text","text":{"body":"Hi \"you\"\n","preview_url":true}})").as_object();
  EXPECT_EQ(
      shown(build_message(payload, {&kPhone, "wamid.Q", "01J:1"})),
      R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"+16505551234","type":"text",)"
      R"("text":{"body":"Hi \"you\"\n","preview_url":true},"context":{"message_id":"wamid.Q"},)"
      R"("biz_opaque_callback_data":"01J:1"})");
}

TEST(BuildMessage, LeavesOutWhatIsNotGiven) {
  const auto payload = json_of(R"({"text":{"body":"a"},"type":"text"})").as_object();
  EXPECT_EQ(
      shown(build_message(payload, {&kPhone, "", ""})),
      R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"+16505551234","type":"text","text":{"body":"a"}})");
}

TEST(BuildMessage, PutsAUserIdIntoRecipient) {
  const auto payload = json_of(R"({"type":"text","text":{"body":"a"}})").as_object();
  EXPECT_EQ(
      shown(build_message(payload, {&kUser, "", ""})),
      R"({"messaging_product":"whatsapp","recipient_type":"individual","recipient":"US.13491208655302741918","type":"text","text":{"body":"a"}})");
}

TEST(BuildMessage, NamesAGroupInToAndSaysThatItIsOne) {
  const Recipient group{GroupId{"Y2FwaV9ncm91cDox"}};
  const auto pin =
      json_of(R"({"type":"pin","pin":{"type":"pin","message_id":"wamid.A","expiration_days":7}})")
          .as_object();
  EXPECT_EQ(
      shown(build_message(pin, {&group, "", "01J:1"})),
      R"({"messaging_product":"whatsapp","recipient_type":"group","to":"Y2FwaV9ncm91cDox","type":"pin",)"
      R"("pin":{"type":"pin","message_id":"wamid.A","expiration_days":7},"biz_opaque_callback_data":"01J:1"})");
}

TEST(Groups, TakeAllButInteractiveMessagesAndAloneHavePins) {
  const auto of = [](const std::string& type) { return json_of(R"({"type":")" + type + "\"}").as_object(); };
  for (const std::string type : {"text", "image", "audio", "video", "document", "sticker", "location",
                                 "contacts", "reaction", "template", "pin", "raw"})
    EXPECT_TRUE(may_go_to_group(of(type))) << type;
  EXPECT_FALSE(may_go_to_group(of("interactive")));
  EXPECT_FALSE(may_go_to_group(of("mark_read")));
  EXPECT_TRUE(needs_group(of("pin")));
  EXPECT_FALSE(needs_group(of("text")));
  EXPECT_FALSE(may_quote(of("pin")));
}

TEST(BuildMessage, AddsThePlusThatAWebhooksNumberLacks) {
  const Recipient from_webhook{Phone{"16505551234"}};
  const auto payload = json_of(R"({"type":"text","text":{"body":"a"}})").as_object();
  EXPECT_NE(shown(build_message(payload, {&from_webhook, "", ""})).find(R"("to":"+16505551234")"),
            std::string_view::npos);
}

TEST(BuildMessage, EscapesWhatItAdds) {
  const auto payload = json_of(R"({"type":"text","text":{"body":"a"}})").as_object();
  const auto body = json_of(shown(build_message(payload, {&kPhone, "wamid.\"", "a\\\"\n"}))).as_object();
  EXPECT_EQ(body.at("biz_opaque_callback_data").as_string(), "a\\\"\n");
  EXPECT_EQ(body.at("context").at("message_id").as_string(), "wamid.\"");
}

TEST(BuildMessage, MarksAsReadWithoutRecipient) {
  const auto read = json_of(R"({"type":"mark_read","mark_read":{"message_id":"wamid.A"}})").as_object();
  EXPECT_EQ(shown(build_message(read, {})),
            R"({"messaging_product":"whatsapp","status":"read","message_id":"wamid.A"})");
  const auto typing =
      json_of(R"({"type":"mark_read","mark_read":{"message_id":"wamid.A","typing_indicator":true}})")
          .as_object();
  EXPECT_EQ(
      shown(build_message(typing, {&kPhone, "wamid.B", "x"})),
      R"({"messaging_product":"whatsapp","status":"read","message_id":"wamid.A","typing_indicator":{"type":"text"}})");
  const auto silent =
      json_of(R"({"type":"mark_read","mark_read":{"message_id":"wamid.A","typing_indicator":false}})")
          .as_object();
  EXPECT_EQ(shown(build_message(silent, {})),
            R"({"messaging_product":"whatsapp","status":"read","message_id":"wamid.A"})");
}

TEST(BuildMessage, PassesRawObjectsUnderTheirOwnType) {
  const auto payload =
      json_of(
          R"({"type":"raw","raw":{"type":"poll","poll":{"name":"?","options":[1,2.5]},"category":"utility"}})")
          .as_object();
  EXPECT_TRUE(lint(payload).empty());
  EXPECT_EQ(
      shown(build_message(payload, {&kPhone, "", "o"})),
      R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"+16505551234","type":"poll",)"
      R"("poll":{"name":"?","options":[1,2.5]},"category":"utility","biz_opaque_callback_data":"o"})");
}

TEST(IsIdempotent, OnlyMarkReadIs) {
  EXPECT_TRUE(is_idempotent(json_of(R"({"type":"mark_read"})").as_object()));
  EXPECT_FALSE(is_idempotent(json_of(R"({"type":"text"})").as_object()));
  EXPECT_FALSE(is_idempotent(json_of(R"({"type":1})").as_object()));
  EXPECT_FALSE(is_idempotent(json_of("{}").as_object()));
}

TEST(MayQuote, ReactionsAndMarkReadMayNot) {
  EXPECT_FALSE(may_quote(json_of(R"({"type":"reaction"})").as_object()));
  EXPECT_FALSE(may_quote(json_of(R"({"type":"mark_read"})").as_object()));
  EXPECT_TRUE(may_quote(json_of(R"({"type":"text"})").as_object()));
}

TEST(BuildMessage, KeepsTheIdentityKeyHashAtTheTop) {
  const std::string payload =
      R"({"type":"text","text":{"body":"a"},"recipient_identity_key_hash":"DF2lS5v2W6x="})";
  EXPECT_EQ(testing::lint_text(payload), std::vector<std::string>{});
  EXPECT_EQ(
      shown(build_message(json_of(payload).as_object(), {&kPhone, "", ""})),
      R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"+16505551234","type":"text",)"
      R"("text":{"body":"a"},"recipient_identity_key_hash":"DF2lS5v2W6x="})");
}

TEST(BuildMessage, CarriesEveryTypeUnchanged) {
  for (const testing::Example& example : testing::kExamples) {
    const std::string payload = R"({"type":")" + std::string{example.type} + R"(",")" +
                                std::string{example.type} + R"(":)" + std::string{example.content} + "}";
    EXPECT_EQ(testing::lint_text(payload), std::vector<std::string>{}) << payload;
    EXPECT_EQ(
        shown(build_message(json_of(payload).as_object(), {&kPhone, "", "o"})),
        R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"+16505551234","type":")" +
            std::string{example.type} + R"(",")" + std::string{example.type} + R"(":)" +
            std::string{example.content} + R"(,"biz_opaque_callback_data":"o"})");
  }
}

}  // namespace
}  // namespace wac::whatsapp
