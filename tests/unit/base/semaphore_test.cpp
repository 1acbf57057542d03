#include "base/semaphore.h"

#include "support/manual_scheduler.h"

#include <gtest/gtest.h>

namespace wac {
namespace {

Task<void> hold(Slots* slots, Deadline deadline, std::vector<Slot>* held, int* refused) {
  Slot slot = co_await slots->take(deadline);
  if (slot) {
    held->push_back(std::move(slot));
  } else {
    ++*refused;
  }
}

class SlotsTest : public ::testing::Test {
 protected:
  void want(Millis patience) {
    scope_.spawn(hold(&slots_, Deadline{loop_.now() + patience}, &held_, &refused_));
  }
  testing::ManualScheduler loop_;
  Slots slots_{loop_, 2};
  std::vector<Slot> held_;
  int refused_ = 0;
  TaskScope scope_;
};

TEST_F(SlotsTest, GivesOutItsCountAndPassesReturnedOnesOn) {
  for (int i = 0; i < 4; ++i) want(Millis{1'000});
  EXPECT_EQ(held_.size(), 2U);
  EXPECT_EQ(slots_.waiting(), 2U);
  EXPECT_FALSE(slots_.try_take()) << "who waits comes first";
  held_.erase(held_.begin());
  loop_.run_ready();
  EXPECT_EQ(held_.size(), 2U);
  held_.clear();
  loop_.run_ready();
  EXPECT_EQ(held_.size(), 1U);
  held_.clear();
  loop_.run_ready();
  EXPECT_EQ(slots_.free(), 2U);
}

TEST_F(SlotsTest, TheDeadlineEndsTheWaitAndLosesNoSlot) {
  for (int i = 0; i < 3; ++i) want(Millis{100});
  loop_.advance(Millis{100});
  EXPECT_EQ(refused_, 1);
  held_.clear();
  loop_.run_ready();
  EXPECT_EQ(slots_.free(), 2U);
}

TEST_F(SlotsTest, ATurnThatComesTogetherWithTheDeadlineIsNotLost) {
  for (int i = 0; i < 3; ++i) want(Millis{100});
  held_.pop_back();
  // The turn is posted, the deadline fires first.
  loop_.advance(Millis{100});
  held_.clear();
  loop_.run_ready();
  EXPECT_EQ(slots_.free(), 2U);
  EXPECT_EQ(scope_.running(), 0U);
}

}  // namespace
}  // namespace wac
