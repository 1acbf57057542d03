#include "base/random.h"

#include "base/ids.h"
#include "support/manual_scheduler.h"

#include <gtest/gtest.h>

#include <set>

namespace wac {
namespace {

TEST(Random, BelowStaysBelowAndReachesTheEnds) {
  testing::SeededRandom random{7};
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.below(5));
  EXPECT_EQ(seen, (std::set<std::uint64_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(random.below(0), 0U);
}

TEST(Random, IdsAreValidAndSortByTime) {
  const auto random = make_system_random();
  const std::string early = make_ulid(from_millis(1'700'000'000'000), *random);
  const std::string late = make_ulid(from_millis(1'700'000'000'001), *random);
  EXPECT_TRUE(IntentId::parse(early));
  EXPECT_LT(early.substr(0, 10), late.substr(0, 10));
  EXPECT_TRUE(IntentId::parse(make_uuid(*random)));
  EXPECT_NE(make_uuid(*random), make_uuid(*random));
}

}  // namespace
}  // namespace wac
