#include "store/intent.h"

#include <gtest/gtest.h>

#include <set>

namespace wac::store {
namespace {

using enum IntentState;

constexpr std::array kAll{kAccepted, kRetryWait, kSending, kUnknown, kUnconfirmed, kSent, kDelivered,
                          kRead,     kPlayed,    kFailed,  kExpired, kCancelled,   kDead};

TEST(IntentState, EveryStateHasItsOwnNameAndComesBackFromItsNumber) {
  std::set<std::string_view> names;
  for (const IntentState state : kAll) {
    names.insert(name(state));
    EXPECT_EQ(intent_state_from(static_cast<std::uint8_t>(state)), state);
  }
  EXPECT_EQ(names.size(), kAll.size());
  EXPECT_EQ(name(kRetryWait), "retry_wait");
  for (const int number : {5, 9, 14, 19, 24, 255}) {
    EXPECT_FALSE(intent_state_from(static_cast<std::uint8_t>(number))) << number;
  }
}

TEST(IntentState, OnlyStatesToBeWorkedOnAreOpen) {
  for (const IntentState state : kAll) {
    const bool open = state == kAccepted || state == kRetryWait || state == kSending || state == kUnknown;
    EXPECT_EQ(is_open(state), open) << name(state);
  }
}

TEST(EvidenceMayMove, FollowsTheRanks) {
  const std::map<IntentState, std::set<IntentState>> table{
      {kAccepted, {kSent, kDelivered, kRead, kPlayed, kFailed}},
      {kRetryWait, {kSent, kDelivered, kRead, kPlayed, kFailed}},
      {kSending, {kSent, kDelivered, kRead, kPlayed, kFailed}},
      {kUnknown, {kSent, kDelivered, kRead, kPlayed, kFailed}},
      {kUnconfirmed, {kSent, kDelivered, kRead, kPlayed, kFailed}},
      {kSent, {kDelivered, kRead, kPlayed, kFailed}},
      {kDelivered, {kRead, kPlayed}},
      {kRead, {kPlayed}},
      {kPlayed, {}},
      {kFailed, {kDelivered, kRead, kPlayed}},
      {kExpired, {kSent, kDelivered, kRead, kPlayed, kFailed}},
      {kCancelled, {kSent, kDelivered, kRead, kPlayed, kFailed}},
      {kDead, {kSent, kDelivered, kRead, kPlayed, kFailed}},
  };
  for (const IntentState from : kAll) {
    for (const IntentState to : kAll) {
      EXPECT_EQ(evidence_may_move(from, to), table.at(from).contains(to)) << name(from) << " to " << name(to);
    }
  }
}

TEST(Contexts, DifferByMeaningAndKey) {
  IntentKey one;
  IntentKey other;
  other.bytes[0] = 1;
  EXPECT_NE(payload_context(one), outcome_context(one));
  EXPECT_NE(payload_context(one), payload_context(other));
}

}  // namespace
}  // namespace wac::store
