#include "delivery/pusher.h"

#include <gtest/gtest.h>

namespace wac::delivery {
namespace {

TEST(IdleLook, CostsTheSameForManyConsumers) {
  EXPECT_EQ(idle_look(1), Millis{30'000});
  EXPECT_EQ(idle_look(3), Millis{60'000});
  EXPECT_EQ(idle_look(50), Millis{1'000'000});
  EXPECT_EQ(idle_look(100), Millis{1'800'000}) << "not later than in half an hour";
  EXPECT_EQ(idle_look(100'000), Millis{1'800'000});
}

}  // namespace
}  // namespace wac::delivery
