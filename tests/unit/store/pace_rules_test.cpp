#include "store/pace_rules.h"

#include <gtest/gtest.h>

namespace wac::store {
namespace {

using Kind = PaceSignal::Kind;

WallTime at(std::int64_t millis) {
  return from_millis(1'790'000'000'000 + millis);
}

double ms(std::int64_t millis) {
  return static_cast<double>(to_millis(at(millis)));
}

IntentKey key(std::uint8_t n) {
  IntentKey made;
  made.bytes[0] = n;
  return made;
}

PaceSignal signal(Kind kind, Millis wait = Millis{0}) {
  PaceSignal made;
  made.kind = kind;
  made.wait = wait;
  return made;
}

SenderGate paced(std::uint32_t per_second) {
  SenderGate gate;
  gate.limits.sender_per_second = per_second;
  return gate;
}

TEST(SenderPaceRules, WithoutLimitsEverythingIsOpen) {
  SenderGate gate;
  double tenant = 0;
  for (int n = 0; n < 1'000; ++n) {
    EXPECT_EQ(sender_opening(gate, tenant, at(0)).hold, Hold::kNone);
    start(gate, tenant, key(1), at(10), at(0));
  }
  EXPECT_EQ(numbers_text(gate), "");
}

TEST(SenderPaceRules, ABurstOfATenthOfTheRateThenOneEachInterval) {
  for (const auto [rate, burst] : {std::pair{1U, 1}, {9U, 1}, {20U, 2}, {80U, 8}, {1'000U, 100}}) {
    SenderGate gate = paced(rate);
    double tenant = 0;
    int started = 0;
    while (sender_opening(gate, tenant, at(0)).hold == Hold::kNone) {
      start(gate, tenant, key(1), at(10), at(0));
      ++started;
    }
    EXPECT_EQ(started, burst) << rate;
    EXPECT_NEAR(sender_opening(gate, tenant, at(0)).ready, ms(0) + 1'000.0 / rate, 0.01);
  }
}

TEST(SenderPaceRules, ReadyTimesAreNeverTooEarlyAndNoHairTooLate) {
  EXPECT_EQ(to_time(ms(50)), at(50));
  EXPECT_EQ(to_time(ms(50) + 0.001), at(50));
  EXPECT_EQ(to_time(ms(50) + 0.3), at(51));
}

TEST(SenderPaceRules, TheFirstReasonIsToldAndTheLatestTimeCounts) {
  SenderGate gate = paced(1);
  gate.blocked_until = ms(5'000);
  gate.breaker = 1;
  gate.open_until = ms(1'000);
  const Opening opening = sender_opening(gate, 0, at(0));
  EXPECT_EQ(opening.hold, Hold::kBreaker);
  EXPECT_EQ(opening.ready, ms(5'000));
  gate.stopped_at = ms(0);
  EXPECT_EQ(sender_opening(gate, 0, at(0)).hold, Hold::kStopped);
  EXPECT_GE(sender_opening(gate, 0, at(0)).ready, kNever);
}

TEST(SenderPaceRules, RecoveryTakesTenSecondsFromAHalf) {
  SenderGate gate = paced(80);
  learn(gate, signal(Kind::kThrottled), key(1), at(0));
  EXPECT_EQ(rate_at(gate, at(0)), 40);
  EXPECT_EQ(rate_at(gate, at(999)), 40);
  EXPECT_EQ(rate_at(gate, at(1'000)), 44);
  EXPECT_EQ(rate_at(gate, at(9'999)), 76);
  EXPECT_EQ(rate_at(gate, at(10'000)), 80);
  EXPECT_EQ(rate_at(gate, at(100'000)), 80);
  // A clock that ran back takes nothing away.
  EXPECT_EQ(rate_at(gate, at(-5'000)), 40);
}

TEST(SenderPaceRules, AWindowThatHasHalfPassedCountsTheOneBeforeByHalf) {
  SenderGate gate;
  gate.limits.breaker_min = 10;
  for (int n = 0; n < 9; ++n) learn(gate, signal(Kind::kServerFault), key(1), at(0));
  // 1 + 9 / 2, then one more each: the tenth of the window is not reached before the fifth.
  for (int n = 0; n < 5; ++n) {
    EXPECT_EQ(show(gate, at(45'000)).breaker, BreakerState::kClosed) << n;
    learn(gate, signal(Kind::kServerFault), key(1), at(45'000));
  }
  EXPECT_EQ(show(gate, at(45'000)).breaker, BreakerState::kClosed);
  learn(gate, signal(Kind::kServerFault), key(1), at(45'000));
  EXPECT_EQ(show(gate, at(45'000)).breaker, BreakerState::kOpen);
}

TEST(SenderPaceRules, AdoptTellsWhetherAnythingIsNew) {
  SenderGate gate;
  NewIntent intent;
  intent.tenant = *TenantId::parse("tenant");
  intent.limits.sender_per_second = 80;
  intent.credential = key(1);
  EXPECT_TRUE(adopt(gate, intent));
  EXPECT_FALSE(adopt(gate, intent));
  intent.credential = {};
  EXPECT_FALSE(adopt(gate, intent));
  intent.credential = key(2);
  EXPECT_TRUE(adopt(gate, intent));
  EXPECT_EQ(gate.credential, key(2));
}

TEST(PairPaceRules, MetasPausesAreFourToTheXSeconds) {
  PairGate pair;
  for (const int seconds : {1, 4, 16, 64, 256, 256}) {
    learn(pair, signal(Kind::kPairThrottled), IntentState::kRetryWait, at(0));
    EXPECT_EQ(pair.paused_until, ms(seconds * 1'000));
  }
  learn(pair, signal(Kind::kAnswered), IntentState::kFailed, at(0));
  EXPECT_EQ(pair.level, 4);
  learn(pair, signal(Kind::kAnswered), IntentState::kSent, at(0));
  EXPECT_EQ(pair.level, 0);
}

TEST(PaceText, LimitsComeBackAsTheyWere) {
  const PaceLimits limits{80, 20, Millis{6'000}, 45, 10, 60, Millis{1}, Millis{2}, Millis{3}};
  EXPECT_EQ(limits_text(limits), "80,20,6000,45,10,60,1,2,3");
  EXPECT_EQ(limits_from(limits_text(limits)), limits);
  for (const char* text : {"", "1", "1,2,3,4,5,6,7,8,9,10", "1,2,3,4,5,6,7,8,x", "-1,2,3,4,5,6,7,8,9"}) {
    EXPECT_FALSE(limits_from(text)) << text;
  }
}

TEST(PaceText, NumbersComeBackToTheirLastBit) {
  SenderGate gate;
  gate.arrival = ms(0) + 1.0 / 3;
  gate.usage = 80;
  gate.served_at = ms(1) + 0.5;
  SenderGate again;
  ASSERT_TRUE(read_numbers(numbers_text(gate), again));
  EXPECT_EQ(again.arrival, gate.arrival);
  EXPECT_EQ(again.usage, 80);
  EXPECT_EQ(again.served_at, gate.served_at);
  EXPECT_EQ(again.rate, 0);
  for (const char* text : {"a", "a x", "nonsense 1", "a 1 b"})
    EXPECT_FALSE(read_numbers(text, again)) << text;
}

TEST(Holds, HaveNamesAndNumbers) {
  for (std::uint8_t number = 0; number < 7; ++number) {
    ASSERT_TRUE(hold_from(number));
    EXPECT_EQ(static_cast<std::uint8_t>(*hold_from(number)), number);
  }
  EXPECT_FALSE(hold_from(7));
  EXPECT_EQ(name(Hold::kPairPace), "pair_pace");
  EXPECT_EQ(name(BreakerState::kHalfOpen), "half_open");
}

}  // namespace
}  // namespace wac::store
