#pragma once
// A time limit on a scope. For net/ only.

#include "base/scheduler.h"

#include <utility>

namespace wac::net {

/// Calls `act` on the loop once `at` has passed, unless the scope ends first.
template <class Act>
class Expiry {
 public:
  Expiry(Scheduler& scheduler, MonoTime at, Act act) : scheduler_(scheduler), act_(std::move(act)) {
    if (at == MonoTime::max()) return;
    timer_ = scheduler_.call_at(at, [this] {
      fired_ = true;
      act_();
    });
  }
  ~Expiry() {
    if (timer_ != 0 && !fired_) scheduler_.cancel(timer_);
  }
  Expiry(const Expiry&) = delete;
  Expiry& operator=(const Expiry&) = delete;

  bool fired() const { return fired_; }

 private:
  Scheduler& scheduler_;
  Act act_;
  Scheduler::TimerId timer_ = 0;
  bool fired_ = false;
};

}  // namespace wac::net
