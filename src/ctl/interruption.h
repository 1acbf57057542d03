#pragma once
// Ends the program in order on SIGINT and SIGTERM, while requests are under way that cannot be called back.

#include "base/scheduler.h"

#include <csignal>
#include <cstdlib>
#include <functional>

namespace wac::ctl {

/// Looks for a signal now and then; when one came it says farewell and ends the program with success.
class Interruption {
 public:
  Interruption(Scheduler& loop, std::function<void()> farewell)
      : loop_(loop), farewell_(std::move(farewell)) {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    look_later();
  }
  ~Interruption() { loop_.cancel(timer_); }
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

 private:
  static constexpr Millis kCheck{100};

  void look_later() {
    timer_ = loop_.call_at(loop_.now() + kCheck, [this] { look(); });
  }
  void look() {
    const timespec at_once{};
    if (sigtimedwait(&signals_, nullptr, &at_once) > 0) {
      farewell_();
      std::_Exit(EXIT_SUCCESS);
    }
    look_later();
  }

  Scheduler& loop_;
  std::function<void()> farewell_;
  sigset_t signals_{};
  Scheduler::TimerId timer_ = 0;
};

}  // namespace wac::ctl
