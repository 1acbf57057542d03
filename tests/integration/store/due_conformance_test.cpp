// The due queue, for every engine.

#include "integration/store/store_conformance.h"

namespace wac::testing {
namespace {

using enum store::IntentState;

TEST_P(StoreConformance, HandsOutQueuedIntentsInOrderOfTheirTime) {
  std::vector<NewIntent> made;
  for (const int due : {30, 10, 20, 40}) {
    made.push_back(intent());
    made.back().due = at(due);
    claim_new(made.back(), ClaimMode::kQueue, at(0));
  }
  const DueBatch batch = take_due(at(30));
  ASSERT_EQ(batch.items.size(), 3U);
  EXPECT_EQ(batch.items[0].record.key, made[1].key);
  EXPECT_EQ(batch.items[1].record.key, made[2].key);
  EXPECT_EQ(batch.items[2].record.key, made[0].key);
  EXPECT_EQ(batch.next_due, at(40));
  for (const auto& item : batch.items) {
    EXPECT_EQ(item.action, DueAction::kSend);
    EXPECT_EQ(item.record.state, kSending);
    EXPECT_EQ(item.record.attempt, 1U);
    EXPECT_EQ(item.record.token, 1U);
    EXPECT_EQ(item.record.due, at(30) + DueRules{}.lease);
    EXPECT_EQ(item.record.payload.bytes, made[0].payload.bytes);
  }
}

TEST_P(StoreConformance, AnEmptyQueueHasNoNextTime) {
  EXPECT_FALSE(take_due(at(0)).next_due);
}

TEST_P(StoreConformance, TakesAtMostTheLimitAndTellsThatMoreIsDue) {
  for (int i = 0; i < 5; ++i) {
    NewIntent made = intent();
    made.due = at(i);
    claim_new(made, ClaimMode::kQueue, at(0));
  }
  const DueBatch batch = take_due(at(100), {}, 3);
  EXPECT_EQ(batch.items.size(), 3U);
  EXPECT_EQ(batch.next_due, at(3));
  EXPECT_EQ(take_due(at(100), {}, 3).items.size(), 2U);
  EXPECT_TRUE(take_due(at(100), {}, 3).items.empty());
}

TEST_P(StoreConformance, OtherPartitionsAreLeftAlone) {
  claim_new(intent(), ClaimMode::kQueue, at(0));
  const Partition other{static_cast<std::uint16_t>((partition_.number + 1) % Partition::kCount)};
  const auto batch =
      run<Result<DueBatch>>([&] { return store().intents().take_due(other, 10, {}, at(1)); }).value();
  EXPECT_TRUE(batch.items.empty());
  EXPECT_FALSE(batch.next_due);
}

TEST_P(StoreConformance, AnIntentThatExpiresWhileItWaitsIsNotSent) {
  NewIntent made = intent();
  made.expires_at = at(100);
  claim_new(made, ClaimMode::kQueue, at(0));
  const IntentRecord record = take_one(DueAction::kExpired, at(100));
  EXPECT_EQ(record.state, kExpired);
  EXPECT_TRUE(record.payload.empty());
  EXPECT_EQ(found(made).state, kExpired);
  EXPECT_FALSE(take_due(at(101)).next_due);
}

TEST_P(StoreConformance, AnIntentThatUsedUpItsAttemptsIsDead) {
  const NewIntent made = intent();
  DueRules rules;
  rules.max_attempts = 2;
  settle(settlement(claim_new(made, ClaimMode::kSendNow, at(0)), kRetryWait), at(0));
  settle(settlement(take_one(DueAction::kSend, at(1), rules), kRetryWait), at(1));
  EXPECT_EQ(take_one(DueAction::kDead, at(2), rules).attempt, 2U);
  EXPECT_EQ(found(made).state, kDead);
}

TEST_P(StoreConformance, AnIntentThatUsedUpItsTimeIsDead) {
  const NewIntent made = intent();
  claim_new(made, ClaimMode::kQueue, at(0));
  DueRules rules;
  rules.max_age = Millis{1'000};
  take_one(DueAction::kDead, at(1'001), rules);
  EXPECT_EQ(found(made).state, kDead);
}

TEST_P(StoreConformance, TheAgeOfAScheduledIntentCountsFromItsTime) {
  NewIntent made = intent();
  made.due = at(100'000);
  claim_new(made, ClaimMode::kQueue, at(0));
  DueRules rules;
  rules.max_age = Millis{1'000};
  const IntentRecord record = take_one(DueAction::kSend, at(100'500), rules);
  settle(settlement(record, kRetryWait), at(100'500));
  take_one(DueAction::kSend, at(101'000), rules);
}

TEST_P(StoreConformance, AnEndedLeaseBecomesUnknownForItsWindow) {
  const NewIntent made = intent();
  claim_new(made, ClaimMode::kSendNow, at(0));
  DueRules rules;
  rules.unknown_window = Millis{5'000};
  const WallTime end = at(0) + kLease;
  const IntentRecord record = take_one(DueAction::kNowUnknown, end, rules);
  EXPECT_EQ(record.state, kUnknown);
  EXPECT_EQ(record.due, end + Millis{5'000});
  EXPECT_EQ(record.attempt, 1U);
  EXPECT_TRUE(record.payload.empty());
  EXPECT_EQ(take_due(end + Millis{4'999}, rules).next_due, end + Millis{5'000});
}

TEST_P(StoreConformance, AWindowThatClosesOnHoldIsUnconfirmedAndKeepsItsPayload) {
  const NewIntent made = intent();
  bring_to(made, kUnknown);
  ingest_one(status(intent(), 1, kSent), at(1));
  const IntentRecord record = take_one(DueAction::kUnconfirmed, at(2));
  EXPECT_EQ(record.state, kUnconfirmed);
  EXPECT_TRUE(record.payload.empty());
  EXPECT_FALSE(take_due(at(1'000'000)).next_due);
  ASSERT_TRUE(command(made, Command::kResolveResend, at(3)));
  EXPECT_EQ(take_one(DueAction::kSend, at(3)).payload.bytes, made.payload.bytes);
}

TEST_P(StoreConformance, ResendsWhenEvidenceForTheSenderFlowedDuringTheWindow) {
  NewIntent made = intent();
  made.on_unknown = OnUnknown::kResend;
  const IntentRecord first = bring_to(made, kUnknown);
  ingest_one(status(intent(), 1, kSent), at(1));
  const IntentRecord record = take_one(DueAction::kResend, at(2));
  EXPECT_EQ(record.state, kSending);
  EXPECT_EQ(record.attempt, 2U);
  EXPECT_EQ(record.token, first.token + 1);
  EXPECT_EQ(record.due, at(2) + DueRules{}.lease);
  EXPECT_EQ(record.payload.bytes, made.payload.bytes);
}

TEST_P(StoreConformance, DoesNotResendWithoutEvidenceInTheWindow) {
  ingest_one(status(intent(), 1, kSent), at(0));
  NewIntent made = intent();
  made.on_unknown = OnUnknown::kResend;
  const IntentRecord sending = claim_new(made, ClaimMode::kSendNow, at(0));
  settle(settlement(sending, kUnknown), at(5));
  // A message is no evidence, and another sender's status says nothing of this one.
  ingest_one(event(), at(6));
  NewEvent foreign = status(intent(), 1, kSent);
  foreign.sender = *SenderId::parse("100000002");
  ingest_one(foreign, at(6));
  take_one(DueAction::kUnconfirmed, at(7));
}

/// Of a process that turned webhooks away until then. A window of 100 ms.
DueRules interrupted_until(WallTime time) {
  DueRules rules;
  rules.unknown_window = Millis{100};
  rules.silence_from = time;
  return rules;
}

TEST_P(StoreConformance, SilenceCountsOnlyFromWhenNoWebhookWasTurnedAway) {
  NewIntent made = intent();
  made.on_unknown = OnUnknown::kResend;
  bring_to(made, kUnknown);
  ingest_one(status(intent(), 1, kSent), at(1));
  const DueRules rules = interrupted_until(at(50));
  const DueBatch none = take_due(at(50), rules);
  EXPECT_TRUE(none.items.empty());
  EXPECT_EQ(none.next_due, at(150));
  EXPECT_EQ(found(made, at(50)).state, kUnknown);
  EXPECT_TRUE(take_due(at(149), rules).items.empty());
  ingest_one(status(intent(), 1, kSent), at(60));
  EXPECT_EQ(take_one(DueAction::kResend, at(150), rules).key, made.key);
}

TEST_P(StoreConformance, EvidenceFromBeforeWebhooksWereTurnedAwaySaysNothing) {
  NewIntent made = intent();
  made.on_unknown = OnUnknown::kResend;
  bring_to(made, kUnknown);
  ingest_one(status(intent(), 1, kSent), at(1));
  const DueRules rules = interrupted_until(at(50));
  EXPECT_TRUE(take_due(at(50), rules).items.empty());
  take_one(DueAction::kUnconfirmed, at(150), rules);
}

TEST_P(StoreConformance, AWindowOnHoldClosesAtItsEndWhateverWasTurnedAway) {
  bring_to(intent(), kUnknown);
  take_one(DueAction::kUnconfirmed, at(2), interrupted_until(at(1)));
}

TEST_P(StoreConformance, WhatIsLeftToAPersonOutlivesTheOrdinaryRetention) {
  const NewIntent made = intent();
  bring_to(made, kUnknown);
  DueRules rules;
  rules.retention = Millis{1'000};
  rules.undecided_retention = Millis{60'000};
  take_one(DueAction::kUnconfirmed, at(2), rules);
  forget(at(2'000));
  ASSERT_TRUE(command(made, Command::kResolveResend, at(2'000)));
  EXPECT_EQ(take_one(DueAction::kSend, at(2'000)).payload.bytes, made.payload.bytes);
}

TEST_P(StoreConformance, DoesNotResendWhenAttemptsAreUsedUp) {
  NewIntent made = intent();
  made.on_unknown = OnUnknown::kResend;
  bring_to(made, kUnknown);
  ingest_one(status(intent(), 1, kSent), at(1));
  DueRules rules;
  rules.max_attempts = 1;
  take_one(DueAction::kUnconfirmed, at(2), rules);
}

TEST_P(StoreConformance, DoesNotResendWhatHasExpired) {
  NewIntent made = intent();
  made.on_unknown = OnUnknown::kResend;
  made.expires_at = at(2);
  bring_to(made, kUnknown);
  ingest_one(status(intent(), 1, kSent), at(1));
  take_one(DueAction::kUnconfirmed, at(2));
}

TEST_P(StoreConformance, TheWindowCountsFromTheLastTimeItBecameUnknown) {
  NewIntent made = intent();
  made.on_unknown = OnUnknown::kResend;
  bring_to(made, kUnknown);
  ingest_one(status(intent(), 1, kSent), at(1));
  const IntentRecord second = take_one(DueAction::kResend, at(2));
  settle(settlement(second, kUnknown), at(3));
  take_one(DueAction::kUnconfirmed, at(4));
}

TEST_P(StoreConformance, WhatIsOpenSurvivesARestart) {
  const NewIntent queued = intent();
  const NewIntent sent = intent();
  claim_new(queued, ClaimMode::kQueue, at(0));
  bring_to(sent, kSent);
  ingest_one(event(), at(0));
  restart();
  EXPECT_EQ(found(sent).state, kSent);
  EXPECT_EQ(found(sent).wamid.bytes, "wamid of attempt 1");
  EXPECT_EQ(take_one(DueAction::kSend, at(1)).payload.bytes, queued.payload.bytes);
  EXPECT_EQ(read("").value().events.size(), 1U);
}

}  // namespace
}  // namespace wac::testing
