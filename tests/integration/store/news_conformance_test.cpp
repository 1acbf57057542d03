// What a settlement tells of what it changed beyond its intent, for every engine.

#include "integration/store/store_conformance.h"

namespace wac::testing {
namespace {

using enum store::IntentState;
using Kind = PaceSignal::Kind;

TEST_P(StoreConformance, ASettlementTellsThatTheNextOfItsRecipientHasTheTurn) {
  const auto recipient = fingerprint();
  const IntentRecord first = send(message(recipient), at(0));
  send(message(recipient), at(1));
  EXPECT_TRUE(settle(settlement(first, kSent), at(2)).follower_due);
  const IntentRecord second = take_one(DueAction::kSend, at(2));
  EXPECT_FALSE(settle(settlement(second, kSent), at(3)).follower_due) << "nobody follows";
  EXPECT_FALSE(settle(settlement(send(message(), at(4)), kSent), at(5)).follower_due);
}

TEST_P(StoreConformance, ASettlementBehindEvidenceStillSendsSomebodyToLook) {
  const auto recipient = fingerprint();
  const NewIntent made = message(recipient);
  const IntentRecord first = send(made, at(0));
  send(message(recipient), at(1));
  ingest_one(status(made, 1, kSent), at(2));
  EXPECT_TRUE(settle(settlement(first, kSent), at(3)).follower_due);
}

TEST_P(StoreConformance, AStopIsToldOnce) {
  const IntentRecord first = send(message(), at(0));
  const IntentRecord second = send(message(), at(0));
  Settlement stop = settlement(first, kRetryWait);
  stop.signal = signal(Kind::kStop);
  stop.signal.code = 131'031;
  EXPECT_TRUE(settle(stop, at(1)).stopped);
  EXPECT_FALSE(settle(stop, at(1)).stopped) << "the same settlement again";
  Settlement another = settlement(second, kRetryWait);
  another.signal = stop.signal;
  EXPECT_FALSE(settle(another, at(2)).stopped);
}

TEST_P(StoreConformance, ABreakersChangesAreTold) {
  limits_.breaker_min = 1;
  const auto settled = [&](const IntentRecord& record, Kind kind, int when) {
    Settlement made = settlement(record, kFailed);
    made.signal = signal(kind);
    return settle(made, at(when));
  };
  EXPECT_FALSE(settled(send(message(), at(0)), Kind::kAnswered, 0).breaker_opened);
  const IntentRecord failing = send(message(), at(40'000));
  const IntentRecord late = send(message(), at(40'000));
  EXPECT_TRUE(settled(failing, Kind::kServerFault, 40'000).breaker_opened);
  EXPECT_FALSE(settled(late, Kind::kServerFault, 40'000).breaker_opened) << "it is open already";
  const IntentRecord probe = send(message(), at(100'000));
  ASSERT_EQ(probe.state, kSending);
  EXPECT_TRUE(settled(probe, Kind::kServerFault, 100'000).breaker_opened) << "open again";
  const IntentRecord better = send(message(), at(200'000));
  ASSERT_EQ(better.state, kSending);
  const auto closed = settled(better, Kind::kAnswered, 200'000);
  EXPECT_TRUE(closed.breaker_closed);
  EXPECT_FALSE(closed.breaker_opened);
}

}  // namespace
}  // namespace wac::testing
