#pragma once
// A loop whose time moves by hand: no test ever sleeps.

#include "base/random.h"
#include "base/scheduler.h"
#include "base/task.h"

#include <deque>
#include <map>

namespace wac::testing {

class ManualScheduler final : public Scheduler {
 public:
  MonoTime now() const override { return now_; }
  WallTime wall_now() const override { return wall_; }
  void post(Callback callback) override { ready_.push_back(std::move(callback)); }
  TimerId call_at(MonoTime at, Callback callback) override;
  void cancel(TimerId id) override;

  /// Runs everything that is ready, without moving time.
  void run_ready();
  /// Moves both clocks forward, firing timers in order on the way.
  void advance(Millis by);
  std::size_t timers() const { return timers_.size(); }

 private:
  MonoTime now_{std::chrono::hours{1}};
  WallTime wall_{from_millis(1'790'000'000'000)};
  TimerId next_id_ = 1;
  std::deque<Callback> ready_;
  std::map<std::pair<MonoTime, TimerId>, Callback> timers_;
};

/// Reproducible bytes (SplitMix64).
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> out) override;

 private:
  std::uint64_t state_;
};

/// Runs a task that must finish without time passing, and returns its value.
template <class T>
T run_now(ManualScheduler& scheduler, Task<T> task) {
  std::optional<T> value;
  TaskScope scope;
  const auto wrap = [](Task<T> inner, std::optional<T>& out) -> Task<void> {
    out.emplace(co_await std::move(inner));
  };
  scope.spawn(wrap(std::move(task), value));
  scheduler.run_ready();
  if (!value) std::abort();
  return std::move(*value);
}

}  // namespace wac::testing
