#include "delivery/pusher.h"

#include <gtest/gtest.h>

namespace wac::delivery {
namespace {

TEST(IdleLook, CostsTheSameForManyConsumers) {
  EXPECT_EQ(idle_look(1), Millis{30'000});
  EXPECT_EQ(idle_look(5), Millis{30'000});
  EXPECT_EQ(idle_look(50), Millis{300'000});
  EXPECT_EQ(idle_look(100), Millis{600'000});
  EXPECT_EQ(idle_look(100'000), Millis{600'000}) << "not later than in ten minutes";
}

}  // namespace
}  // namespace wac::delivery
