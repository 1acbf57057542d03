#include "outbound/content.h"

#include "base/expose.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace wac::outbound {
namespace {

namespace json = boost::json;

TEST(Content, DoesNotDependOnTheOrderOfFieldsOrWhiteSpace) {
  const auto content = [](std::string_view payload) {
    return make_content(json::parse(payload).as_object(), std::nullopt, "");
  };
  EXPECT_EQ(content(R"({"b": 1, "a": {"d": [1, 2], "c": null}})"),
            content(R"({"a":{"c":null,"d":[1,2]},"b":1})"));
  EXPECT_NE(content(R"({"a":[1,2]})"), content(R"({"a":[2,1]})"));
  EXPECT_NE(content(R"({"a":1})"), content(R"({"a":"1"})"));
}

TEST(Content, RoundTripsPhoneUserAndContext) {
  const json::object payload = json::parse(R"({"type":"text","text":{"body":"a\"b"}})").as_object();
  const PersonalText text = make_content(payload, whatsapp::Recipient{Phone{"+15550001111"}}, "wamid.HBg=");
  EXPECT_EQ(
      expose(text, Purpose::kValidate),
      R"({"context":"wamid.HBg=","payload":{"text":{"body":"a\"b"},"type":"text"},"to":"+15550001111"})");
  const auto content = read_content(text);
  ASSERT_TRUE(content);
  EXPECT_EQ(content->context_message_id, "wamid.HBg=");
  EXPECT_EQ(content->payload, payload);
  ASSERT_TRUE(content->recipient);
  EXPECT_TRUE(content->recipient->is_phone());

  const auto user = read_content(make_content(payload, whatsapp::Recipient{UserId{"US.1"}}, ""));
  ASSERT_TRUE(user && user->recipient);
  EXPECT_FALSE(user->recipient->is_phone());
  EXPECT_TRUE(user->context_message_id.empty());
}

TEST(Content, AGroupIsARecipientOfItsOwnKind) {
  const json::object payload = json::parse(R"({"type":"text","text":{"body":"a"}})").as_object();
  const PersonalText text =
      make_content(payload, whatsapp::Recipient{whatsapp::GroupId{"Y2FwaV9ncm91cDox"}}, "");
  EXPECT_EQ(expose(text, Purpose::kValidate),
            R"({"payload":{"text":{"body":"a"},"type":"text"},"group":"Y2FwaV9ncm91cDox"})");
  const auto content = read_content(text);
  ASSERT_TRUE(content && content->recipient);
  EXPECT_TRUE(content->recipient->is_group());
  EXPECT_FALSE(content->recipient->is_phone());
}

TEST(Content, DamagedTextIsCorruptNotACrash) {
  for (const char* text : {"", "{", "[]", "{}", R"({"payload":[]})"}) {
    const auto content = read_content(PersonalText{text});
    ASSERT_FALSE(content) << text;
    EXPECT_EQ(content.error().code, ErrorCode::kCorrupt);
  }
}

}  // namespace
}  // namespace wac::outbound
