#include "base/task.h"

#include "support/manual_scheduler.h"

#include <gtest/gtest.h>

#include <string>

namespace wac {
namespace {

using testing::ManualScheduler;

Task<int> give(int value) {
  co_return value;
}

Task<int> add(int a, int b) {
  const int left = co_await give(a);
  const int right = co_await give(b);
  co_return left + right;
}

TEST(Task, ReturnsValuesThroughAwaits) {
  ManualScheduler scheduler;
  EXPECT_EQ(testing::run_now(scheduler, add(2, 3)), 5);
}

Task<int> deep(int n) {
  if (n == 0) co_return 0;
  const int below = co_await deep(n - 1);
  co_return below + 1;
}

TEST(Task, LongChainsOfCompletedAwaitsDoNotGrowTheStack) {
  ManualScheduler scheduler;
  const auto loop = []() -> Task<int> {
    int sum = 0;
    for (int i = 0; i < 1'000'000; ++i) sum += co_await give(1);
    co_return sum;
  };
  EXPECT_EQ(testing::run_now(scheduler, loop()), 1'000'000);
  EXPECT_EQ(testing::run_now(scheduler, deep(1000)), 1000);
}

Task<int> throws() {
  throw std::runtime_error("x");
  co_return 1;
}

Task<std::string> catches() {
  try {
    co_await throws();
  } catch (const std::runtime_error& error) {
    co_return error.what();
  }
  co_return "nothing";
}

TEST(Task, ExceptionsTravelToTheAwaiter) {
  ManualScheduler scheduler;
  EXPECT_EQ(testing::run_now(scheduler, catches()), "x");
}

Task<void> wait_for(OneShot<int> one, int* out) {
  *out = co_await one;
}

TEST(OneShot, FirstValueWinsAndResumesTheWaiter) {
  TaskScope scope;
  OneShot<int> one;
  int seen = 0;
  scope.spawn(wait_for(one, &seen));
  EXPECT_EQ(scope.running(), 1U);
  EXPECT_TRUE(one.set(7));
  EXPECT_FALSE(one.set(8));
  EXPECT_EQ(seen, 7);
  EXPECT_EQ(scope.running(), 0U);
}

Task<void> sleep_and_count(ManualScheduler* scheduler, int* done) {
  co_await sleep_until(*scheduler, scheduler->now() + Millis{10});
  ++*done;
}

Task<void> join_then(TaskScope* scope, bool* joined) {
  co_await scope->join();
  *joined = true;
}

TEST(TaskScope, JoinCompletesWhenTheLastTaskDoes) {
  ManualScheduler scheduler;
  TaskScope workers;
  TaskScope outer;
  int done = 0;
  bool joined = false;
  for (int i = 0; i < 3; ++i) workers.spawn(sleep_and_count(&scheduler, &done));
  outer.spawn(join_then(&workers, &joined));
  scheduler.advance(Millis{9});
  EXPECT_FALSE(joined);
  scheduler.advance(Millis{1});
  EXPECT_EQ(done, 3);
  EXPECT_TRUE(joined);
}

TEST(TaskScope, DestroyedWithRunningTasksIsABug) {
  EXPECT_DEATH(
      {
        TaskScope scope;
        int seen = 0;
        scope.spawn(wait_for(OneShot<int>{}, &seen));
      },
      "");
}

}  // namespace
}  // namespace wac
