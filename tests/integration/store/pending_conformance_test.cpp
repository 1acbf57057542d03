// Statuses that name a message before its intent is known by it, and what evidence lets go, for every engine.

#include "integration/store/store_conformance.h"

#include <gmock/gmock.h>

namespace wac::testing {
namespace {

using enum store::IntentState;
using Kind = PaceSignal::Kind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_P(StoreConformance, AStatusByMessageIdThatComesBeforeTheAnswerSettlesTheIntentWithIt) {
  const NewIntent made = intent();
  const IntentRecord sending = send(made, at(0));
  NewEvent delivered = message_status(made, 1, kDelivered);
  delivered.evidence->pricing = "utility,regular,PMP,1";
  EXPECT_FALSE(ingest_one(delivered, at(1)).moved);
  EXPECT_EQ(found(made).state, kSending);
  const SettleResult settled = settle(settlement(sending, kSent), at(2));
  EXPECT_EQ(settled.outcome, SettleOutcome::kApplied);
  EXPECT_EQ(settled.state, kDelivered);
  EXPECT_TRUE(settled.evidence_applied);
  const IntentRecord record = found(made);
  EXPECT_EQ(record.state, kDelivered);
  EXPECT_EQ(record.pricing, "utility,regular,PMP,1");
  EXPECT_EQ(record.wamid.bytes, "wamid of attempt 1");
  EXPECT_EQ(record.duplicates, 0U);
  EXPECT_EQ(record.timeline.back(), std::pair(kDelivered, at(2)));
  EXPECT_EQ(ingest_one(message_status(made, 1, kRead), at(3)).moved, std::pair(kDelivered, kRead));
  EXPECT_TRUE(take_due(at(1'000'000)).items.empty());
}

TEST_P(StoreConformance, OfSeveralEarlyStatusesTheOneOfTheHighestRankCounts) {
  const NewIntent made = intent();
  const IntentRecord sending = send(made, at(0));
  NewEvent priced = message_status(made, 1, kSent);
  priced.evidence->pricing = "marketing,regular,PMP,1";
  ingest({priced, message_status(made, 1, kRead), message_status(made, 1, kDelivered)}, at(1));
  EXPECT_EQ(settle(settlement(sending, kSent), at(2)).state, kRead);
  EXPECT_EQ(found(made).pricing, "marketing,regular,PMP,1");
}

TEST_P(StoreConformance, AnEarlyFailureIsTheIntentsWithItsCode) {
  const NewIntent made = intent();
  const IntentRecord sending = send(made, at(0));
  NewEvent failed = message_status(made, 1, kFailed);
  failed.evidence->error_code = 131'053;
  ingest({message_status(made, 1, kSent), failed}, at(1));
  const SettleResult settled = settle(settlement(sending, kSent), at(2));
  EXPECT_EQ(settled.state, kFailed);
  EXPECT_EQ(settled.error_code, 131'053U);
  EXPECT_EQ(found(made).error_code, 131'053U);
}

TEST_P(StoreConformance, AnEarlySentAddsNothingToTheAnswer) {
  const NewIntent made = intent();
  const IntentRecord sending = send(made, at(0));
  ingest_one(message_status(made, 1, kSent), at(1));
  const SettleResult settled = settle(settlement(sending, kSent), at(2));
  EXPECT_EQ(settled.state, kSent);
  EXPECT_FALSE(settled.evidence_applied);
}

TEST_P(StoreConformance, AnEarlyStatusIsAppliedOnce) {
  const NewIntent made = intent();
  const IntentRecord sending = send(made, at(0));
  ingest_one(message_status(made, 1, kFailed), at(1));
  settle(settlement(sending, kSent), at(2));
  ingest_one(message_status(made, 1, kDelivered), at(3));
  const SettleResult again = settle(settlement(sending, kSent), at(4));
  EXPECT_EQ(again.state, kDelivered) << "the settlement again, after its answer was lost";
  EXPECT_FALSE(again.evidence_applied);
  EXPECT_EQ(found(made).state, kDelivered);
}

TEST_P(StoreConformance, AnEarlyStatusWaitsForALimitedTime) {
  const NewIntent made = intent();
  const IntentRecord sending = send(made, at(0));
  EventRules rules;
  rules.pending_retention = Millis{1'000};
  ingest_one(message_status(made, 1, kDelivered), at(0), rules);
  forget(at(1'000));
  EXPECT_EQ(settle(settlement(sending, kSent), at(1'000)).state, kSent);
}

TEST_P(StoreConformance, AnEarlyStatusOfAnotherMessageIsNotTheIntents) {
  const NewIntent made = intent();
  const IntentRecord sending = send(made, at(0));
  ingest_one(message_status(intent(), 1, kFailed), at(1));
  EXPECT_EQ(settle(settlement(sending, kSent), at(2)).state, kSent);
}

TEST_P(StoreConformance, AnEarlyStatusIsAppliedBehindEvidenceThatNamedTheAttempt) {
  const NewIntent made = intent();
  const IntentRecord sending = send(made, at(0));
  ingest({status(made, 1, kSent), message_status(made, 1, kRead)}, at(1));
  const SettleResult settled = settle(settlement(sending, kSent), at(2));
  EXPECT_EQ(settled.state, kRead);
  EXPECT_TRUE(settled.evidence_applied);
  EXPECT_EQ(found(made).wamid.bytes, "wamid");
  EXPECT_EQ(ingest_one(message_status(made, 1, kPlayed), at(3)).moved, std::pair(kRead, kPlayed));
}

TEST_P(StoreConformance, EvidenceTellsThatTheNextOfItsRecipientHasTheTurn) {
  const auto recipient = fingerprint();
  const NewIntent first = message(recipient);
  const NewIntent second = message(recipient);
  const IntentRecord sending = send(first, at(0));
  send(second, at(1));
  EXPECT_TRUE(ingest_one(status(first, 1, kSent), at(2)).follower_due);
  EXPECT_FALSE(ingest_one(status(first, 1, kDelivered), at(3)).follower_due) << "the turn is passed once";
  EXPECT_THAT(sent_keys(at(3)), ElementsAre(second.key));
  // The worker was alive after all: what it brings changes nothing of whose turn it is.
  const NewIntent third = message(recipient);
  EXPECT_EQ(send(third, at(4)).hold, Hold::kOrder);
  settle(settlement(sending, kSent), at(5));
  EXPECT_THAT(sent_keys(at(5)), IsEmpty());
  EXPECT_FALSE(ingest_one(status(third, 1, kFailed), at(6)).follower_due) << "it never had the turn";
}

TEST_P(StoreConformance, EvidenceWithNobodyBehindItTellsNothing) {
  const NewIntent made = message();
  send(made, at(0));
  const Ingested answer = ingest_one(status(made, 1, kSent), at(1));
  EXPECT_FALSE(answer.follower_due);
  EXPECT_FALSE(answer.breaker_closed);
}

PaceLimits with_breaker() {
  PaceLimits limits;
  limits.breaker_min = 4;
  return limits;
}

TEST_P(StoreConformance, EvidenceThatAProbeWasTakenClosesTheBreaker) {
  limits_ = with_breaker();
  for (int n = 0; n < 4; ++n) end(send(message(), at(0)), kFailed, at(0), signal(Kind::kServerFault));
  const NewIntent waiting = message();
  send(waiting, at(1));
  const NewIntent made = message();
  const auto batch = take_due(at(10'000), {}, 1);
  ASSERT_EQ(batch.items.size(), 1U);
  EXPECT_EQ(batch.items[0].record.key, waiting.key);
  EXPECT_EQ(send(made, at(10'001)).hold, Hold::kBreaker);
  const Ingested answer = ingest_one(status(waiting, 1, kDelivered), at(10'002));
  EXPECT_TRUE(answer.breaker_closed);
  EXPECT_EQ(pace(at(10'002)).breaker, BreakerState::kClosed);
  EXPECT_THAT(sent_keys(at(10'002)), ElementsAre(made.key));
  // Its worker comes late, with the fault it saw: the probe is over.
  Settlement late = settlement(batch.items[0].record, kUnknown);
  late.signal = signal(Kind::kServerFault);
  settle(late, at(10'003));
  EXPECT_EQ(pace(at(10'003)).breaker, BreakerState::kClosed);
  EXPECT_EQ(found(waiting).state, kDelivered);
}

TEST_P(StoreConformance, AProbeThatFailedByEvidenceMakesRoomForAnother) {
  limits_ = with_breaker();
  for (int n = 0; n < 4; ++n) end(send(message(), at(0)), kFailed, at(0), signal(Kind::kServerFault));
  const NewIntent probe = message();
  ASSERT_EQ(send(probe, at(10'000)).state, kSending);
  EXPECT_FALSE(ingest_one(status(probe, 1, kFailed), at(10'001)).breaker_closed);
  EXPECT_EQ(pace(at(10'001)).breaker, BreakerState::kHalfOpen);
  EXPECT_EQ(send(message(), at(10'002)).state, kSending);
}

TEST_P(StoreConformance, EvidenceOfAnEarlierAttemptDoesNotConcludeTheProbe) {
  limits_ = with_breaker();
  const NewIntent made = message();
  end(send(made, at(0)), kRetryWait, at(0), signal(Kind::kServerFault));
  for (int n = 0; n < 3; ++n) end(send(message(), at(0)), kFailed, at(0), signal(Kind::kServerFault));
  ASSERT_EQ(take_one(DueAction::kSend, at(10'000)).attempt, 2U);
  EXPECT_FALSE(ingest_one(status(made, 1, kDelivered), at(10'001)).breaker_closed);
  EXPECT_EQ(pace(at(10'001)).breaker, BreakerState::kHalfOpen);
}

TEST_P(StoreConformance, EvidenceCountsAsTheAnswerThatMayNeverCome) {
  limits_ = with_breaker();
  for (int n = 0; n < 5; ++n) {
    const NewIntent made = message();
    send(made, at(0));
    ingest_one(status(made, 1, kSent), at(0));
  }
  for (int n = 0; n < 4; ++n) end(send(message(), at(1)), kFailed, at(1), signal(Kind::kServerFault));
  EXPECT_EQ(pace(at(1)).breaker, BreakerState::kClosed) << "4 faults of 9 answers";
}

}  // namespace
}  // namespace wac::testing
