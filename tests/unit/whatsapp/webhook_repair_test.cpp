#include "whatsapp/webhook_repair.h"

#include "unit/whatsapp/json_support.h"

#include <gtest/gtest.h>

namespace wac::whatsapp {
namespace {

TEST(RepairText, LeavesGoodTextAlone) {
  for (const std::string_view text :
       {"", "plain", "é€😀", R"({"a":"\u00e4\ud83d\ude00\n\\u"})", R"("\\ud83d")"}) {
    EXPECT_EQ(repair_text(text), text);
  }
}

TEST(RepairText, ReplacesSurrogatesWithoutPartner) {
  EXPECT_EQ(repair_text(R"("\ud83d")"), R"("\ufffd")");
  EXPECT_EQ(repair_text(R"("\ude00x")"), R"("\ufffdx")");
  EXPECT_EQ(repair_text(R"("\ud83d\ud83d\ude00")"), R"("\ufffd\ud83d\ude00")");
  EXPECT_EQ(repair_text(R"("\ud83d\n")"), R"("\ufffd\n")");
}

TEST(RepairText, ReplacesBytesThatAreNoUtf8) {
  EXPECT_EQ(repair_text("a\xff"
                        "b"),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(repair_text("\xc0\xaf"), "\xef\xbf\xbd\xef\xbf\xbd") << "overlong";
  EXPECT_EQ(repair_text("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd") << "a surrogate in UTF-8";
  EXPECT_EQ(repair_text("\xf4\x90\x80\x80").size(), 12U) << "beyond U+10FFFF";
  EXPECT_EQ(repair_text("x\xe2\x82"), "x\xef\xbf\xbd\xef\xbf\xbd") << "cut short";
}

TEST(RepairText, CopesWithEscapesAtTheEnd) {
  EXPECT_EQ(repair_text("\\"), "\\");
  EXPECT_EQ(repair_text("\\u12"), "\\u12");
  EXPECT_EQ(repair_text("\\ud83d"), "\\ufffd");
}

TEST(Webhook, OneBrokenTextDoesNotCostTheOthers) {
  const std::string body = testing::notification(
      R"("contacts":[{"profile":{"name":"Ann \ud83d"},"wa_id":"16505551234"}],"messages":[{"from":"16505551234","id":"wamid.A","timestamp":"1739321024","type":"text","text":{"body":"a"}},{"from":"16505551235","id":"wamid.B","timestamp":"1739321024","type":"text","text":{"body":"\ude00"}}])");
  const auto items = testing::items_of(body);
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(testing::data_of(items[0]).at("contact").at("name").as_string(), "Ann \xef\xbf\xbd");
  EXPECT_EQ(testing::data_of(items[1]).at("message").at("text").at("body").as_string(), "\xef\xbf\xbd");
}

}  // namespace
}  // namespace wac::whatsapp
