// Order, leases, crashes, stops and orders of an operator.

#include "pusher_fixture.h"

namespace wac::delivery {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const auto kHold = [](const std::string&) { return std::optional<Answer>{}; };

class PusherTest : public PusherFixture {};

TEST_F(PusherTest, DeliversWhatIsThereAndWhatComes) {
  receive("a");
  Instance& one = launch();
  receive("b");
  EXPECT_THAT(one.transport.taken, ElementsAre("a", "b"));
  advance(Millis{1'000});
  EXPECT_EQ(stored().cursor, "2");
  EXPECT_EQ(stored().taken, 2U);
}

TEST_F(PusherTest, KeepsTheOrderWithinAConversationAndNotBetweenThem) {
  answers_ = kHold;
  Instance& one = launch();
  receive("a1", "1");
  receive("a2", "1");
  receive("b1", "2");
  EXPECT_THAT(one.transport.tried(), ElementsAre("a1", "b1"));
  one.transport.tell("b1", taken());
  loop_.run_ready();
  EXPECT_EQ(one.transport.tries.size(), 2U) << "a2 waits for a1";
  one.transport.tell("a1", taken());
  loop_.run_ready();
  EXPECT_THAT(one.transport.tried(), ElementsAre("a1", "b1", "a2"));
}

TEST_F(PusherTest, HasNoMoreInFlightThanItMay) {
  answers_ = kHold;
  Instance& one = launch();
  for (int i = 0; i < 6; ++i) receive("m" + std::to_string(i), std::to_string(i));
  EXPECT_EQ(one.transport.tries.size(), 4U);
  one.transport.tell("m0", taken());
  loop_.run_ready();
  EXPECT_EQ(one.transport.tries.size(), 5U);
  EXPECT_EQ(one.transport.most_at_once, 4U);
}

TEST_F(PusherTest, TheLeaseIsKeptByRenewalsForAsLongAsThereIsWork) {
  answers_ = kHold;
  Instance& one = launch("one");
  receive("a");
  Instance& two = launch("two");
  advance(5 * config_.delivery.lease);
  EXPECT_EQ(one.transport.tries.size(), 1U);
  EXPECT_THAT(two.transport.tries, IsEmpty()) << "the first one still has it";
  EXPECT_EQ(stored().owner, "one");
}

TEST_F(PusherTest, AnotherTakesOverWhenTheLeaseOfADeadOneEnds) {
  Instance& one = launch("one");
  receive("a");
  ASSERT_THAT(one.transport.taken, ElementsAre("a"));
  advance(Millis{1'000});
  crash(one);
  Instance& two = launch("two");
  advance(config_.delivery.lease / 2);
  EXPECT_THAT(two.transport.tries, IsEmpty());
  advance(config_.delivery.lease);
  receive("b");
  EXPECT_THAT(two.transport.taken, ElementsAre("b"));
  EXPECT_EQ(stored().owner, "two");
  EXPECT_THAT(one.transport.taken, ElementsAre("a")) << "who cannot renew delivers nothing after its lease";
}

TEST_F(PusherTest, WhoCannotRenewBeginsNothingOnceItsLeaseIsOver) {
  Instance& one = launch("one");
  receive("a");
  // Renewed between two looks at the store, so that the lease ends between two of them.
  advance(Millis{2'250});
  receive("b");
  const MonoTime end = loop_.now() + (stored().owned_until - loop_.wall_now());
  crash(one);
  for (int i = 0; i < 400; ++i) {
    advance(Millis{100});
    receive("m" + std::to_string(i), std::to_string(i));
  }
  ASSERT_GT(one.transport.tries.size(), 100U);
  EXPECT_LT(one.transport.tries.back().at, end);
}

TEST_F(PusherTest, ACrashRepeatsOnlyWhatWasNotWrittenDown) {
  Instance& one = launch("one");
  receive("a");
  receive("b");
  advance(Millis{1'000});
  crash(one);
  receive("c");
  ASSERT_THAT(one.transport.taken, ElementsAre("a", "b", "c"));
  Instance& two = launch("two");
  advance(2 * config_.delivery.lease);
  EXPECT_THAT(two.transport.taken, ElementsAre("c"));
}

TEST_F(PusherTest, WhatWasSettledOutOfOrderIsNotRepeatedEither) {
  Instance& one = launch("one");
  one.transport.answers = [](const std::string& text) {
    return text == "a" ? std::nullopt : std::optional{taken()};
  };
  receive("a", "1");
  receive("b", "2");
  advance(Millis{1'000});
  EXPECT_EQ(stored().cursor, "0");
  ASSERT_EQ(stored().done.size(), 1U);
  crash(one);
  Instance& two = launch("two");
  advance(2 * config_.delivery.lease);
  EXPECT_THAT(two.transport.taken, ElementsAre("a"));
  advance(Millis{1'000});
  EXPECT_EQ(stored().cursor, "2");
  EXPECT_THAT(stored().done, IsEmpty());
}

TEST_F(PusherTest, AStopLetsWhatIsInFlightEndAndGivesTheLeaseBack) {
  answers_ = kHold;
  Instance& one = launch("one");
  receive("a");
  one.pusher.stop({loop_.now() + Millis{10'000}});
  advance(Millis{5'000});
  receive("b", "2");
  EXPECT_THAT(one.transport.tried(), ElementsAre("a")) << "nothing new is begun";
  EXPECT_EQ(one.scope.running(), 1U);
  one.transport.tell("a", taken());
  loop_.run_ready();
  EXPECT_EQ(one.scope.running(), 0U);
  EXPECT_EQ(stored().cursor, "1");
  EXPECT_EQ(stored().owner, "");
  answers_ = [](const std::string&) { return taken(); };
  Instance& two = launch("two");
  EXPECT_THAT(two.transport.taken, ElementsAre("b")) << "without waiting for a lease to end";
}

TEST_F(PusherTest, AStopWritesDownBeforeItsTimeIsOverWhateverIsInFlight) {
  answers_ = kHold;
  Instance& one = launch("one");
  receive("a");
  one.pusher.stop({loop_.now() + Millis{10'000}});
  advance(Millis{9'000});
  EXPECT_EQ(stored().owner, "one");
  advance(Millis{999});
  EXPECT_EQ(stored().owner, "") << "another one may have it";
  one.transport.tell("a", taken());
  loop_.run_ready();
  EXPECT_EQ(one.scope.running(), 0U);
  EXPECT_EQ(stored().cursor, "0") << "it is delivered again";
}

TEST_F(PusherTest, WithoutEventsTheLeaseGoesBackAndTheStoreIsLeftAlone) {
  Instance& one = launch("one");
  receive("a");
  advance(Millis{10'000});
  EXPECT_EQ(stored().owner, "");
  const int writes = one.records.writes;
  advance(Millis{600'000});
  EXPECT_EQ(one.records.writes, writes);
  receive("b");
  EXPECT_THAT(one.transport.taken, ElementsAre("a", "b"));
}

TEST_F(PusherTest, WhoIsGoneFromTheConfigurationIsServedNoMore) {
  Instance& one = launch("one");
  config_.tenants.back().consumers.clear();
  directory_->replace(config_);
  one.pusher.look();
  loop_.run_ready();
  receive("a");
  EXPECT_EQ(one.scope.running(), 0U);
  EXPECT_THAT(one.transport.tries, IsEmpty());
}

TEST_F(PusherTest, AReplayRepeatsATimeAndLeavesTheTurnOfWhatIsNew) {
  Instance& one = launch();
  receive("old");
  advance(Millis{60'000});
  const WallTime from = loop_.wall_now();
  receive("a");
  receive("b");
  const WallTime to = loop_.wall_now();
  advance(Millis{60'000});
  receive("new");
  Orders orders;
  orders.replay = ReplayRange{from, to};
  order(std::move(orders), one);
  advance(Millis{2'000});
  EXPECT_THAT(one.transport.taken, ElementsAre("old", "a", "b", "new", "a", "b"));
  EXPECT_EQ(one.transport.tries.back().occasion, Occasion::kReplay);
  EXPECT_FALSE(stored().replay);
  EXPECT_EQ(stored().taken, 4U) << "a replay is counted apart";
}

TEST_F(PusherTest, AReplayGoesOnWhereItWasAfterACrash) {
  for (int i = 0; i < 150; ++i) receive("m" + std::to_string(i));
  Instance& one = launch("one");
  advance(Millis{1'000});
  ASSERT_EQ(one.transport.taken.size(), 150U);
  int replayed = 0;
  one.transport.answers = [&](const std::string&) {
    return replayed++ < 120 ? std::optional{taken()} : std::nullopt;
  };
  Orders orders;
  orders.replay = ReplayRange{from_millis(0), loop_.wall_now()};
  order(std::move(orders), one);
  advance(Millis{1'000});
  ASSERT_TRUE(stored().replay);
  EXPECT_EQ(stored().replay->cursor, "120");
  crash(one);
  Instance& two = launch("two");
  advance(2 * config_.delivery.lease);
  EXPECT_EQ(two.transport.taken.size(), 30U);
  EXPECT_EQ(two.transport.taken.front(), "m120");
}

}  // namespace
}  // namespace wac::delivery
