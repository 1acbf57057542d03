#include "store/redis/scan_cursor.h"

#include "unit/store_redis/literal_reply.h"

#include <gtest/gtest.h>

namespace wac::store::redis {
namespace {

using testing::array;
using testing::bulk;
using testing::reply;
using testing::texts;

constexpr std::string_view kName = "wac:{p07}:i:";

std::string key(char c) {
  return std::string{kName} + std::string(16, c);
}

TEST(ScanCursor, CarriesTheKeysThatDidNotFit) {
  ScanCursor cursor = ScanCursor::parse("").value();
  EXPECT_FALSE(cursor.at_end());
  ASSERT_TRUE(cursor.add(reply(array({bulk("beef"), bulk("17"), texts({key('a'), key('b'), key('c')})})),
                         kName.size()));
  const auto first = cursor.take(2);
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].raw(), std::string(16, 'a'));
  EXPECT_EQ(cursor.text(), "17.beef:63636363636363636363636363636363");

  ScanCursor later = ScanCursor::parse(cursor.text()).value();
  EXPECT_EQ(later.next, 17U);
  EXPECT_EQ(later.server, "beef");
  EXPECT_EQ(later.take(9).size(), 1U);
  EXPECT_EQ(later.text(), "17.beef:");
}

TEST(ScanCursor, EndsWhenRedisIsThroughAndNothingIsLeft) {
  ScanCursor cursor;
  ASSERT_TRUE(cursor.add(reply(array({bulk("beef"), bulk("0"), texts({key('a')})})), kName.size()));
  EXPECT_TRUE(cursor.at_end());
  EXPECT_EQ(cursor.text(), "0.beef:61616161616161616161616161616161");
  EXPECT_TRUE(ScanCursor::parse(cursor.text())->at_end());
  cursor.take(1);
  EXPECT_EQ(cursor.text(), "");
}

TEST(ScanCursor, RefusesForeignText) {
  for (const std::string_view text : {"x", "17", ":", "-1:", "17.xyz:", "17.00112233445566778:", "17:zz",
                                      "17:6363", "17:6363636363636363636363636363636"}) {
    const auto cursor = ScanCursor::parse(text);
    ASSERT_FALSE(cursor) << text;
    EXPECT_EQ(cursor.error().code, ErrorCode::kInvalid);
  }
}

TEST(ScanCursor, RefusesAnAnswerOfAnotherShape) {
  ScanCursor cursor;
  for (const std::string& resp :
       {bulk("0"), texts({"beef", "0"}), texts({"beef", "0", "x"}), array({bulk("x"), bulk("0"), texts({})}),
        array({bulk("beef"), bulk("x"), texts({})}), array({bulk("beef"), bulk("0"), texts({"short"})}),
        array({bulk("beef"), bulk("0"), texts({key('a') + "b"})})}) {
    EXPECT_FALSE(cursor.add(reply(resp), kName.size())) << resp;
  }
}

}  // namespace
}  // namespace wac::store::redis
