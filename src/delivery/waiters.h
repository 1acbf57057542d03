#pragma once
// Readers of one loop that wait for something to happen to their tenant's events.

#include "base/ids.h"
#include "base/scheduler.h"
#include "base/task.h"

#include <atomic>
#include <map>

namespace wac::delivery {

class Waiters {
 public:
  explicit Waiters(Scheduler& loop) : loop_(loop) {}

  /// Until then, or until the tenant's readers are notified, or stop().
  Task<void> wait(const TenantId& tenant, MonoTime until);
  void notify(const TenantId& tenant);
  /// Nobody waits any more, now and later.
  void stop();
  bool stopping() const { return stopping_; }
  /// How many wait. Any thread.
  std::size_t count() const { return count_.load(std::memory_order_relaxed); }

 private:
  Scheduler& loop_;
  std::multimap<TenantId, OneShot<bool>> signals_;
  std::atomic<std::size_t> count_{0};
  bool stopping_ = false;
};

}  // namespace wac::delivery
