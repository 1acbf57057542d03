#include "outbound/new_intent.h"

#include <gtest/gtest.h>

namespace wac::outbound {
namespace {

TEST(PaceLimits, AreTheConfiguredOnes) {
  config::Limits limits;
  limits.sender_per_second = 1;
  limits.pair_interval = Millis{2};
  limits.pair_burst = 3;
  limits.breaker_min = 4;
  limits.breaker_percent = 5;
  limits.breaker_window = Millis{6};
  limits.breaker_open = Millis{7};
  limits.breaker_open_max = Millis{8};
  const store::PaceLimits pace = pace_limits(limits, 1);
  EXPECT_EQ(pace.sender_per_second, 1U);
  EXPECT_EQ(pace.tenant_per_second, 0U);
  EXPECT_EQ(pace.pair_interval, Millis{2});
  EXPECT_EQ(pace.pair_burst, 3U);
  EXPECT_EQ(pace.breaker_min, 4U);
  EXPECT_EQ(pace.breaker_percent, 5U);
  EXPECT_EQ(pace.breaker_window, Millis{6});
  EXPECT_EQ(pace.breaker_open, Millis{7});
  EXPECT_EQ(pace.breaker_open_max, Millis{8});
}

TEST(PaceLimits, ATenantsLimitIsSharedAmongItsPartitions) {
  config::Limits limits;
  limits.tenant_per_second = 100;
  EXPECT_EQ(pace_limits(limits, 1).tenant_per_second, 100U);
  EXPECT_EQ(pace_limits(limits, 3).tenant_per_second, 34U);
  EXPECT_EQ(pace_limits(limits, 500).tenant_per_second, 1U) << "never none, which would mean no limit";
  EXPECT_EQ(pace_limits(limits, 0).tenant_per_second, 100U);
}

}  // namespace
}  // namespace wac::outbound
