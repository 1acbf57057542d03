#pragma once
// The bounded queue in front of one thread of the engine.

#include "store/sqlite/operation.h"

#include <condition_variable>
#include <deque>

namespace wac::store::sqlite {

class OperationQueue {
 public:
  explicit OperationQueue(std::size_t bound) : bound_(bound) {}

  /// Any thread. False: the bound is reached, and the operation is gone.
  bool push(std::unique_ptr<Operation> operation);
  /// The engine's thread: blocks for the first operation, then takes at most `limit`. Under load (the next
  /// one came within `wait`) it waits up to `wait` for as many as the last time, because a commit costs the
  /// same for one as for many. Empty: closed and drained.
  std::vector<std::unique_ptr<Operation>> take(std::size_t limit, Millis wait);
  /// No more waiting; what is queued is still handed out.
  void close();

 private:
  std::size_t bound_;
  std::mutex mutex_;
  std::condition_variable enough_;
  std::deque<std::unique_ptr<Operation>> queue_;
  std::size_t wanted_ = 0;  ///< the taker sleeps until there are that many; 0: it does not sleep
  std::size_t last_taken_ = 1;
  bool closed_ = false;
};

}  // namespace wac::store::sqlite
