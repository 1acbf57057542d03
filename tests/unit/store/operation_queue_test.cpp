#include "store/sqlite/operation_queue.h"

#include "support/manual_scheduler.h"

#include <gtest/gtest.h>

#include <thread>

namespace wac::store::sqlite {
namespace {

class Noop final : public Operation {
 public:
  using Operation::Operation;
  void run(Session&) override {}
  void fail(const Error&) override {}
  void deliver() override {}
};

class OperationQueueTest : public ::testing::Test {
 protected:
  std::unique_ptr<Operation> operation() { return std::make_unique<Noop>(link); }
  wac::testing::ManualScheduler scheduler;
  std::shared_ptr<LoopLink> link = std::make_shared<LoopLink>(scheduler);
};

TEST_F(OperationQueueTest, RefusesWhatIsBeyondItsBound) {
  OperationQueue queue{2};
  EXPECT_TRUE(queue.push(operation()));
  EXPECT_TRUE(queue.push(operation()));
  EXPECT_FALSE(queue.push(operation()));
  EXPECT_EQ(queue.take(10, Millis{0}).size(), 2U);
  EXPECT_TRUE(queue.push(operation()));
}

TEST_F(OperationQueueTest, HandsOutAtMostAGroupInOrder) {
  OperationQueue queue{10};
  std::vector<Operation*> pushed;
  for (int i = 0; i < 5; ++i) {
    auto next = operation();
    pushed.push_back(next.get());
    queue.push(std::move(next));
  }
  const auto first = queue.take(3, Millis{0});
  const auto second = queue.take(3, Millis{0});
  ASSERT_EQ(first.size(), 3U);
  ASSERT_EQ(second.size(), 2U);
  EXPECT_EQ(first[0].get(), pushed[0]);
  EXPECT_EQ(second[1].get(), pushed[4]);
}

TEST_F(OperationQueueTest, UnderLoadWaitsForAsManyAsTheLastTime) {
  OperationQueue queue{10};
  for (int i = 0; i < 3; ++i) queue.push(operation());
  EXPECT_EQ(queue.take(10, Millis{0}).size(), 3U);
  queue.push(operation());
  std::thread other{[&] {
    queue.push(operation());
    queue.push(operation());
  }};
  EXPECT_EQ(queue.take(10, std::chrono::minutes{1}).size(), 3U);
  other.join();
}

TEST_F(OperationQueueTest, DrainsAfterCloseAndThenIsEmpty) {
  OperationQueue queue{10};
  queue.push(operation());
  queue.close();
  EXPECT_FALSE(queue.push(operation()));
  EXPECT_EQ(queue.take(10, Millis{0}).size(), 1U);
  EXPECT_TRUE(queue.take(10, Millis{0}).empty());
}

TEST_F(OperationQueueTest, CloseWakesAWaitingTaker) {
  OperationQueue queue{10};
  std::thread taker{[&] { EXPECT_TRUE(queue.take(10, Millis{1}).empty()); }};
  queue.close();
  taker.join();
}

TEST_F(OperationQueueTest, NothingReachesAClosedLoop) {
  std::vector<std::unique_ptr<Operation>> finished;
  finished.push_back(operation());
  link->close();
  EXPECT_TRUE(link->closed());
  link->deliver(std::move(finished));
  scheduler.run_ready();
}

}  // namespace
}  // namespace wac::store::sqlite
