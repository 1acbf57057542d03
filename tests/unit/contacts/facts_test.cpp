#include "contacts/facts.h"

#include <gtest/gtest.h>

namespace wac::contacts {
namespace {

constexpr std::int64_t kHour = 3'600'000;
// 2026-03-01T12:00:00Z
constexpr std::int64_t kNoon = 1'772'366'400'000;

TEST(WindowOf, IsOpenForADayAfterTheLastMessageAndAMinuteMore) {
  const WallTime heard = from_millis(kNoon);
  EXPECT_EQ(window_of(heard, from_millis(kNoon)), Window::kOpen);
  EXPECT_EQ(window_of(heard, from_millis(kNoon + 23 * kHour)), Window::kOpen);
  EXPECT_EQ(window_of(heard, from_millis(kNoon + 24 * kHour + 59'999)), Window::kOpen) << "Meta decides";
  EXPECT_EQ(window_of(heard, from_millis(kNoon + 24 * kHour + 60'000)), Window::kClosed);
  EXPECT_EQ(window_of(heard, from_millis(kNoon + 25 * kHour)), Window::kClosed);
}

TEST(WindowOf, OfAContactNobodyHeardOfIsUnknown) {
  EXPECT_EQ(window_of(std::nullopt, from_millis(kNoon)), Window::kUnknown);
}

TEST(Hear, TheLaterWordCounts) {
  Facts facts;
  EXPECT_FALSE(facts.stopped());
  EXPECT_TRUE(hear(facts, {true, from_millis(100)}));
  EXPECT_TRUE(facts.stopped());
  EXPECT_FALSE(hear(facts, {false, from_millis(99)})) << "an older resume that arrives late";
  EXPECT_TRUE(facts.stopped());
  EXPECT_TRUE(hear(facts, {false, from_millis(101)}));
  EXPECT_FALSE(facts.stopped());
  EXPECT_FALSE(hear(facts, {false, from_millis(101)}));
}

TEST(Hear, OfTwoWordsAtOneTimeAStopCounts) {
  Facts facts;
  EXPECT_TRUE(hear(facts, {false, from_millis(100)}));
  EXPECT_TRUE(hear(facts, {true, from_millis(100)}));
  EXPECT_FALSE(hear(facts, {false, from_millis(100)}));
  EXPECT_TRUE(facts.stopped());
}

TEST(Facts, AreReadAsTheyWereWritten) {
  Facts facts;
  EXPECT_EQ(read_facts(PersonalText{write_facts(facts)}).value(), facts);
  facts.marketing = MarketingWord{true, from_millis(kNoon)};
  EXPECT_EQ(write_facts(facts), R"({"marketing":{"stopped":true,"at":1772366400000}})");
  EXPECT_EQ(read_facts(PersonalText{write_facts(facts)}).value(), facts);
  facts.same_as = crypto::Fingerprint::from_raw("0123456789abcdef");
  EXPECT_EQ(read_facts(PersonalText{write_facts(facts)}).value(), facts);
}

TEST(Facts, OfAnotherFormAreCorrupt) {
  for (const char* text : {"", "[]", "{", R"({"marketing":1})", R"({"marketing":{"stopped":true}})",
                           R"({"sameAs":"short"})", R"({"sameAs":7})"}) {
    EXPECT_EQ(read_facts(PersonalText{text}).error().code, ErrorCode::kCorrupt) << text;
  }
}

}  // namespace
}  // namespace wac::contacts
