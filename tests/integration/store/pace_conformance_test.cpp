// Paces of senders, tenants and recipients, and fairness, for every engine.

#include "integration/store/store_conformance.h"

#include <gmock/gmock.h>

namespace wac::testing {
namespace {

using enum store::IntentState;
using Kind = PaceSignal::Kind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_P(StoreConformance, WithoutLimitsNothingWaits) {
  for (int n = 0; n < 200; ++n) EXPECT_EQ(send(message(), at(0)).state, kSending);
}

TEST_P(StoreConformance, ASenderKeepsItsPaceAfterABurst) {
  limits_.sender_per_second = 20;  // bursts of 2, then one each 50 ms
  EXPECT_EQ(send(message(), at(0)).state, kSending);
  EXPECT_EQ(send(message(), at(0)).state, kSending);
  const NewIntent third = message();
  const IntentRecord waiting = send(third, at(0));
  EXPECT_EQ(waiting.state, kAccepted);
  EXPECT_EQ(waiting.hold, Hold::kSenderPace);
  EXPECT_EQ(waiting.due, at(50));
  EXPECT_EQ(found(third).due, at(50));
  const DueBatch early = take_due(at(49));
  EXPECT_TRUE(early.items.empty());
  EXPECT_EQ(early.next_due, at(50));
  EXPECT_THAT(sent_keys(at(50)), ElementsAre(third.key));
}

TEST_P(StoreConformance, AQueueIsServedAtTheRateAndNoFaster) {
  limits_.sender_per_second = 30;  // an interval that is no whole number of milliseconds
  for (int n = 0; n < 60; ++n) claim_new(message(), ClaimMode::kQueue, at(0));
  std::size_t sent = 0;
  WallTime now = at(0);
  while (now <= at(1'000)) {
    const DueBatch batch = take_due(now);
    sent += batch.items.size();
    ASSERT_TRUE(batch.next_due);
    ASSERT_GT(*batch.next_due, now);
    now = *batch.next_due;
  }
  // The burst of 3, and one at each end of an interval; those that fall between two milliseconds wait for the
  // next.
  EXPECT_GE(sent, 32U);
  EXPECT_LE(sent, 33U);
}

TEST_P(StoreConformance, WhoComesNowDoesNotPassThoseWhoWait) {
  limits_.sender_per_second = 20;
  send(message(), at(0));
  send(message(), at(0));
  const NewIntent waiting = message();
  send(waiting, at(0));
  NewIntent newcomer = message();
  newcomer.due = at(60);
  EXPECT_EQ(send(newcomer, at(60)).hold, Hold::kSenderPace);
  NewIntent high = message();
  high.priority = Priority::kHigh;
  EXPECT_EQ(send(high, at(60)).state, kSending);
  EXPECT_THAT(sent_keys(at(120), {}, 1), ElementsAre(waiting.key));
}

TEST_P(StoreConformance, NewLimitsReplaceTheRememberedOnes) {
  limits_.sender_per_second = 1;
  send(message(), at(0));
  EXPECT_EQ(send(message(), at(1)).hold, Hold::kSenderPace);
  EXPECT_EQ(pace(at(1)).ceiling, 1U);
  limits_ = {};
  send(message(), at(2));
  EXPECT_EQ(pace(at(2)).ceiling, 0U);
  EXPECT_THAT(sent_keys(at(2)), SizeIs(1));
}

TEST_P(StoreConformance, AThrottledSenderWaitsAndHalvesItsRateWhichThenComesBack) {
  limits_.sender_per_second = 80;
  const IntentRecord first = send(message(), at(0));
  const IntentRecord second = send(message(), at(0));
  EXPECT_EQ(pace(at(0)).rate, 80);
  end(first, kRetryWait, at(0), signal(Kind::kThrottled, Millis{5'000}));
  EXPECT_EQ(pace(at(0)).rate, 40);
  EXPECT_EQ(pace(at(0)).blocked_until, at(5'000));
  // Within a second of the first, a throttle halves no further, and puts recovery off.
  end(second, kSent, at(900), signal(Kind::kThrottled, Millis{1'000}));
  EXPECT_EQ(pace(at(900)).rate, 40);
  EXPECT_EQ(pace(at(1'899)).rate, 40);
  EXPECT_EQ(pace(at(1'900)).rate, 44);
  EXPECT_EQ(pace(at(2'900)).rate, 48);
  EXPECT_EQ(pace(at(3'000)).blocked_until, at(5'000));
  EXPECT_EQ(send(message(), at(4'000)).hold, Hold::kSenderPace);
  const DueBatch batch = take_due(at(4'999));
  EXPECT_TRUE(batch.items.empty());
  EXPECT_EQ(batch.next_due, at(5'000));
  EXPECT_THAT(sent_keys(at(5'000)), SizeIs(2));
  EXPECT_EQ(pace(at(60'000)).rate, 80);
  EXPECT_FALSE(pace(at(60'000)).blocked_until);
}

TEST_P(StoreConformance, TheRateNeverFallsBelowOneASecond) {
  limits_.sender_per_second = 80;
  for (int n = 0; n < 10; ++n) {
    end(send(message(), at(1'000 * n)), kSent, at(1'000 * n), signal(Kind::kThrottled));
  }
  EXPECT_GE(pace(at(9'000)).rate, 1);
  limits_.sender_per_second = 1;
  end(send(message(), at(60'000)), kSent, at(60'000), signal(Kind::kThrottled));
  EXPECT_EQ(pace(at(60'000)).rate, 1);
}

TEST_P(StoreConformance, AThrottledSenderWithoutALimitStillWaits) {
  end(send(message(), at(0)), kRetryWait, at(0), signal(Kind::kThrottled, Millis{500}));
  EXPECT_THAT(sent_keys(at(499)), IsEmpty());
  EXPECT_THAT(sent_keys(at(500)), SizeIs(1));
}

TEST_P(StoreConformance, HighUsageSlowsTheSenderBeforeMetaDoes) {
  limits_.sender_per_second = 80;
  const auto report = [this](std::uint8_t percent, WallTime now) {
    PaceSignal used = signal(Kind::kAnswered);
    used.usage_percent = percent;
    end(send(message(), now), kSent, now, used);
    EXPECT_EQ(pace(now).usage_percent, percent);
    return pace(now).rate;
  };
  EXPECT_EQ(report(74, at(0)), 80);
  EXPECT_EQ(report(75, at(1'000)), 80);
  EXPECT_NEAR(report(90, at(2'000)), 80 * 0.46, 0.001);
  EXPECT_NEAR(report(100, at(3'000)), 8, 0.001);
  EXPECT_EQ(pace(at(63'001)).rate, 80);
  PaceSignal relaxed = signal(Kind::kUsage);
  end(send(message(), at(5'000)), kSent, at(5'000), relaxed);
  EXPECT_EQ(pace(at(5'000)).rate, 80);
}

TEST_P(StoreConformance, ATenantsSendersShareItsQuota) {
  limits_.tenant_per_second = 10;  // one each 100 ms
  EXPECT_EQ(send(message(), at(0)).state, kSending);
  NewIntent other = message();
  other.sender = other_sender(0);
  const IntentRecord waiting = send(other, at(10));
  EXPECT_EQ(waiting.hold, Hold::kTenantPace);
  EXPECT_EQ(waiting.due, at(100));
  NewIntent stranger = message();
  stranger.sender = other_sender(1);
  stranger.tenant = *TenantId::parse("another");
  EXPECT_EQ(send(stranger, at(10)).state, kSending);
  const DueBatch early = take_due(at(99));
  EXPECT_TRUE(early.items.empty());
  EXPECT_EQ(early.next_due, at(100));
  EXPECT_THAT(sent_keys(at(100)), ElementsAre(other.key));
}

TEST_P(StoreConformance, ARecipientGetsABurstAndThenOneEachInterval) {
  limits_.pair_interval = Millis{6'000};
  limits_.pair_burst = 3;
  const auto recipient = fingerprint();
  for (int n = 0; n < 3; ++n) {
    const IntentRecord sending = send(message(recipient), at(n));
    ASSERT_EQ(sending.state, kSending);
    end(sending, kSent, at(n), signal(Kind::kAnswered));
  }
  const NewIntent fourth = message(recipient);
  const NewIntent fifth = message(recipient);
  const IntentRecord waiting = send(fourth, at(10));
  EXPECT_EQ(waiting.hold, Hold::kPairPace);
  EXPECT_EQ(waiting.due, at(6'000));
  EXPECT_EQ(send(fifth, at(11)).hold, Hold::kOrder);
  EXPECT_EQ(send(message(), at(12)).state, kSending);
  EXPECT_EQ(take_due(at(20)).next_due, at(6'000));
  const IntentRecord sending = take_one(DueAction::kSend, at(6'000));
  EXPECT_EQ(sending.key, fourth.key);
  end(sending, kSent, at(6'001));
  EXPECT_EQ(found(fifth).hold, Hold::kPairPace);
  EXPECT_EQ(found(fifth).due, at(12'000));
  EXPECT_THAT(sent_keys(at(11'999)), IsEmpty());
  EXPECT_THAT(sent_keys(at(12'000)), ElementsAre(fifth.key));
}

TEST_P(StoreConformance, MetasPauseOfARecipientGrowsUntilASuccess) {
  const auto recipient = fingerprint();
  const NewIntent paused = message(recipient);
  IntentRecord sending = send(paused, at(0));
  std::int64_t now = 0;
  for (const int seconds : {1, 4, 16, 64, 256, 256}) {
    end(sending, kRetryWait, at(now), signal(Kind::kPairThrottled));
    EXPECT_EQ(found(paused).hold, Hold::kPairPace);
    EXPECT_EQ(found(paused).due, at(now + seconds * 1'000));
    EXPECT_EQ(send(message(), at(now)).state, kSending);
    now += seconds * 1'000;
    DueRules rules;
    rules.lease = Millis{100'000'000};
    rules.max_attempts = 100;
    std::vector<IntentRecord> items;
    for (const auto& item : take_due(at(now - 1), rules).items) EXPECT_NE(item.action, DueAction::kSend);
    for (auto& item : take_due(at(now), rules).items) {
      if (item.action == DueAction::kSend) items.push_back(std::move(item.record));
    }
    ASSERT_EQ(items.size(), 1U);
    sending = items[0];
  }
  end(sending, kSent, at(now), signal(Kind::kAnswered));
  const NewIntent again = message(recipient);
  end(send(again, at(now)), kRetryWait, at(now), signal(Kind::kPairThrottled));
  EXPECT_EQ(found(again).due, at(now + 1'000));
}

TEST_P(StoreConformance, ALongQueueOfOneSenderDoesNotDelayAnothers) {
  for (int n = 0; n < 300; ++n) claim_new(message(), ClaimMode::kQueue, at(0));
  NewIntent other = message();
  other.sender = other_sender(0);
  other.due = at(5);
  claim_new(other, ClaimMode::kQueue, at(5));
  EXPECT_THAT(sent_keys(at(10), {}, 2), ::testing::Contains(other.key));
}

TEST_P(StoreConformance, SendersTakeTurnsFromCallToCall) {
  std::vector<SenderId> senders{sender_, other_sender(0), other_sender(1)};
  for (const SenderId& sender : senders) {
    for (int n = 0; n < 3; ++n) {
      NewIntent made = message();
      made.sender = sender;
      claim_new(made, ClaimMode::kQueue, at(0));
    }
  }
  std::map<SenderId, int> served;
  for (int call = 0; call < 6; ++call) {
    for (const auto& item : take_due(at(1), {}, 1).items) ++served[item.record.sender];
  }
  for (const SenderId& sender : senders) EXPECT_EQ(served[sender], 2);
}

TEST_P(StoreConformance, ACallHandsOutAtMostSoManyOfOneSender) {
  for (int n = 0; n < 5; ++n) claim_new(message(), ClaimMode::kQueue, at(0));
  NewIntent other = message();
  other.sender = other_sender(0);
  claim_new(other, ClaimMode::kQueue, at(0));
  DueRules rules;
  rules.per_sender = 2;
  EXPECT_THAT(sent_keys(at(1), rules), SizeIs(3));
  const DueBatch batch = take_due(at(1), rules);
  EXPECT_THAT(batch.items, SizeIs(2));
  ASSERT_TRUE(batch.next_due);
  EXPECT_LE(*batch.next_due, at(1));
}

TEST_P(StoreConformance, ASkippedSenderIsLeftAloneAndHasNoTime) {
  const NewIntent made = message();
  claim_new(made, ClaimMode::kQueue, at(0));
  DueRules rules;
  rules.skip = {sender_};
  const DueBatch batch = take_due(at(1), rules);
  EXPECT_TRUE(batch.items.empty());
  EXPECT_FALSE(batch.next_due);
  NewIntent other = message();
  other.sender = other_sender(0);
  other.due = at(50);
  claim_new(other, ClaimMode::kQueue, at(1));
  EXPECT_EQ(take_due(at(2), rules).next_due, at(50));
  EXPECT_THAT(sent_keys(at(50), rules), ElementsAre(other.key));
  EXPECT_THAT(sent_keys(at(50)), ElementsAre(made.key));
}

TEST_P(StoreConformance, SendersAreShownWithWhatWaits) {
  limits_.sender_per_second = 10;
  const auto recipient = fingerprint();
  send(message(recipient), at(0));
  send(message(recipient), at(0));
  NewIntent scheduled = message();
  scheduled.due = at(1'000'000);
  scheduled.priority = Priority::kHigh;
  claim_new(scheduled, ClaimMode::kQueue, at(0));
  const SenderPace shown = pace(at(0));
  EXPECT_EQ(shown.ceiling, 10U);
  EXPECT_EQ(shown.rate, 10);
  EXPECT_EQ(shown.queued, 2U);
  EXPECT_EQ(shown.breaker, BreakerState::kClosed);
  EXPECT_FALSE(shown.stopped_since);
  EXPECT_FALSE(shown.blocked_until);
}

}  // namespace
}  // namespace wac::testing
