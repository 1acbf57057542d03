// Attempts that prepare before they send, tokens that change, and what a waiting intent is told, for every
// engine.

#include "integration/store/store_conformance.h"

#include <gmock/gmock.h>

namespace wac::testing {
namespace {

using enum store::IntentState;
using Kind = PaceSignal::Kind;
using store::Preparation;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

DueRules with_window() {
  DueRules rules;
  rules.unknown_window = Millis{60'000};
  return rules;
}

TEST_P(StoreConformance, AWorkerThatDiesWhilePreparingLeavesTheIntentToBeTriedAgain) {
  NewIntent made = message();
  made.prepares = true;
  const IntentRecord first = send(made, at(0));
  EXPECT_EQ(first.preparation, Preparation::kPending);
  const DueBatch batch = take_due(at(30'000), with_window());
  ASSERT_EQ(batch.items.size(), 2U);
  const IntentRecord& again = batch.items[0].record;
  EXPECT_EQ(static_cast<int>(batch.items[0].action), static_cast<int>(DueAction::kWaitsAgain));
  EXPECT_EQ(again.state, kRetryWait);
  EXPECT_EQ(again.due, at(30'000));
  EXPECT_TRUE(again.payload.empty());
  EXPECT_EQ(static_cast<int>(batch.items[1].action), static_cast<int>(DueAction::kSend)) << "at once";
  const IntentRecord& second = batch.items[1].record;
  EXPECT_EQ(second.attempt, 2U);
  EXPECT_EQ(second.preparation, Preparation::kPending);
  EXPECT_EQ(second.payload.bytes, made.payload.bytes);
  // The first worker was only slow: it changes nothing any more.
  EXPECT_EQ(start_sending(first), SettleOutcome::kStaleToken);
  EXPECT_EQ(settle(settlement(first, kSent), at(30'001)).outcome, SettleOutcome::kStaleToken);
  EXPECT_EQ(start_sending(second), SettleOutcome::kApplied);
  end(second, kSent, at(30'002), signal(Kind::kAnswered));
  EXPECT_EQ(found(made).state, kSent);
}

TEST_P(StoreConformance, AWorkerThatDiesAfterItBeganToSendLeavesTheIntentUnknown) {
  NewIntent made = message();
  made.prepares = true;
  const IntentRecord record = send(made, at(0));
  EXPECT_EQ(start_sending(record), SettleOutcome::kApplied);
  EXPECT_EQ(start_sending(record), SettleOutcome::kApplied) << "repeating it is harmless";
  EXPECT_EQ(take_one(DueAction::kNowUnknown, at(30'000), with_window()).state, kUnknown);
  EXPECT_EQ(start_sending(record), SettleOutcome::kStaleToken);
}

TEST_P(StoreConformance, AQueuedIntentPreparesInEveryAttempt) {
  NewIntent made = message();
  made.prepares = true;
  claim_new(made, ClaimMode::kQueue, at(0));
  const IntentRecord first = take_one(DueAction::kSend, at(0));
  EXPECT_EQ(first.preparation, Preparation::kPending);
  EXPECT_EQ(start_sending(first), SettleOutcome::kApplied);
  end(first, kRetryWait, at(1));
  EXPECT_EQ(take_one(DueAction::kSend, at(1)).preparation, Preparation::kPending);
  const DueBatch batch = take_due(at(30'001), with_window());
  ASSERT_EQ(batch.items.size(), 2U);
  EXPECT_EQ(batch.items[0].record.state, kRetryWait);
  EXPECT_EQ(batch.items[1].record.preparation, Preparation::kPending);
}

TEST_P(StoreConformance, WhileItPreparesTheNextOfItsRecipientWaits) {
  const auto recipient = fingerprint();
  NewIntent first = message(recipient);
  first.prepares = true;
  const NewIntent second = message(recipient);
  send(first, at(0));
  EXPECT_EQ(send(second, at(1)).hold, Hold::kOrder);
  const DueBatch batch = take_due(at(30'000), with_window());
  ASSERT_EQ(batch.items.size(), 2U);
  EXPECT_EQ(batch.items[0].record.key, first.key);
  EXPECT_EQ(batch.items[1].record.key, first.key);
}

TEST_P(StoreConformance, WhetherTheAlternativeWentIsKeptBesideTheErrorCode) {
  const NewIntent made = message();
  const IntentRecord first = send(made, at(0));
  EXPECT_FALSE(found(made).alternative);
  Settlement retry = settlement(first, kRetryWait);
  retry.alternative = true;
  retry.error_code = 4;
  retry.due = at(1);
  settle(retry, at(1));
  EXPECT_TRUE(found(made).alternative);
  EXPECT_EQ(found(made).error_code, 4U);
  const IntentRecord second = take_one(DueAction::kSend, at(1));
  settle(settlement(second, kSent), at(2));
  EXPECT_FALSE(found(made).alternative) << "the last attempt took the payload";
}

TEST_P(StoreConformance, EvidenceLeavesWhetherTheAlternativeWent) {
  const NewIntent made = message();
  Settlement sent = settlement(send(made, at(0)), kSent);
  sent.alternative = true;
  settle(sent, at(1));
  NewEvent failed = status(made, 1, kFailed);
  failed.evidence->error_code = 131026;
  ingest_one(failed, at(2));
  EXPECT_EQ(found(made).error_code, 131026U);
  EXPECT_TRUE(found(made).alternative);
}

TEST_P(StoreConformance, AnotherTokenEndsTheStopThatWaitsForItWithoutAClaim) {
  const auto old_token = fingerprint();
  const auto new_token = fingerprint();
  NewIntent refused = message();
  refused.credential = old_token;
  PaceSignal stop = signal(Kind::kStop);
  stop.code = 190;
  stop.until_new_credential = true;
  stop.credential = old_token;
  end(send(refused, at(0)), kRetryWait, at(1), stop);
  EXPECT_EQ(pace(at(1)).stopped_code, 190U);
  EXPECT_EQ(pace(at(1)).credential, old_token);
  EXPECT_FALSE(adopt_credential(old_token, at(2)));
  EXPECT_THAT(sent_keys(at(3)), IsEmpty());
  EXPECT_TRUE(adopt_credential(new_token, at(4)));
  EXPECT_FALSE(pace(at(4)).stopped_since);
  EXPECT_EQ(pace(at(4)).credential, new_token);
  EXPECT_THAT(sent_keys(at(5)), ElementsAre(refused.key));
  EXPECT_FALSE(adopt_credential(new_token, at(6)));
}

TEST_P(StoreConformance, AnotherTokenDoesNotEndAStopForAnotherReason) {
  NewIntent made = message();
  made.credential = fingerprint();
  PaceSignal stop = signal(Kind::kStop);
  stop.code = 131031;
  end(send(made, at(0)), kRetryWait, at(1), stop);
  EXPECT_FALSE(adopt_credential(fingerprint(), at(2)));
  EXPECT_TRUE(pace(at(2)).stopped_since);
}

TEST_P(StoreConformance, AnotherTokenIsAnotherBreaker) {
  limits_.breaker_min = 1;
  NewIntent made = message();
  made.credential = fingerprint();
  end(send(made, at(0)), kRetryWait, at(1), signal(Kind::kServerFault));
  EXPECT_EQ(pace(at(1)).breaker, BreakerState::kOpen);
  EXPECT_TRUE(adopt_credential(fingerprint(), at(2)));
  EXPECT_EQ(pace(at(2)).breaker, BreakerState::kClosed);
}

TEST_P(StoreConformance, ALateRefusalOfTheOldTokenStopsNobody) {
  const auto old_token = fingerprint();
  NewIntent made = message();
  made.credential = old_token;
  const IntentRecord under_way = send(made, at(0));
  EXPECT_FALSE(adopt_credential(fingerprint(), at(1)));
  PaceSignal stop = signal(Kind::kStop);
  stop.code = 190;
  stop.until_new_credential = true;
  stop.credential = old_token;
  end(under_way, kRetryWait, at(2), stop);
  EXPECT_FALSE(pace(at(2)).stopped_since);
  EXPECT_THAT(sent_keys(at(3)), ElementsAre(made.key));
}

TEST_P(StoreConformance, ATokenOfASenderThatSentNothingIsNoNews) {
  EXPECT_FALSE(adopt_credential(fingerprint(), at(0)));
  const auto paces = run<Result<std::vector<SenderPace>>>([&] {
                       return store().intents().senders(partition_, at(0));
                     }).value();
  EXPECT_THAT(paces, IsEmpty());
}

TEST_P(StoreConformance, AWaitingIntentTellsWhatItWaitsForNow) {
  const NewIntent refused = message();
  const IntentRecord under_way = send(refused, at(0));
  const NewIntent queued = message();
  claim_new(queued, ClaimMode::kQueue, at(0));
  EXPECT_EQ(found(queued, at(0)).hold, Hold::kNone);
  PaceSignal stop = signal(Kind::kStop);
  stop.code = 131031;
  end(under_way, kRetryWait, at(1), stop);
  // It was queued before its sender was stopped.
  EXPECT_EQ(found(queued, at(1)).hold, Hold::kStopped);
  EXPECT_EQ(found(refused, at(1)).hold, Hold::kStopped);
  EXPECT_TRUE(resume(at(2)));
  EXPECT_EQ(found(queued, at(2)).hold, Hold::kNone);
  EXPECT_EQ(found(refused, at(2)).hold, Hold::kNone);
}

TEST_P(StoreConformance, AnOpenBreakerShowsOnWhatWasQueuedBefore) {
  limits_.breaker_min = 1;
  const IntentRecord under_way = send(message(), at(0));
  const NewIntent queued = message();
  claim_new(queued, ClaimMode::kQueue, at(0));
  end(under_way, kFailed, at(1), signal(Kind::kServerFault));
  EXPECT_EQ(found(queued, at(2)).hold, Hold::kBreaker);
  EXPECT_EQ(found(queued, at(2)).due, at(10'001));
  EXPECT_EQ(found(queued, at(10'001)).hold, Hold::kNone);
}

TEST_P(StoreConformance, APauseOfItsRecipientShowsOnTheOneWhoseTurnItIs) {
  const auto recipient = fingerprint();
  const NewIntent first = message(recipient);
  const NewIntent second = message(recipient);
  const IntentRecord under_way = send(first, at(0));
  send(second, at(0));
  EXPECT_EQ(found(second, at(0)).hold, Hold::kOrder);
  end(under_way, kRetryWait, at(1), signal(Kind::kPairThrottled));
  EXPECT_EQ(found(first, at(2)).hold, Hold::kPairPace);
  EXPECT_EQ(found(first, at(2)).due, at(1'001));
  EXPECT_EQ(found(second, at(2)).hold, Hold::kOrder);
  EXPECT_EQ(found(first, at(1'001)).hold, Hold::kNone);
}

TEST_P(StoreConformance, AScheduledIntentWaitsForItsTimeAlone) {
  const IntentRecord under_way = send(message(), at(0));
  NewIntent later = message();
  later.due = at(86'000'000);
  claim_new(later, ClaimMode::kQueue, at(0));
  PaceSignal stop = signal(Kind::kStop);
  end(under_way, kFailed, at(1), stop);
  EXPECT_EQ(found(later, at(2)).hold, Hold::kNone);
  EXPECT_EQ(found(later, at(2)).due, at(86'000'000));
}

}  // namespace
}  // namespace wac::testing
