#pragma once
// A bound on concurrent work of one loop.

#include "base/scheduler.h"
#include "base/task.h"

#include <cstddef>
#include <deque>
#include <utility>

namespace wac {

class Slots;

/// One slot, given back when it goes.
class Slot {
 public:
  Slot() = default;
  Slot(Slot&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
  Slot& operator=(Slot&& other) noexcept {
    std::swap(owner_, other.owner_);
    return *this;
  }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  ~Slot();
  explicit operator bool() const { return owner_ != nullptr; }

 private:
  friend class Slots;
  explicit Slot(Slots* owner) : owner_(owner) {}
  Slots* owner_ = nullptr;
};

/// Not thread-safe: belongs to a loop. Outlives the Slots taken from it.
class Slots {
 public:
  Slots(Scheduler& loop, std::size_t count) : loop_(loop), free_(count) {}

  /// Empty when none is free.
  Slot try_take();
  /// Waits its turn, first come, first served; empty when the deadline passes first.
  Task<Slot> take(Deadline deadline);
  std::size_t free() const { return free_; }
  std::size_t waiting() const { return waiters_.size(); }

 private:
  friend class Slot;
  void give_back();

  Scheduler& loop_;
  std::size_t free_;
  std::deque<OneShot<bool>> waiters_;
};

}  // namespace wac
