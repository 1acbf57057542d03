#include "store/rules.h"

#include <gtest/gtest.h>

namespace wac::store {
namespace {

using enum IntentState;

constexpr WallTime kNow{Millis{1'790'000'000'000}};
constexpr Millis kRetention{1000};
const crypto::SealedBlob kWamid{"sealed"};

NewIntent intent() {
  NewIntent made;
  made.created = kNow;
  made.due = kNow;
  return made;
}

Progress progress_in(IntentState state, std::uint32_t attempt = 1, std::uint64_t token = 1) {
  Progress progress = first_progress(intent(), ClaimMode::kQueue, Millis{0}, kRetention, kNow);
  progress.state = state;
  progress.attempt = attempt;
  progress.token = token;
  return progress;
}

Settlement settlement(IntentState state, std::uint64_t token = 1) {
  Settlement made;
  made.token = token;
  made.state = state;
  return made;
}

Evidence evidence(IntentState state, std::uint32_t attempt = 1) {
  Evidence made;
  made.attempt = attempt;
  made.state = state;
  made.wamid = kWamid;
  return made;
}

TEST(FirstProgress, QueuedIntentsWaitUntilTheyAreDue) {
  NewIntent later = intent();
  later.due = kNow + Millis{500};
  const Progress progress = first_progress(later, ClaimMode::kQueue, Millis{30}, kRetention, kNow);
  EXPECT_EQ(progress.state, kAccepted);
  EXPECT_EQ(progress.due, later.due);
  EXPECT_EQ(progress.attempt, 0U);
  EXPECT_EQ(progress.token, 0U);
  EXPECT_EQ(progress.age_from, later.due);
  EXPECT_FALSE(progress.forget_at);
}

TEST(FirstProgress, SendNowIsTheFirstAttemptUnderALease) {
  const Progress progress = first_progress(intent(), ClaimMode::kSendNow, Millis{30}, kRetention, kNow);
  EXPECT_EQ(progress.state, kSending);
  EXPECT_EQ(progress.attempt, 1U);
  EXPECT_EQ(progress.token, 1U);
  EXPECT_EQ(progress.due, kNow + Millis{30});
}

TEST(FirstProgress, WhatHasExpiredIsNeverSent) {
  NewIntent late = intent();
  late.expires_at = kNow;
  const Progress progress = first_progress(late, ClaimMode::kSendNow, Millis{30}, kRetention, kNow);
  EXPECT_EQ(progress.state, kExpired);
  EXPECT_EQ(progress.attempt, 0U);
  EXPECT_EQ(progress.forget_at, kNow + kRetention);
  EXPECT_FALSE(forgotten(progress, kNow));
  EXPECT_TRUE(forgotten(progress, kNow + kRetention));
}

TEST(Settle, AcceptsOnlyStatesAWorkerCanReport) {
  for (const IntentState state :
       {kAccepted, kSending, kUnconfirmed, kDelivered, kRead, kPlayed, kCancelled}) {
    Progress progress = progress_in(kSending);
    const auto decision = settle(progress, settlement(state), kRetention, kNow);
    ASSERT_FALSE(decision) << name(state);
    EXPECT_EQ(decision.error().code, ErrorCode::kInvalid);
    EXPECT_EQ(progress.state, kSending);
  }
}

TEST(Settle, AnOldTokenChangesNothing) {
  Progress progress = progress_in(kSending, 2, 2);
  EXPECT_EQ(settle(progress, settlement(kSent, 1), kRetention, kNow)->outcome, SettleOutcome::kStaleToken);
  EXPECT_EQ(progress.state, kSending);
}

TEST(Settle, TheSameSettlementAgainIsHarmlessAndAnotherOneIsStale) {
  Progress progress = progress_in(kSending);
  EXPECT_EQ(settle(progress, settlement(kRetryWait), kRetention, kNow)->outcome, SettleOutcome::kApplied);
  EXPECT_EQ(settle(progress, settlement(kRetryWait), kRetention, kNow)->outcome, SettleOutcome::kApplied);
  EXPECT_EQ(settle(progress, settlement(kSent), kRetention, kNow)->outcome, SettleOutcome::kStaleToken);
  EXPECT_EQ(progress.state, kRetryWait);
}

TEST(Settle, AfterEvidenceOnlyTheMissingMessageIdIsAdded) {
  Progress progress = progress_in(kDelivered);
  Settlement sent = settlement(kSent);
  sent.wamid = kWamid;
  EXPECT_EQ(settle(progress, sent, kRetention, kNow)->message_id, MessageId::kTake);
  EXPECT_EQ(progress.state, kDelivered);
  EXPECT_EQ(settle(progress, sent, kRetention, kNow)->message_id, MessageId::kKeep);
}

TEST(DecideDue, AClaimRaisesAttemptAndToken) {
  Progress progress = progress_in(kRetryWait, 3, 7);
  EXPECT_EQ(decide_due(progress, {}, std::nullopt, kNow), DueAction::kSend);
  EXPECT_EQ(progress.attempt, 4U);
  EXPECT_EQ(progress.token, 8U);
}

TEST(DecideDue, AttemptsAndAgeAreLimitedExactly) {
  DueRules rules;
  rules.max_attempts = 3;
  rules.max_age = Millis{100};
  Progress progress = progress_in(kRetryWait, 2);
  EXPECT_EQ(decide_due(progress, rules, std::nullopt, kNow + Millis{100}), DueAction::kSend);
  progress = progress_in(kRetryWait, 3);
  EXPECT_EQ(decide_due(progress, rules, std::nullopt, kNow), DueAction::kDead);
  progress = progress_in(kRetryWait, 2);
  EXPECT_EQ(decide_due(progress, rules, std::nullopt, kNow + Millis{101}), DueAction::kDead);
}

TEST(DecideDue, ResendsOnlyWhenSilenceMeansSomething) {
  const auto decide = [](OnUnknown policy, std::optional<WallTime> heard, std::uint32_t attempt,
                         std::optional<WallTime> expires) {
    Progress progress = progress_in(kUnknown, attempt);
    progress.on_unknown = policy;
    progress.expires_at = expires;
    return decide_due(progress, {}, heard, kNow + Millis{10});
  };
  const WallTime after = kNow + Millis{1};
  EXPECT_EQ(decide(OnUnknown::kResend, after, 1, std::nullopt), DueAction::kResend);
  EXPECT_EQ(decide(OnUnknown::kHold, after, 1, std::nullopt), DueAction::kUnconfirmed);
  EXPECT_EQ(decide(OnUnknown::kResend, std::nullopt, 1, std::nullopt), DueAction::kUnconfirmed);
  EXPECT_EQ(decide(OnUnknown::kResend, kNow, 1, std::nullopt), DueAction::kUnconfirmed);
  EXPECT_EQ(decide(OnUnknown::kResend, after, 10, std::nullopt), DueAction::kUnconfirmed);
  EXPECT_EQ(decide(OnUnknown::kResend, after, 1, kNow + Millis{10}), DueAction::kUnconfirmed);
}

TEST(ApplyEvidence, FailedOfAnEarlierAttemptSaysNothingOfTheLater) {
  Progress progress = progress_in(kSending, 2, 2);
  EXPECT_FALSE(apply_evidence(progress, evidence(kFailed, 1), kRetention, kNow).changed());
  EXPECT_EQ(progress.state, kSending);
  EXPECT_TRUE(apply_evidence(progress, evidence(kFailed, 2), kRetention, kNow).moved);
}

TEST(ApplyEvidence, CountsEachOtherMessageOnce) {
  Progress progress = progress_in(kSent, 3, 3);
  progress.message_attempt = 3;
  EXPECT_TRUE(apply_evidence(progress, evidence(kSent, 1), kRetention, kNow).duplicate_message);
  EXPECT_FALSE(apply_evidence(progress, evidence(kDelivered, 1), kRetention, kNow).duplicate_message);
  EXPECT_TRUE(apply_evidence(progress, evidence(kSent, 2), kRetention, kNow).duplicate_message);
  EXPECT_FALSE(apply_evidence(progress, evidence(kRead, 3), kRetention, kNow).duplicate_message);
  EXPECT_EQ(progress.duplicates, 2U);
}

TEST(ApplyEvidence, TakesAMissingMessageIdEvenWithoutMoving) {
  Progress progress = progress_in(kRead);
  const auto decision = apply_evidence(progress, evidence(kSent), kRetention, kNow);
  EXPECT_FALSE(decision.moved);
  EXPECT_EQ(decision.message_id, MessageId::kTake);
  EXPECT_EQ(progress.state, kRead);
}

TEST(ApplyEvidence, TheRetentionBeginsWhenTheIntentIsSettled) {
  Progress progress = progress_in(kUnknown);
  apply_evidence(progress, evidence(kSent), kRetention, kNow);
  EXPECT_EQ(progress.forget_at, kNow + kRetention);
  apply_evidence(progress, evidence(kRead), kRetention, kNow + Millis{1});
  EXPECT_EQ(progress.forget_at, kNow + kRetention);
}

TEST(ApplyCommand, FollowsTheTableOfStates) {
  struct Case {
    Command command;
    std::vector<IntentState> from;
    IntentState to;
  };
  const std::vector<Case> cases{{Command::kCancel, {kAccepted, kRetryWait}, kCancelled},
                                {Command::kResolveSent, {kUnknown, kUnconfirmed}, kSent},
                                {Command::kResolveFailed, {kUnknown, kUnconfirmed}, kFailed},
                                {Command::kResolveResend, {kUnknown, kUnconfirmed}, kAccepted}};
  for (const auto& [command, from, to] : cases) {
    for (std::uint8_t number = 0; number < 32; ++number) {
      const auto state = intent_state_from(number);
      if (!state) continue;
      Progress progress = progress_in(*state);
      const bool allowed = std::ranges::count(from, *state) != 0;
      EXPECT_EQ(apply_command(progress, command, kRetention, kNow).has_value(), allowed) << name(*state);
      EXPECT_EQ(progress.state, allowed ? to : *state);
      EXPECT_EQ(progress.forget_at.has_value(), allowed && to != kAccepted);
    }
  }
}

TEST(Timelines, KeepTheFirstEntryOfEachState) {
  Progress progress = progress_in(kAccepted, 0, 0);
  decide_due(progress, {}, std::nullopt, kNow + Millis{1});
  settle(progress, settlement(kRetryWait), kRetention, kNow + Millis{2}).value();
  decide_due(progress, {}, std::nullopt, kNow + Millis{3});
  IntentRecord record;
  show(progress, record);
  const std::vector<std::pair<IntentState, WallTime>> expected{
      {kAccepted, kNow}, {kSending, kNow + Millis{1}}, {kRetryWait, kNow + Millis{2}}};
  EXPECT_EQ(record.timeline, expected);
}

}  // namespace
}  // namespace wac::store
