#pragma once
// What a coroutine needs of the loop it runs on: time, timers and a way back onto it. net::EventLoop is the
// real one; ManualScheduler (tests/support) moves time by hand.

#include "base/time.h"

#include <coroutine>
#include <functional>

namespace wac {

class Scheduler : public Clock {
 public:
  using Callback = std::move_only_function<void()>;
  using TimerId = std::uint64_t;

  /// Runs the callback on the loop, after the current turn. The only member other threads may call.
  virtual void post(Callback callback) = 0;

  /// Runs the callback on the loop once `at` has passed. Ids are never reused and never 0.
  virtual TimerId call_at(MonoTime at, Callback callback) = 0;

  /// After this the callback does not run. Unknown or finished ids are ignored.
  virtual void cancel(TimerId id) = 0;
};

/// `co_await sleep_until(scheduler, t)`.
inline auto sleep_until(Scheduler& scheduler, MonoTime at) {
  struct Awaiter {
    Scheduler& scheduler;
    MonoTime at;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) const {
      scheduler.call_at(at, [waiting] { waiting.resume(); });
    }
    void await_resume() const noexcept {}
  };
  return Awaiter{scheduler, at};
}

/// Gives other work of the loop a turn.
inline auto yield_to(Scheduler& scheduler) {
  struct Awaiter {
    Scheduler& scheduler;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) const {
      scheduler.post([waiting] { waiting.resume(); });
    }
    void await_resume() const noexcept {}
  };
  return Awaiter{scheduler};
}

}  // namespace wac
