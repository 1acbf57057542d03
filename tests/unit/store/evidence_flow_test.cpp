#include "store/evidence_flow.h"

#include <gtest/gtest.h>

namespace wac::store {
namespace {

WallTime at(std::int64_t seconds) {
  return from_millis(1'700'000'000'000 + seconds * 1'000);
}

TEST(EvidenceFlow, SilenceCountsFromTheStart) {
  EXPECT_EQ(EvidenceFlow{at(5)}.silence_from(), at(5));
}

TEST(EvidenceFlow, AnOutageCostsItsLengthAgain) {
  EvidenceFlow flow{at(0)};
  flow.interrupted(at(1'000), at(1'002));
  EXPECT_EQ(flow.silence_from(), at(1'004));
  for (int second = 1'002; second < 1'100; second += 30) flow.interrupted(at(second), at(second + 2));
  EXPECT_EQ(flow.silence_from(), at(1'094 + 94));
}

TEST(EvidenceFlow, LaterOutagesDoNotCountTheTimeBetween) {
  EvidenceFlow flow{at(0)};
  flow.interrupted(at(1'000), at(1'050));
  flow.interrupted(at(5'000), at(5'001));
  EXPECT_EQ(flow.silence_from(), at(5'002));
}

TEST(EvidenceFlow, WhatIsReportedLateChangesNothingThatIsLater) {
  EvidenceFlow flow{at(0)};
  flow.interrupted(at(1'000), at(1'010));
  flow.interrupted(at(1'001), at(1'003));
  EXPECT_EQ(flow.silence_from(), at(1'020));
}

}  // namespace
}  // namespace wac::store
