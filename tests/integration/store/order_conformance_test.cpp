// One recipient's messages in their order, for every engine.

#include "integration/store/store_conformance.h"

#include <gmock/gmock.h>

namespace wac::testing {
namespace {

using enum store::IntentState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_P(StoreConformance, MessagesToOneRecipientStartInTheOrderOfTheirClaims) {
  const auto recipient = fingerprint();
  std::vector<NewIntent> made;
  for (int n = 0; n < 4; ++n) made.push_back(message(recipient));
  IntentRecord sending = send(made[0], at(0));
  EXPECT_EQ(sending.state, kSending);
  EXPECT_EQ(sending.recipient, recipient);
  for (std::size_t n = 1; n < made.size(); ++n) {
    const IntentRecord waiting = n == 2 ? claim_new(made[n], ClaimMode::kQueue, at(1)) : send(made[n], at(1));
    EXPECT_EQ(waiting.state, kAccepted);
    EXPECT_EQ(waiting.hold, Hold::kOrder);
    EXPECT_EQ(waiting.attempt, 0U);
    EXPECT_EQ(found(made[n]).hold, Hold::kOrder);
    EXPECT_EQ(found(made[n]).recipient, recipient);
  }
  const DueBatch nothing = take_due(at(10));
  EXPECT_TRUE(nothing.items.empty());
  EXPECT_EQ(nothing.next_due, sending.due);
  EXPECT_EQ(count(at(10)).by_state[0], 3U);
  for (std::size_t n = 1; n < made.size(); ++n) {
    end(sending, kSent, at(20));
    EXPECT_EQ(found(made[n]).hold, Hold::kNone);
    sending = take_one(DueAction::kSend, at(20));
    EXPECT_EQ(sending.key, made[n].key);
    EXPECT_EQ(sending.attempt, 1U);
    EXPECT_THAT(sent_keys(at(20)), IsEmpty());
  }
  end(sending, kSent, at(30));
  EXPECT_EQ(send(message(recipient), at(31)).state, kSending);
}

TEST_P(StoreConformance, RecipientsDoNotWaitForEachOther) {
  send(message(), at(0));
  EXPECT_EQ(send(message(), at(0)).state, kSending);
  const NewIntent without = message(crypto::Fingerprint{});
  EXPECT_EQ(send(without, at(0)).state, kSending);
  EXPECT_EQ(send(message(crypto::Fingerprint{}), at(0)).state, kSending);
}

TEST_P(StoreConformance, HoweverTheFirstEndsTheNextIsDueAtOnce) {
  for (const IntentState state : {kSent, kFailed, kDead, kExpired, kUnknown}) {
    const auto recipient = fingerprint();
    const IntentRecord first = send(message(recipient), at(0));
    const NewIntent next = message(recipient);
    send(next, at(1));
    Settlement ended = settlement(first, state);
    ended.due = at(1'000'000);
    settle(ended, at(2));
    EXPECT_THAT(sent_keys(at(2)), ElementsAre(next.key)) << name(state);
  }
}

TEST_P(StoreConformance, EvidenceForTheFirstLetsTheNextGo) {
  const auto recipient = fingerprint();
  const NewIntent first = message(recipient);
  const NewIntent next = message(recipient);
  const IntentRecord sending = send(first, at(0));
  send(next, at(1));
  ingest_one(status(first, 1, kDelivered), at(2));
  EXPECT_THAT(sent_keys(at(2)), ElementsAre(next.key));
  EXPECT_EQ(settle(settlement(sending, kSent), at(3)).state, kDelivered);
  EXPECT_EQ(send(message(recipient), at(4)).hold, Hold::kOrder);
}

TEST_P(StoreConformance, ARetryKeepsItsTurn) {
  const auto recipient = fingerprint();
  const NewIntent first = message(recipient);
  const NewIntent next = message(recipient);
  Settlement retry = settlement(send(first, at(0)), kRetryWait);
  send(next, at(1));
  retry.due = at(500);
  settle(retry, at(2));
  const DueBatch batch = take_due(at(499));
  EXPECT_TRUE(batch.items.empty());
  EXPECT_EQ(batch.next_due, at(500));
  EXPECT_THAT(sent_keys(at(500)), ElementsAre(first.key));
}

TEST_P(StoreConformance, ACancelledRetryLetsTheNextGo) {
  const auto recipient = fingerprint();
  const NewIntent first = message(recipient);
  const NewIntent next = message(recipient);
  Settlement retry = settlement(send(first, at(0)), kRetryWait);
  retry.due = at(500);
  settle(retry, at(1));
  send(next, at(2));
  ASSERT_TRUE(command(first, Command::kCancel, at(3)));
  EXPECT_THAT(sent_keys(at(3)), ElementsAre(next.key));
}

TEST_P(StoreConformance, OneInTheMiddleCanBeCancelled) {
  const auto recipient = fingerprint();
  std::vector<NewIntent> made;
  for (int n = 0; n < 4; ++n) made.push_back(message(recipient));
  IntentRecord sending = send(made[0], at(0));
  for (std::size_t n = 1; n < 4; ++n) send(made[n], at(1));
  ASSERT_TRUE(command(made[2], Command::kCancel, at(2)));
  ASSERT_TRUE(command(made[1], Command::kCancel, at(2)));
  end(sending, kSent, at(3));
  EXPECT_THAT(sent_keys(at(3)), ElementsAre(made[3].key));
  EXPECT_EQ(found(made[1]).state, kCancelled);
}

TEST_P(StoreConformance, OneInTheMiddleExpiresAtItsTime) {
  const auto recipient = fingerprint();
  const IntentRecord sending = send(message(recipient), at(0));
  NewIntent middle = message(recipient);
  middle.expires_at = at(100);
  const NewIntent last = message(recipient);
  send(middle, at(1));
  send(last, at(1));
  EXPECT_EQ(take_due(at(50)).next_due, at(100));
  EXPECT_EQ(take_one(DueAction::kExpired, at(100)).key, middle.key);
  end(sending, kSent, at(101));
  EXPECT_THAT(sent_keys(at(101)), ElementsAre(last.key));
}

TEST_P(StoreConformance, AFirstThatExpiresLetsTheNextGo) {
  const auto recipient = fingerprint();
  NewIntent first = message(recipient);
  first.expires_at = at(100);
  const NewIntent next = message(recipient);
  Settlement retry = settlement(send(first, at(0)), kRetryWait);
  retry.due = at(500);
  settle(retry, at(1));
  send(next, at(2));
  const DueBatch batch = take_due(at(100));
  ASSERT_EQ(batch.items.size(), 2U);
  EXPECT_EQ(batch.items[0].action, DueAction::kExpired);
  EXPECT_EQ(batch.items[1].record.key, next.key);
}

TEST_P(StoreConformance, AFirstThatHasUsedUpItsAttemptsLetsTheNextGo) {
  const auto recipient = fingerprint();
  const NewIntent next = message(recipient);
  const IntentRecord first = send(message(recipient), at(0));
  send(next, at(1));
  end(first, kRetryWait, at(2));
  DueRules rules;
  rules.max_attempts = 1;
  const DueBatch batch = take_due(at(3), rules);
  ASSERT_EQ(batch.items.size(), 2U);
  EXPECT_EQ(batch.items[0].action, DueAction::kDead);
  EXPECT_EQ(batch.items[1].record.key, next.key);
}

TEST_P(StoreConformance, ALeaseThatEndsLetsTheNextGo) {
  const auto recipient = fingerprint();
  const NewIntent next = message(recipient);
  send(message(recipient), at(0));
  send(next, at(1));
  const DueBatch batch = take_due(at(0) + kLease);
  ASSERT_EQ(batch.items.size(), 2U);
  EXPECT_EQ(batch.items[0].action, DueAction::kNowUnknown);
  EXPECT_EQ(batch.items[1].record.key, next.key);
}

TEST_P(StoreConformance, TheOrderSurvivesARestart) {
  const auto recipient = fingerprint();
  std::vector<NewIntent> made;
  for (int n = 0; n < 3; ++n) made.push_back(message(recipient));
  for (const NewIntent& each : made) send(each, at(0));
  restart();
  std::vector<store::IntentKey> sent;
  IntentRecord sending;
  for (const auto& item : take_due(at(0) + kLease).items) {
    if (item.action != DueAction::kSend) continue;
    sent.push_back(item.record.key);
    sending = item.record;
  }
  EXPECT_THAT(sent, ElementsAre(made[1].key));
  end(sending, kSent, at(1) + kLease);
  EXPECT_THAT(sent_keys(at(1) + kLease), ElementsAre(made[2].key));
}

TEST_P(StoreConformance, AScheduledMessageTakesItsPlaceWhenItsTimeComes) {
  const auto recipient = fingerprint();
  NewIntent scheduled = message(recipient);
  scheduled.due = at(1'000);
  EXPECT_EQ(claim_new(scheduled, ClaimMode::kQueue, at(0)).hold, Hold::kNone);
  const IntentRecord early = send(message(recipient), at(1));
  EXPECT_EQ(early.state, kSending);
  EXPECT_THAT(sent_keys(at(1'000)), IsEmpty());
  EXPECT_EQ(found(scheduled).hold, Hold::kOrder);
  const NewIntent late = message(recipient);
  EXPECT_EQ(send(late, at(1'001)).hold, Hold::kOrder);
  end(early, kSent, at(1'002));
  const IntentRecord sending = take_one(DueAction::kSend, at(1'002));
  EXPECT_EQ(sending.key, scheduled.key);
  end(sending, kSent, at(1'003));
  EXPECT_THAT(sent_keys(at(1'003)), ElementsAre(late.key));
}

TEST_P(StoreConformance, AnUnknownOneThatIsResentDoesNotWaitForItsTurn) {
  const auto recipient = fingerprint();
  NewIntent first = message(recipient);
  first.on_unknown = OnUnknown::kResend;
  Settlement unknown = settlement(send(first, at(0)), kUnknown);
  unknown.due = at(100);
  settle(unknown, at(1));
  const IntentRecord next = send(message(recipient), at(2));
  EXPECT_EQ(next.state, kSending);
  ingest_one(status(intent(), 1, kDelivered), at(50));
  const IntentRecord again = take_one(DueAction::kResend, at(100));
  EXPECT_EQ(again.key, first.key);
  const NewIntent third = message(recipient);
  send(third, at(101));
  end(again, kSent, at(102));
  EXPECT_THAT(sent_keys(at(102)), IsEmpty());
  end(next, kSent, at(103));
  EXPECT_THAT(sent_keys(at(103)), ElementsAre(third.key));
}

TEST_P(StoreConformance, AResolvedOneTakesItsPlaceAnew) {
  const auto recipient = fingerprint();
  const NewIntent first = message(recipient);
  end(send(first, at(0)), kUnknown, at(1));
  take_one(DueAction::kUnconfirmed, at(2));
  const IntentRecord other = send(message(recipient), at(3));
  const auto resolved = command(first, Command::kResolveResend, at(4));
  ASSERT_TRUE(resolved);
  EXPECT_EQ(resolved->hold, Hold::kOrder);
  EXPECT_THAT(sent_keys(at(4)), IsEmpty());
  end(other, kSent, at(5));
  EXPECT_THAT(sent_keys(at(5)), ElementsAre(first.key));
}

TEST_P(StoreConformance, HighPriorityOvertakesBetweenRecipientsButNotWithinOne) {
  const auto recipient = fingerprint();
  const NewIntent normal = message();
  const NewIntent first = message(recipient);
  NewIntent high = message();
  NewIntent high_behind = message(recipient);
  high.priority = high_behind.priority = Priority::kHigh;
  for (const NewIntent& each : {normal, first, high, high_behind}) claim_new(each, ClaimMode::kQueue, at(0));
  EXPECT_EQ(found(high).priority, Priority::kHigh);
  EXPECT_EQ(found(high_behind).hold, Hold::kOrder);
  EXPECT_THAT(sent_keys(at(1), {}, 1), ElementsAre(high.key));
  EXPECT_THAT(sent_keys(at(1)), ::testing::UnorderedElementsAre(normal.key, first.key));
}

}  // namespace
}  // namespace wac::testing
