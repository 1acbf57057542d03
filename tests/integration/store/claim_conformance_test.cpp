// Claims, settlements, commands and look-ups, for every engine.

#include "integration/store/store_conformance.h"

namespace wac::testing {
namespace {

using enum store::IntentState;

TEST_P(StoreConformance, AQueuedClaimIsRecordedAsAccepted) {
  NewIntent made = intent();
  made.due = at(5'000);
  made.expires_at = at(60'000);
  made.on_unknown = OnUnknown::kResend;
  const IntentRecord record = claim_new(made, ClaimMode::kQueue, at(1));
  EXPECT_EQ(record.key, made.key);
  EXPECT_EQ(record.body, made.body);
  EXPECT_EQ(record.tenant, made.tenant);
  EXPECT_EQ(record.id, made.id);
  EXPECT_EQ(record.sender, made.sender);
  EXPECT_EQ(record.correlation, made.correlation);
  EXPECT_EQ(record.on_unknown, OnUnknown::kResend);
  EXPECT_EQ(record.state, kAccepted);
  EXPECT_EQ(record.attempt, 0U);
  EXPECT_EQ(record.created, made.created);
  EXPECT_EQ(record.age_from, made.due) << "a scheduled one ages from its time on";
  EXPECT_EQ(record.updated, at(1));
  EXPECT_EQ(record.due, made.due);
  EXPECT_EQ(record.expires_at, made.expires_at);
  EXPECT_TRUE(record.payload.empty());
  EXPECT_TRUE(record.wamid.empty());

  const IntentRecord again = found(made);
  EXPECT_EQ(again.key, made.key);
  EXPECT_EQ(again.body, made.body);
  EXPECT_EQ(again.tenant, made.tenant);
  EXPECT_EQ(again.id, made.id);
  EXPECT_EQ(again.sender, made.sender);
  EXPECT_EQ(again.correlation, made.correlation);
  EXPECT_EQ(again.on_unknown, OnUnknown::kResend);
  EXPECT_EQ(again.state, kAccepted);
  EXPECT_EQ(again.created, made.created);
  EXPECT_EQ(again.updated, at(1));
  EXPECT_EQ(again.due, made.due);
  EXPECT_EQ(again.expires_at, made.expires_at);
  EXPECT_TRUE(again.payload.empty());
}

TEST_P(StoreConformance, AClaimToSendNowIsTheFirstAttemptUnderALease) {
  const NewIntent made = intent();
  const IntentRecord record = claim_new(made, ClaimMode::kSendNow, at(0));
  EXPECT_EQ(record.state, kSending);
  EXPECT_EQ(record.attempt, 1U);
  EXPECT_EQ(record.token, 1U);
  EXPECT_EQ(record.due, at(0) + kLease);
  EXPECT_TRUE(take_due(at(0) + kLease - Millis{1}).items.empty());
}

TEST_P(StoreConformance, AKnownKeyWithTheSameBodyIsADuplicateWithItsRecord) {
  const NewIntent made = intent();
  bring_to(made, kSent);
  NewIntent again = made;
  again.id_fingerprint = fingerprint();
  const ClaimResult result = claim(again, ClaimMode::kSendNow, at(10));
  EXPECT_EQ(result.outcome, ClaimOutcome::kDuplicate);
  EXPECT_EQ(result.record.state, kSent);
  EXPECT_EQ(result.record.wamid.bytes, "wamid of attempt 1");
  EXPECT_TRUE(result.record.payload.empty());
  EXPECT_EQ(found(made).attempt, 1U);
}

TEST_P(StoreConformance, AKnownKeyWithAnotherBodyIsRefused) {
  const NewIntent made = intent();
  claim_new(made, ClaimMode::kQueue, at(0));
  NewIntent other = made;
  other.body = fingerprint();
  EXPECT_EQ(claim(other, ClaimMode::kSendNow, at(1)).outcome, ClaimOutcome::kBodyConflict);
  EXPECT_EQ(found(made).state, kAccepted);
  EXPECT_EQ(found(made).body, made.body);
}

TEST_P(StoreConformance, AnIdUnderAnotherKeyIsRefused) {
  const NewIntent made = intent();
  claim_new(made, ClaimMode::kQueue, at(0));
  NewIntent other = intent();
  other.id_fingerprint = made.id_fingerprint;
  EXPECT_EQ(claim(other, ClaimMode::kSendNow, at(1)).outcome, ClaimOutcome::kIdConflict);
  EXPECT_EQ(found(made).key, made.key);
  EXPECT_EQ(count(at(1)).by_state[0], 1U);
}

TEST_P(StoreConformance, WhatHasExpiredAtItsClaimIsOnlyRecorded) {
  NewIntent made = intent();
  made.expires_at = at(10);
  const IntentRecord record = claim_new(made, ClaimMode::kSendNow, at(10));
  EXPECT_EQ(record.state, kExpired);
  EXPECT_EQ(record.attempt, 0U);
  EXPECT_EQ(found(made).state, kExpired);
  const DueBatch batch = take_due(at(1'000'000));
  EXPECT_TRUE(batch.items.empty());
  EXPECT_FALSE(batch.next_due);
}

TEST_P(StoreConformance, ASettledKeyIsForgottenAfterItsRetention) {
  const NewIntent made = intent();
  const IntentRecord sending = claim_new(made, ClaimMode::kSendNow, at(0));
  settle(settlement(sending, kSent), at(0), Millis{1'000});
  EXPECT_EQ(claim(made, ClaimMode::kSendNow, at(1)).outcome, ClaimOutcome::kDuplicate);
  forget(at(1'000));
  EXPECT_FALSE(find(made));
  NewIntent other = intent();
  other.id_fingerprint = made.id_fingerprint;
  EXPECT_EQ(claim(made, ClaimMode::kQueue, at(1'000)).outcome, ClaimOutcome::kNew);
  EXPECT_EQ(claim(other, ClaimMode::kQueue, at(1'000)).outcome, ClaimOutcome::kIdConflict);
}

TEST_P(StoreConformance, AnOpenIntentIsNeverForgotten) {
  const NewIntent made = intent();
  claim(made, ClaimMode::kQueue, at(0), Millis{1});
  forget(at(1'000));
  EXPECT_EQ(found(made).state, kAccepted);
}

TEST_P(StoreConformance, SettlingAsSentKeepsTheMessageIdAndLeavesTheQueue) {
  const NewIntent made = intent();
  Settlement sent = settlement(claim_new(made, ClaimMode::kSendNow, at(0)), kSent);
  sent.upstream_status = 200;
  const SettleResult result = settle(sent, at(7));
  EXPECT_EQ(result.outcome, SettleOutcome::kApplied);
  EXPECT_EQ(result.state, kSent);
  const IntentRecord record = found(made);
  EXPECT_EQ(record.state, kSent);
  EXPECT_EQ(record.updated, at(7));
  EXPECT_EQ(record.upstream_status, 200U);
  EXPECT_EQ(record.wamid.bytes, sent.wamid.bytes);
  EXPECT_FALSE(take_due(at(10'000'000)).next_due);
}

TEST_P(StoreConformance, FinalSettlementsRecordTheirCodesAndLeaveTheQueue) {
  for (const IntentState state : {kFailed, kDead, kExpired}) {
    const NewIntent made = intent();
    Settlement end = settlement(claim_new(made, ClaimMode::kSendNow, at(0)), state);
    end.error_code = 131026;
    end.upstream_status = 400;
    EXPECT_EQ(settle(end, at(1)).state, state);
    const IntentRecord record = found(made);
    EXPECT_EQ(record.state, state);
    EXPECT_EQ(record.error_code, 131026U);
    EXPECT_EQ(record.upstream_status, 400U);
  }
  EXPECT_FALSE(take_due(at(10'000'000)).next_due);
}

TEST_P(StoreConformance, ASettlementForARetryKeepsThePayloadUntilItIsDue) {
  const NewIntent made = intent();
  Settlement retry = settlement(claim_new(made, ClaimMode::kSendNow, at(0)), kRetryWait);
  retry.due = at(500);
  retry.error_code = 130429;
  settle(retry, at(1));
  EXPECT_TRUE(take_due(at(499)).items.empty());
  const IntentRecord record = take_one(DueAction::kSend, at(500));
  EXPECT_EQ(record.payload.bytes, made.payload.bytes);
  EXPECT_EQ(record.attempt, 2U);
  EXPECT_EQ(record.error_code, 130429U);
}

TEST_P(StoreConformance, ALateWriterWithAnOldTokenChangesNothing) {
  const NewIntent made = intent();
  const IntentRecord first = claim_new(made, ClaimMode::kSendNow, at(0));
  settle(settlement(first, kRetryWait), at(1));
  const IntentRecord second = take_one(DueAction::kSend, at(1));
  EXPECT_GT(second.token, first.token);
  EXPECT_EQ(settle(settlement(first, kSent), at(2)).outcome, SettleOutcome::kStaleToken);
  EXPECT_EQ(found(made).state, kSending);
  EXPECT_EQ(settle(settlement(second, kSent), at(3)).outcome, SettleOutcome::kApplied);
}

TEST_P(StoreConformance, ALeaseThatEndedFencesItsWorker) {
  const NewIntent made = intent();
  const IntentRecord slow = claim_new(made, ClaimMode::kSendNow, at(0));
  const IntentRecord unknown = take_one(DueAction::kNowUnknown, at(0) + kLease);
  EXPECT_GT(unknown.token, slow.token);
  EXPECT_EQ(settle(settlement(slow, kSent), at(0) + kLease).outcome, SettleOutcome::kStaleToken);
  EXPECT_EQ(found(made).state, kUnknown);
}

TEST_P(StoreConformance, RepeatingASettlementIsHarmless) {
  for (const IntentState state : {kSent, kFailed, kRetryWait, kUnknown, kDead}) {
    const NewIntent made = intent();
    Settlement once = settlement(claim_new(made, ClaimMode::kSendNow, at(0)), state);
    once.due = at(1'000);
    settle(once, at(1));
    const SettleResult again = settle(once, at(2));
    EXPECT_EQ(again.outcome, SettleOutcome::kApplied) << name(state);
    EXPECT_EQ(again.state, state);
    EXPECT_EQ(found(made).updated, at(1));
  }
}

TEST_P(StoreConformance, AfterEvidenceASettlementOnlyAddsTheMessageId) {
  const NewIntent made = intent();
  const IntentRecord sending = claim_new(made, ClaimMode::kSendNow, at(0));
  ingest_one(status(made, 1, kRead, ""), at(1));
  Settlement failed = settlement(sending, kFailed);
  EXPECT_EQ(settle(failed, at(2)).state, kRead);
  const SettleResult late = settle(settlement(sending, kSent), at(3));
  EXPECT_EQ(late.outcome, SettleOutcome::kApplied);
  EXPECT_EQ(late.state, kRead);
  EXPECT_EQ(found(made).wamid.bytes, "wamid of attempt 1");
  EXPECT_EQ(found(made).updated, at(1));
}

TEST_P(StoreConformance, SettlingTheUnknownIsStaleAndAWrongStateIsInvalid) {
  const NewIntent made = intent();
  IntentRecord nobody;
  nobody.key = made.key;
  nobody.token = 1;
  EXPECT_EQ(settle(settlement(nobody, kSent), at(0)).outcome, SettleOutcome::kStaleToken);
  const IntentRecord sending = claim_new(made, ClaimMode::kSendNow, at(0));
  const auto wrong = run<Result<SettleResult>>(
      [&] { return store().intents().settle(settlement(sending, kCancelled), kRetention, at(0)); });
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::kInvalid);
  EXPECT_EQ(found(made).state, kSending);
}

TEST_P(StoreConformance, CancelsOnlyWhatIsNotBeingSent) {
  for (const IntentState state : {kAccepted, kRetryWait}) {
    const NewIntent made = intent();
    bring_to(made, state);
    const auto done = command(made, Command::kCancel, at(1));
    ASSERT_TRUE(done) << name(state);
    EXPECT_EQ(done->state, kCancelled);
    EXPECT_EQ(found(made).state, kCancelled);
  }
  EXPECT_TRUE(take_due(at(1'000)).items.empty());
  for (const IntentState state : {kSending, kUnknown, kSent, kDelivered, kFailed, kExpired, kDead}) {
    const NewIntent made = intent();
    bring_to(made, state);
    const auto refused = command(made, Command::kCancel, at(1));
    ASSERT_FALSE(refused) << name(state);
    EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
    EXPECT_EQ(found(made).state, state);
  }
}

TEST_P(StoreConformance, ResolvesOnlyWhatIsUndecided) {
  const std::vector<std::pair<Command, IntentState>> commands{{Command::kResolveSent, kSent},
                                                              {Command::kResolveFailed, kFailed},
                                                              {Command::kResolveResend, kAccepted}};
  for (const auto& [resolve, to] : commands) {
    for (const IntentState state : {kUnconfirmed, kUnknown}) {
      const NewIntent made = intent();
      bring_to(made, state);
      const auto done = command(made, resolve, at(1));
      ASSERT_TRUE(done) << name(state);
      EXPECT_EQ(done->state, to);
      EXPECT_EQ(found(made).state, to);
      if (to == kAccepted) EXPECT_EQ(take_one(DueAction::kSend, at(1)).payload.bytes, made.payload.bytes);
    }
    const NewIntent made = intent();
    bring_to(made, kSent);
    EXPECT_EQ(command(made, resolve, at(1)).error().code, ErrorCode::kConflict);
  }
}

TEST_P(StoreConformance, AClaimWhoseAnswerWasLostCanBeRepeatedByWhoMadeIt) {
  NewIntent made = intent();
  made.claim_id = 77'777'777'777;
  const IntentRecord first = claim_new(made, ClaimMode::kSendNow, at(0));
  EXPECT_EQ(first.token, 77'777'777'777U);
  const auto again = claim(made, ClaimMode::kSendNow, at(1));
  EXPECT_EQ(again.outcome, ClaimOutcome::kNew);
  EXPECT_EQ(again.record.token, first.token);
  EXPECT_EQ(again.record.attempt, 1U);
  NewIntent other = made;
  other.claim_id = 88'888'888'888;
  EXPECT_EQ(claim(other, ClaimMode::kSendNow, at(2)).outcome, ClaimOutcome::kDuplicate);
  settle(settlement(first, kRetryWait), at(3));
  EXPECT_EQ(claim(made, ClaimMode::kSendNow, at(4)).outcome, ClaimOutcome::kDuplicate)
      << "its attempt has ended";
}

TEST_P(StoreConformance, ACommandOnNothingIsNotFound) {
  EXPECT_EQ(command(intent(), Command::kCancel, at(0)).error().code, ErrorCode::kNotFound);
}

TEST_P(StoreConformance, AResentIntentIsNotForgottenAndItsOldWorkerIsFenced) {
  const NewIntent made = intent();
  const IntentRecord first = claim_new(made, ClaimMode::kSendNow, at(0));
  settle(settlement(first, kUnknown), at(0));
  DueRules rules;
  rules.undecided_retention = Millis{1'000};
  take_one(DueAction::kUnconfirmed, at(0), rules);
  ASSERT_TRUE(command(made, Command::kResolveResend, at(1)));
  EXPECT_EQ(settle(settlement(first, kSent), at(2)).outcome, SettleOutcome::kStaleToken);
  forget(at(1'000));
  const IntentRecord second = take_one(DueAction::kSend, at(1'000));
  EXPECT_EQ(second.attempt, 2U);
  EXPECT_EQ(second.payload.bytes, made.payload.bytes);
}

TEST_P(StoreConformance, FindLooksOnlyIntoTheGivenPartitions) {
  const NewIntent made = intent();
  claim_new(made, ClaimMode::kQueue, at(0));
  const auto elsewhere = run<Result<std::optional<IntentRecord>>>([&] {
    return store().intents().find(
        made.id_fingerprint,
        {Partition{static_cast<std::uint16_t>((partition_.number + 1) % Partition::kCount)}}, at(0));
  });
  EXPECT_FALSE(elsewhere.value());
  EXPECT_FALSE(find(intent()));
}

TEST_P(StoreConformance, CountsOpenIntentsByState) {
  bring_to(intent(), kUnknown);
  bring_to(intent(), kRetryWait);
  bring_to(intent(), kSending);
  bring_to(intent(), kSent);
  NewIntent later = intent();
  later.due = at(50'000);
  bring_to(later, kAccepted);
  StateCounts counts = count(at(40'000));
  EXPECT_EQ(counts[kUnknown], 1U);
  EXPECT_EQ(counts[kRetryWait], 1U);
  EXPECT_EQ(counts[kSending], 1U);
  EXPECT_EQ(counts[kAccepted], 1U);
  EXPECT_EQ(counts[kSent], 0U);
  EXPECT_EQ(counts.due_now, 3U);
  EXPECT_EQ(counts.oldest_due, at(0));
}

TEST_P(StoreConformance, AScanSeesEveryRecordWithoutItsPayload) {
  std::set<crypto::Fingerprint> keys;
  for (int i = 0; i < 25; ++i) {
    const NewIntent made = intent();
    bring_to(made, i % 2 == 0 ? kAccepted : kSent);
    keys.insert(made.key);
  }
  std::set<crypto::Fingerprint> seen;
  for (const auto& record : scan_all(4)) {
    seen.insert(record.key);
    EXPECT_TRUE(record.payload.empty());
  }
  EXPECT_EQ(seen, keys);
}

TEST_P(StoreConformance, TheTimelineHoldsTheFirstEntryOfEachState) {
  const NewIntent made = intent();
  claim_new(made, ClaimMode::kQueue, at(0));
  const IntentRecord first = take_one(DueAction::kSend, at(1));
  settle(settlement(first, kRetryWait), at(2));
  const IntentRecord second = take_one(DueAction::kSend, at(3));
  settle(settlement(second, kRetryWait), at(4));
  const IntentRecord third = take_one(DueAction::kSend, at(5));
  settle(settlement(third, kSent), at(6));
  ingest_one(status(made, 3, kRead), at(7));
  const std::vector<std::pair<IntentState, WallTime>> expected{
      {kAccepted, at(0)}, {kSending, at(1)}, {kRetryWait, at(2)}, {kSent, at(6)}, {kRead, at(7)}};
  EXPECT_EQ(found(made).timeline, expected);
}

TEST_P(StoreConformance, TheProbeWorksAndTheEngineIsHealthy) {
  EXPECT_TRUE(run<Result<void>>([&] { return store().probe(at(0)); }));
  EXPECT_TRUE(store().healthy());
  EXPECT_FALSE(store().engine().empty());
}

}  // namespace
}  // namespace wac::testing
