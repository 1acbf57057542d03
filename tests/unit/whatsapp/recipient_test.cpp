#include "whatsapp/recipient.h"

#include "base/expose.h"

#include <gtest/gtest.h>

namespace wac::whatsapp {
namespace {

TEST(ParsePhone, TakesSevenToFifteenDigitsBehindAPlus) {
  EXPECT_TRUE(parse_phone("+1650555"));
  EXPECT_TRUE(parse_phone("+165055512345678"));
  EXPECT_EQ(expose(*parse_phone("+16505551234"), Purpose::kValidate), "+16505551234");
}

TEST(ParsePhone, RefusesEverythingElse) {
  for (const std::string_view text : {"", "+", "16505551234", "+165055", "+1650555123456789", "+06505551234",
                                      "+1 650 555 1234", "+1650555123a", "++6505551234", "US.123"}) {
    EXPECT_FALSE(parse_phone(text)) << text;
  }
}

TEST(ParseGroupId, TakesWhatTheGroupsApiGives) {
  constexpr std::string_view kId = "Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD";
  EXPECT_EQ(expose(*parse_group_id(kId), Purpose::kValidate), kId);
  EXPECT_TRUE(parse_group_id("a_b-c=d012"));
  EXPECT_TRUE(parse_group_id(std::string(256, 'a')));
}

TEST(ParseGroupId, RefusesEverythingElse) {
  for (const std::string& text :
       {std::string{}, std::string{"Y2FwaV9nc"}, std::string{"+16505551234"}, std::string{"16505551234"},
        std::string{"US.13491208655302741918"}, std::string{"Y2Fwa V9ncm91c"}, std::string(257, 'a')}) {
    EXPECT_FALSE(parse_group_id(text)) << text;
  }
}

TEST(ParseUserId, TakesUserAndParentIds) {
  EXPECT_TRUE(parse_user_id("US.1"));
  EXPECT_TRUE(parse_user_id("US.13491208655302741918"));
  EXPECT_TRUE(parse_user_id("DE.ENT.aB3"));
  EXPECT_TRUE(parse_user_id("US." + std::string(128, 'a')));
  EXPECT_EQ(expose(*parse_user_id("DE.ENT.aB3"), Purpose::kValidate), "DE.ENT.aB3");
}

TEST(ParseUserId, RefusesEverythingElse) {
  for (const std::string& text :
       {std::string{}, std::string{"US."}, std::string{"us.1"}, std::string{"USA.1"}, std::string{"US.ENT."},
        std::string{"US.a.b"}, std::string{"US.a-b"}, "US." + std::string(129, 'a'),
        std::string{"+16505551234"}}) {
    EXPECT_FALSE(parse_user_id(text)) << text;
  }
}

}  // namespace
}  // namespace wac::whatsapp
