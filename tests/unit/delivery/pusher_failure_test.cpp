// What a pusher does with a consumer that does not take its events.

#include "pusher_fixture.h"

namespace wac::delivery {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PusherFailureTest : public PusherFixture {
 protected:
  PusherFailureTest() {
    answers_ = [this](const std::string& text) { return std::optional{answer(text)}; };
  }
  Answer answer(const std::string& text) {
    const auto found = bad_.find(text);
    return found != bad_.end() ? found->second : broken_ ? *broken_ : taken();
  }
  std::size_t tries_of(const Instance& instance, const std::string& text) {
    const auto tried = instance.transport.tried();
    return static_cast<std::size_t>(std::ranges::count(tried, text));
  }

  std::map<std::string, Answer> bad_;  ///< answers by text
  std::optional<Answer> broken_;       ///< for all others
};

TEST_F(PusherFailureTest, WaitsLongerEachTimeAndNeverAtOnce) {
  broken_ = refused();
  Instance& one = launch();
  receive("a");
  EXPECT_EQ(one.transport.tries.size(), 1U);
  advance(Millis{120'000});
  ASSERT_GE(one.transport.tries.size(), 5U);
  Millis bound{1'000};
  for (std::size_t i = 1; i < one.transport.tries.size(); ++i) {
    EXPECT_LE(one.transport.tries[i].at - one.transport.tries[i - 1].at, bound) << i;
    bound = std::min(bound * 2, config_.delivery.retry_max);
  }
}

TEST_F(PusherFailureTest, WaitsAsLongAsItIsAskedToWithinItsBound) {
  broken_ = refused(503, Millis{30'000});
  Instance& one = launch();
  receive("a");
  advance(Millis{29'999});
  EXPECT_EQ(one.transport.tries.size(), 1U);
  advance(Millis{1});
  EXPECT_EQ(one.transport.tries.size(), 2U);
  broken_ = refused(503, Millis{3'600'000});
  advance(Millis{30'000});
  ASSERT_EQ(one.transport.tries.size(), 3U);
  broken_.reset();
  advance(config_.delivery.retry_max);
  EXPECT_THAT(one.transport.taken, ElementsAre("a"));
}

TEST_F(PusherFailureTest, OneBadEventHoldsBackOnlyItsConversation) {
  bad_["a1"] = refused();
  Instance& one = launch();
  receive("a1", "1");
  receive("a2", "1");
  receive("b1", "2");
  advance(Millis{10'000});
  EXPECT_THAT(one.transport.taken, ElementsAre("b1"));
  bad_.clear();
  advance(Millis{60'000});
  EXPECT_THAT(one.transport.taken, ElementsAre("b1", "a1", "a2"));
}

TEST_F(PusherFailureTest, IsPausedProbedAndResumed) {
  broken_ = refused(503);
  config_.delivery.pause_after = Millis{5'000};
  config_.delivery.pause_failures = 5;
  Instance& one = launch();
  for (int i = 0; i < 8; ++i) receive("m" + std::to_string(i), std::to_string(i));
  advance(Millis{10'000});
  ASSERT_TRUE(one.pusher.held_back());
  const std::size_t before = one.transport.tries.size();
  one.transport.most_at_once = 0;
  advance(Millis{120'000});
  const std::size_t probes = one.transport.tries.size() - before;
  EXPECT_GE(probes, 2U);
  EXPECT_LE(probes, 12U) << "from ten seconds on, doubling to a minute, half of it random";
  EXPECT_EQ(one.transport.most_at_once, 1U);
  EXPECT_TRUE(stored().endpoint.paused);
  broken_.reset();
  advance(config_.delivery.retry_max);
  EXPECT_FALSE(one.pusher.held_back());
  EXPECT_EQ(one.transport.taken.size(), 8U) << "with the first success everything goes, without its own wait";
}

TEST_F(PusherFailureTest, APauseOutlivesTheInstance) {
  broken_ = refused(503);
  config_.delivery.pause_after = Millis{5'000};
  config_.delivery.pause_failures = 5;
  Instance& one = launch("one");
  for (int i = 0; i < 8; ++i) receive("m" + std::to_string(i), std::to_string(i));
  advance(Millis{15'000});
  ASSERT_TRUE(stored().endpoint.paused);
  crash(one);
  Instance& two = launch("two");
  advance(config_.delivery.lease + Millis{1'000});
  EXPECT_TRUE(two.pusher.held_back());
  EXPECT_LE(two.transport.tries.size(), 1U) << "a probe, not a storm";
}

TEST_F(PusherFailureTest, GoneStopsItUntilItIsResumed) {
  broken_ = Answer{Verdict::kGone, "http_410", std::nullopt, 410};
  Instance& one = launch();
  receive("a");
  advance(Millis{600'000});
  EXPECT_EQ(one.transport.tries.size(), 1U);
  EXPECT_TRUE(stored().endpoint.stopped);
  broken_.reset();
  Orders orders;
  orders.resume = true;
  order(std::move(orders), one);
  EXPECT_THAT(one.transport.taken, ElementsAre("a"));
}

TEST_F(PusherFailureTest, WhatIsRefusedForLongIsADeadLetterAndCanBeRedriven) {
  bad_["a"] = refused(422);
  Instance& one = launch();
  receive("a");
  receive("b");
  advance(Millis{300'000});
  EXPECT_THAT(letters(), IsEmpty());
  receive("other", "2");  // the consumer as such works
  advance(Millis{400'000});
  ASSERT_EQ(letters().size(), 1U);
  EXPECT_EQ(letters()[0].reason, "http_422");
  EXPECT_GT(letters()[0].tries, 5U);
  EXPECT_THAT(one.transport.taken, ElementsAre("other", "b")) << "its conversation goes on";

  Orders orders;
  orders.redrive = true;
  order(orders, one);
  advance(Millis{2'000});
  EXPECT_EQ(letters().size(), 1U) << "refused again";
  bad_.clear();
  order(orders, one);
  advance(Millis{2'000});
  EXPECT_THAT(letters(), IsEmpty());
  EXPECT_EQ(one.transport.taken.back(), "a");
}

TEST_F(PusherFailureTest, ARestartDoesNotRestartTheTimeToGiveUp) {
  bad_["a"] = refused();
  Instance* last = &launch("0");
  receive("a");
  std::size_t tries = 0;
  for (int restart = 1; restart <= 5; ++restart) {
    advance(Millis{100'000});
    receive("works" + std::to_string(restart), "2");
    tries += tries_of(*last, "a");
    EXPECT_THAT(letters(), IsEmpty());
    last->pusher.stop({loop_.now() + Millis{5'000}});
    loop_.run_ready();
    ASSERT_EQ(last->scope.running(), 0U);
    ASSERT_EQ(stored().tried.size(), 1U);
    last = &launch(std::to_string(restart));
  }
  advance(Millis{200'000});
  ASSERT_EQ(letters().size(), 1U) << "ten minutes, over five restarts";
  EXPECT_GT(letters()[0].tries, tries);
  EXPECT_THAT(stored().tried, IsEmpty()) << "what is settled is forgotten";
}

TEST_F(PusherFailureTest, WhatIsOnItsWayForTheFirstTimeIsNotKeptAsTried) {
  Instance& one = launch();
  one.transport.answers = [](const std::string&) { return std::optional<Answer>{}; };
  receive("a");
  advance(Millis{15'000});
  EXPECT_THAT(stored().tried, IsEmpty());
  one.transport.tell("a", refused());
  advance(Millis{1'000});
  EXPECT_EQ(stored().tried.size(), 1U);
}

TEST_F(PusherFailureTest, DeadLettersHaveALimitBeyondWhichEventsAreTriedOn) {
  config_.delivery.dead_letters = 2;
  Instance& one = launch();
  for (const char* text : {"a", "b", "c"}) {
    bad_[text] = Answer{Verdict::kNever, "too_large", std::nullopt, 0, ErrorCode::kTooLarge};
    receive(text, text);
  }
  advance(Millis{1'000});
  EXPECT_EQ(letters().size(), 2U);
  EXPECT_THAT(log_text_, HasSubstr("too many dead letters"));
  const std::size_t tries = tries_of(one, "c");
  advance(Millis{60'000});
  EXPECT_GT(tries_of(one, "c"), tries) << "nothing is thrown away";
  EXPECT_EQ(stored().cursor, "2");
  bad_.clear();
  Orders orders;
  orders.redrive = true;
  order(std::move(orders), one);
  advance(Millis{120'000});
  EXPECT_THAT(letters(), IsEmpty());
  EXPECT_EQ(one.transport.taken.size(), 3U);
}

TEST_F(PusherFailureTest, WhatCanNeverBeTakenIsADeadLetterAtOnceAndNotTheConsumersFault) {
  bad_["big"] = Answer{Verdict::kNever, "too_large", std::nullopt, 0, ErrorCode::kTooLarge};
  Instance& one = launch();
  receive("big");
  receive("next");
  EXPECT_THAT(one.transport.tried(), ElementsAre("big", "next"));
  advance(Millis{1'000});
  ASSERT_EQ(letters().size(), 1U);
  EXPECT_EQ(letters()[0].reason, "too_large");
  EXPECT_EQ(letters()[0].tries, 1U);
  EXPECT_EQ(stored().endpoint.failures, 0U);
}

TEST_F(PusherFailureTest, ADeadLetterWhoseEventIsNoLongerKeptIsLetGo) {
  bad_["a"] = Answer{Verdict::kNever, "too_large", std::nullopt, 0};
  Instance& one = launch();
  receive("a");
  advance(Millis{1'000});
  ASSERT_EQ(letters().size(), 1U);
  events_.events.clear();
  Orders orders;
  orders.redrive = true;
  order(std::move(orders), one);
  advance(Millis{2'000});
  EXPECT_THAT(letters(), IsEmpty());
  EXPECT_EQ(one.transport.tries.size(), 1U);
}

}  // namespace
}  // namespace wac::delivery
