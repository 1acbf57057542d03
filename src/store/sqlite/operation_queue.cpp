#include "store/sqlite/operation_queue.h"

#include <algorithm>

namespace wac::store::sqlite {

bool OperationQueue::push(std::unique_ptr<Operation> operation) {
  bool wake = false;
  {
    const std::lock_guard lock{mutex_};
    if (queue_.size() >= bound_ || closed_) return false;
    queue_.push_back(std::move(operation));
    wake = wanted_ != 0 && queue_.size() >= wanted_;
    if (wake) wanted_ = 0;
  }
  if (wake) enough_.notify_one();
  return true;
}

std::vector<std::unique_ptr<Operation>> OperationQueue::take(std::size_t limit, Millis wait) {
  std::unique_lock lock{mutex_};
  const auto sleep_until_there_are = [&](std::size_t count, Millis time) {
    wanted_ = count;
    const bool there = enough_.wait_for(lock, time, [&] { return queue_.size() >= count || closed_; });
    wanted_ = 0;
    return there;
  };
  if (queue_.empty() && !sleep_until_there_are(1, wait)) {
    last_taken_ = 1;
    wanted_ = 1;
    enough_.wait(lock, [&] { return !queue_.empty() || closed_; });
    wanted_ = 0;
  }
  if (queue_.size() < last_taken_) sleep_until_there_are(last_taken_, wait);

  std::vector<std::unique_ptr<Operation>> taken;
  const std::size_t count = std::min(limit, queue_.size());
  taken.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    taken.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  last_taken_ = std::max<std::size_t>(count, 1);
  return taken;
}

void OperationQueue::close() {
  {
    const std::lock_guard lock{mutex_};
    closed_ = true;
  }
  enough_.notify_all();
}

}  // namespace wac::store::sqlite
