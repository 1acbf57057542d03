// Breaker and stop of a sender, for every engine.

#include "integration/store/store_conformance.h"

#include <gmock/gmock.h>

namespace wac::testing {
namespace {

using enum store::IntentState;
using Kind = PaceSignal::Kind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

PaceLimits with_breaker() {
  PaceLimits limits;
  limits.breaker_min = 4;
  limits.breaker_open_max = Millis{30'000};
  return limits;
}

/// Opens the breaker of `limits` at `now`, by `faults` of them.
#define ANSWER(times, kind, now)                                 \
  for (int answers = 0; answers < (times); ++answers) {          \
    end(send(message(), now), kFailed, now, signal(Kind::kind)); \
  }

TEST_P(StoreConformance, FaultsOpenTheBreakerAtItsShareAndNotBeforeItsMinimum) {
  limits_ = with_breaker();
  ANSWER(3, kServerFault, at(0));
  EXPECT_EQ(pace(at(0)).breaker, BreakerState::kClosed);
  ANSWER(4, kAnswered, at(1));
  EXPECT_EQ(pace(at(1)).breaker, BreakerState::kClosed);
  end(send(message(), at(1)), kFailed, at(1), signal(Kind::kServerFault));
  EXPECT_EQ(pace(at(1)).breaker, BreakerState::kOpen);  // 4 of 8
  EXPECT_EQ(pace(at(1)).open_until, at(10'001));
  const NewIntent held = message();
  const IntentRecord waiting = send(held, at(2));
  EXPECT_EQ(waiting.state, kAccepted);
  EXPECT_EQ(waiting.hold, Hold::kBreaker);
  EXPECT_EQ(waiting.due, at(10'001));
  const DueBatch batch = take_due(at(10'000));
  EXPECT_TRUE(batch.items.empty());
  EXPECT_EQ(batch.next_due, at(10'001));
  EXPECT_THAT(sent_keys(at(10'001)), ElementsAre(held.key));
}

TEST_P(StoreConformance, PermanentErrorsAndThrottlesDoNotOpenTheBreaker) {
  limits_ = with_breaker();
  ANSWER(20, kAnswered, at(0));
  ANSWER(20, kThrottled, at(0));
  ANSWER(20, kNone, at(0));
  EXPECT_EQ(pace(at(0)).breaker, BreakerState::kClosed);
}

TEST_P(StoreConformance, WithoutAMinimumThereIsNoBreaker) {
  ANSWER(50, kServerFault, at(0));
  EXPECT_EQ(pace(at(0)).breaker, BreakerState::kClosed);
}

TEST_P(StoreConformance, FaultsOfLongAgoDoNotCount) {
  limits_ = with_breaker();
  ANSWER(3, kServerFault, at(0));
  end(send(message(), at(60'000)), kFailed, at(60'000), signal(Kind::kServerFault));
  EXPECT_EQ(pace(at(60'000)).breaker, BreakerState::kClosed);
}

TEST_P(StoreConformance, AnOpenBreakerLetsOneProbeThroughAndASuccessClosesIt) {
  limits_ = with_breaker();
  ANSWER(4, kServerFault, at(0));
  for (int n = 0; n < 3; ++n) send(message(), at(1));
  const IntentRecord probe = take_one(DueAction::kSend, at(10'000));
  EXPECT_EQ(pace(at(10'000)).breaker, BreakerState::kHalfOpen);
  EXPECT_THAT(sent_keys(at(10'001)), IsEmpty());
  EXPECT_EQ(send(message(), at(10'002)).hold, Hold::kBreaker);
  end(probe, kSent, at(10'003), signal(Kind::kAnswered));
  EXPECT_EQ(pace(at(10'003)).breaker, BreakerState::kClosed);
  EXPECT_FALSE(pace(at(10'003)).open_until);
  EXPECT_THAT(sent_keys(at(10'003)), SizeIs(3));
  // Closed is cleared: it takes as many faults as the first time.
  ANSWER(3, kServerFault, at(10'004));
  EXPECT_EQ(pace(at(10'004)).breaker, BreakerState::kClosed);
}

TEST_P(StoreConformance, AClaimMayBeTheProbe) {
  limits_ = with_breaker();
  ANSWER(4, kServerFault, at(0));
  EXPECT_EQ(send(message(), at(10'000)).state, kSending);
  EXPECT_EQ(send(message(), at(10'000)).hold, Hold::kBreaker);
}

TEST_P(StoreConformance, AFailedProbeOpensItAgainTwiceAsLongUpToItsMaximum) {
  limits_ = with_breaker();
  ANSWER(4, kServerFault, at(0));
  std::int64_t now = 10'000;
  for (const int length : {20'000, 30'000, 30'000}) {
    end(send(message(), at(now)), kFailed, at(now), signal(Kind::kServerFault));
    EXPECT_EQ(pace(at(now)).breaker, BreakerState::kOpen);
    EXPECT_EQ(pace(at(now)).open_until, at(now + length));
    now += length;
  }
}

TEST_P(StoreConformance, OnlyTheProbeDecides) {
  limits_ = with_breaker();
  const IntentRecord before = send(message(), at(0));
  const IntentRecord also_before = send(message(), at(0));
  ANSWER(4, kServerFault, at(0));
  end(before, kSent, at(1), signal(Kind::kAnswered));
  EXPECT_EQ(pace(at(1)).breaker, BreakerState::kOpen);
  const IntentRecord probe = send(message(), at(10'000));
  end(also_before, kSent, at(10'001), signal(Kind::kAnswered));
  EXPECT_EQ(pace(at(10'001)).breaker, BreakerState::kHalfOpen);
  EXPECT_EQ(send(message(), at(10'001)).hold, Hold::kBreaker);
  end(probe, kSent, at(10'002), signal(Kind::kAnswered));
  EXPECT_EQ(pace(at(10'002)).breaker, BreakerState::kClosed);
}

TEST_P(StoreConformance, AProbeThatTeachesNothingMakesRoomForAnother) {
  limits_ = with_breaker();
  ANSWER(4, kServerFault, at(0));
  const NewIntent next = message();
  const IntentRecord probe = send(message(), at(10'000));
  send(next, at(10'001));
  end(probe, kFailed, at(10'002));
  EXPECT_EQ(pace(at(10'002)).breaker, BreakerState::kHalfOpen);
  EXPECT_THAT(sent_keys(at(10'002)), ElementsAre(next.key));
}

TEST_P(StoreConformance, AProbeWhoseLeaseEndsMakesRoomForAnother) {
  limits_ = with_breaker();
  ANSWER(4, kServerFault, at(0));
  const IntentRecord probe = send(message(), at(10'000));
  const NewIntent next = message();
  send(next, at(10'001));
  EXPECT_EQ(take_due(at(10'002)).next_due, probe.due);
  const DueBatch batch = take_due(probe.due);
  ASSERT_EQ(batch.items.size(), 2U);
  EXPECT_EQ(batch.items[0].action, DueAction::kNowUnknown);
  EXPECT_EQ(batch.items[1].record.key, next.key);
}

TEST_P(StoreConformance, WhoDoesNotWantToWaitForABreakerIsRefusedWithoutATrace) {
  limits_ = with_breaker();
  ANSWER(4, kServerFault, at(0));
  const NewIntent made = message();
  const ClaimResult refused = claim(made, ClaimMode::kSendNowOrRefuse, at(1));
  EXPECT_EQ(refused.outcome, ClaimOutcome::kRefused);
  EXPECT_EQ(refused.record.hold, Hold::kBreaker);
  EXPECT_EQ(refused.record.due, at(10'000));
  EXPECT_FALSE(find(made));
  EXPECT_EQ(count(at(1)).by_state[0], 0U);
  const IntentRecord probe = claim_new(made, ClaimMode::kSendNowOrRefuse, at(10'000));
  EXPECT_EQ(probe.state, kSending);
  EXPECT_EQ(claim(made, ClaimMode::kSendNowOrRefuse, at(10'001)).outcome, ClaimOutcome::kDuplicate);
  EXPECT_EQ(claim(message(), ClaimMode::kSendNowOrRefuse, at(10'001)).outcome, ClaimOutcome::kRefused);
}

TEST_P(StoreConformance, OtherHoldsAreNoRefusal) {
  const auto recipient = fingerprint();
  claim_new(message(recipient), ClaimMode::kSendNowOrRefuse, at(0));
  EXPECT_EQ(claim_new(message(recipient), ClaimMode::kSendNowOrRefuse, at(0)).hold, Hold::kOrder);
}

TEST_P(StoreConformance, AStoppedSenderStartsNothingUntilItIsResumed) {
  const auto recipient = fingerprint();
  PaceSignal stop = signal(Kind::kStop);
  stop.code = 131031;
  const NewIntent stopped = message(recipient);
  end(send(stopped, at(0)), kRetryWait, at(1), stop);
  EXPECT_EQ(found(stopped).hold, Hold::kStopped);
  const NewIntent held = message();
  EXPECT_EQ(send(held, at(2)).hold, Hold::kStopped);
  const ClaimResult refused = claim(message(), ClaimMode::kSendNowOrRefuse, at(2));
  EXPECT_EQ(refused.outcome, ClaimOutcome::kRefused);
  EXPECT_EQ(refused.record.hold, Hold::kStopped);
  EXPECT_GT(refused.record.due, at(2));
  const DueBatch batch = take_due(at(3'000'000));
  EXPECT_TRUE(batch.items.empty());
  EXPECT_FALSE(batch.next_due);
  EXPECT_EQ(pace(at(3)).stopped_code, 131031U);
  EXPECT_EQ(pace(at(3)).stopped_since, at(1));
  restart();
  EXPECT_TRUE(take_due(at(4)).items.empty());
  EXPECT_TRUE(resume(at(5)));
  EXPECT_FALSE(resume(at(5)));
  EXPECT_FALSE(pace(at(5)).stopped_since);
  EXPECT_THAT(sent_keys(at(5)), ::testing::UnorderedElementsAre(stopped.key, held.key));
}

TEST_P(StoreConformance, AStoppedSendersIntentsStillExpireAndCanBeCancelled) {
  end(send(message(), at(0)), kFailed, at(0), signal(Kind::kStop));
  NewIntent expiring = message();
  expiring.expires_at = at(1'000);
  const NewIntent cancelled = message();
  send(expiring, at(1));
  send(cancelled, at(1));
  ASSERT_TRUE(command(cancelled, Command::kCancel, at(2)));
  EXPECT_EQ(take_due(at(3)).next_due, at(1'000));
  EXPECT_EQ(take_one(DueAction::kExpired, at(1'000)).key, expiring.key);
}

TEST_P(StoreConformance, AnotherSenderIsNotStopped) {
  end(send(message(), at(0)), kFailed, at(0), signal(Kind::kStop));
  NewIntent other = message();
  other.sender = other_sender(0);
  EXPECT_EQ(send(other, at(1)).state, kSending);
}

TEST_P(StoreConformance, AResumedSendersBreakerIsClosed) {
  limits_ = with_breaker();
  ANSWER(4, kServerFault, at(0));
  EXPECT_TRUE(resume(at(1)));
  EXPECT_EQ(pace(at(1)).breaker, BreakerState::kClosed);
  EXPECT_EQ(send(message(), at(1)).state, kSending);
}

TEST_P(StoreConformance, AnotherCredentialEndsAStopThatWaitedForOne) {
  const auto old_token = fingerprint();
  NewIntent first = message();
  first.credential = old_token;
  PaceSignal stop = signal(Kind::kStop);
  stop.code = 190;
  stop.until_new_credential = true;
  end(send(first, at(0)), kRetryWait, at(0), stop);
  EXPECT_TRUE(pace(at(0)).until_new_credential);
  NewIntent same = message();
  same.credential = old_token;
  EXPECT_EQ(send(same, at(1)).hold, Hold::kStopped);
  EXPECT_EQ(send(message(), at(1)).hold, Hold::kStopped);  // not told
  NewIntent renewed = message();
  renewed.credential = fingerprint();
  EXPECT_EQ(send(renewed, at(2)).state, kSending);
  EXPECT_THAT(sent_keys(at(2)), SizeIs(3));
}

TEST_P(StoreConformance, AnotherCredentialDoesNotEndAnyOtherStop) {
  NewIntent first = message();
  first.credential = fingerprint();
  end(send(first, at(0)), kFailed, at(0), signal(Kind::kStop));
  NewIntent renewed = message();
  renewed.credential = fingerprint();
  EXPECT_EQ(send(renewed, at(1)).hold, Hold::kStopped);
}

TEST_P(StoreConformance, AnotherCredentialClosesTheBreaker) {
  limits_ = with_breaker();
  NewIntent first = message();
  first.credential = fingerprint();
  end(send(first, at(0)), kFailed, at(0), signal(Kind::kServerFault));
  ANSWER(3, kServerFault, at(0));
  EXPECT_EQ(pace(at(0)).breaker, BreakerState::kOpen);
  NewIntent renewed = message();
  renewed.credential = fingerprint();
  EXPECT_EQ(send(renewed, at(1)).state, kSending);
  EXPECT_EQ(pace(at(1)).breaker, BreakerState::kClosed);
}

TEST_P(StoreConformance, AResendWaitsForItsSendersGates) {
  NewIntent made = message();
  made.on_unknown = OnUnknown::kResend;
  Settlement unknown = settlement(send(made, at(0)), kUnknown);
  unknown.due = at(100);
  settle(unknown, at(1));
  end(send(message(), at(2)), kFailed, at(2), signal(Kind::kThrottled, Millis{5'000}));
  ingest_one(status(intent(), 1, kDelivered), at(50));
  const DueBatch batch = take_due(at(100));
  EXPECT_TRUE(batch.items.empty());
  EXPECT_EQ(batch.next_due, at(5'002));
  EXPECT_EQ(take_one(DueAction::kResend, at(5'002)).key, made.key);
}

TEST_P(StoreConformance, AStaleOrRepeatedSettlementTeachesNothing) {
  limits_ = with_breaker();
  const IntentRecord sending = send(message(), at(0));
  Settlement fault = settlement(sending, kFailed);
  fault.signal = signal(Kind::kServerFault);
  for (int n = 0; n < 10; ++n) settle(fault, at(1));
  Settlement stale = fault;
  ++stale.token;
  stale.signal = signal(Kind::kStop);
  EXPECT_EQ(settle(stale, at(2)).outcome, SettleOutcome::kStaleToken);
  EXPECT_EQ(pace(at(2)).breaker, BreakerState::kClosed);
  EXPECT_FALSE(pace(at(2)).stopped_since);
}

#undef ANSWER

}  // namespace
}  // namespace wac::testing
