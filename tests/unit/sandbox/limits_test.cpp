#include "sandbox/limits.h"

#include "support/manual_scheduler.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace wac::sandbox {
namespace {

using testing::ManualScheduler;

class LimitsTest : public ::testing::Test {
 protected:
  int take(Limits& limits, const std::string& user = "16505551234", const std::string& sender = "1") {
    const auto refusal = limits.take_message(sender, user, clock.now());
    return refusal ? refusal->code : 0;
  }
  ManualScheduler clock;
};

TEST_F(LimitsTest, AreOffUnlessAsked) {
  Limits limits{{}};
  for (int i = 0; i < 1'000; ++i) ASSERT_EQ(take(limits), 0);
  EXPECT_FALSE(limits.take_management(clock.now()));
}

TEST_F(LimitsTest, TakeSoManyMessagesInAnySecond) {
  Limits limits{{.per_second = 3}};
  EXPECT_EQ(take(limits, "a"), 0);
  clock.advance(Millis{900});
  EXPECT_EQ(take(limits, "b"), 0);
  EXPECT_EQ(take(limits, "c"), 0);
  EXPECT_EQ(take(limits, "d"), 130429);
  EXPECT_EQ(take(limits, "d", "2"), 0) << "another number has its own";
  clock.advance(Millis{100});
  EXPECT_EQ(take(limits, "d"), 0) << "the first one is a second ago";
  EXPECT_EQ(take(limits, "e"), 130429) << "refused ones do not count, the two others still do";
}

TEST_F(LimitsTest, CountWhatUsersWriteToo) {
  Limits limits{{.per_second = 2}};
  limits.count_inbound("1", clock.now());
  EXPECT_EQ(take(limits), 0);
  EXPECT_EQ(take(limits), 130429);
}

TEST_F(LimitsTest, LetABurstThroughToOneUserThenOneInSixSeconds) {
  LimitConfig config = LimitConfig::as_meta();
  config.per_second = 0;
  Limits limits{config};
  for (int i = 0; i < 45; ++i) ASSERT_EQ(take(limits), 0) << i;
  EXPECT_EQ(take(limits), 131056);
  EXPECT_EQ(take(limits, "16505550000"), 0) << "other users are not concerned";
  clock.advance(Millis{5'999});
  EXPECT_EQ(take(limits), 131056);
  clock.advance(Millis{1});
  EXPECT_EQ(take(limits), 0);
  EXPECT_EQ(take(limits), 131056);
}

TEST_F(LimitsTest, ABurstOfTwentyIsPaidBackInTwoMinutes) {
  LimitConfig config = LimitConfig::as_meta();
  config.pair_burst = 20;
  Limits limits{config};
  for (int i = 0; i < 20; ++i) ASSERT_EQ(take(limits), 0);
  clock.advance(std::chrono::minutes{2});
  for (int i = 0; i < 20; ++i) ASSERT_EQ(take(limits), 0) << i;
  EXPECT_EQ(take(limits), 131056);
}

TEST_F(LimitsTest, BoundManagementCallsAndSayHowManyAreLeft) {
  Limits limits{{.management_per_hour = 4}};
  for (int i = 0; i < 3; ++i) ASSERT_FALSE(limits.take_management(clock.now()));
  const auto usage = [&] {
    const auto headers = limits.headers("102", clock.now());
    EXPECT_EQ(headers[0].first, "x-app-usage");
    EXPECT_EQ(headers[1].first, "x-business-use-case-usage");
    return boost::json::parse(headers[1].second).at("102").at(0);
  };
  EXPECT_EQ(usage().at("call_count"), 75);
  EXPECT_EQ(usage().at("estimated_time_to_regain_access"), 0);
  ASSERT_FALSE(limits.take_management(clock.now()));
  clock.advance(std::chrono::minutes{10});
  ASSERT_TRUE(limits.take_management(clock.now()));
  EXPECT_EQ(limits.take_management(clock.now())->code, 80007);
  EXPECT_EQ(usage().at("call_count"), 100);
  EXPECT_EQ(usage().at("estimated_time_to_regain_access"), 50);
  limits.set_usage(Usage{.percent = 85, .regain_minutes = 7});
  EXPECT_EQ(usage().at("call_count"), 85) << "set by hand";
  EXPECT_EQ(usage().at("estimated_time_to_regain_access"), 7);
}

}  // namespace
}  // namespace wac::sandbox
