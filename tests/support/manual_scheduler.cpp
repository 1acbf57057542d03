#include "support/manual_scheduler.h"

#include <algorithm>

namespace wac::testing {

Scheduler::TimerId ManualScheduler::call_at(MonoTime at, Callback callback) {
  const TimerId id = next_id_++;
  timers_.emplace(std::pair{at, id}, std::move(callback));
  return id;
}

void ManualScheduler::cancel(TimerId id) {
  std::erase_if(timers_, [id](const auto& timer) { return timer.first.second == id; });
}

void ManualScheduler::run_ready() {
  while (!ready_.empty()) {
    Callback callback = std::move(ready_.front());
    ready_.pop_front();
    callback();
  }
}

void ManualScheduler::advance(Millis by) {
  const MonoTime end = now_ + by;
  run_ready();
  while (!timers_.empty() && timers_.begin()->first.first <= end) {
    auto timer = timers_.extract(timers_.begin());
    const MonoTime at = std::max(now_, timer.key().first);
    wall_ += std::chrono::duration_cast<Millis>(at - now_);
    now_ = at;
    timer.mapped()();
    run_ready();
  }
  wall_ += std::chrono::duration_cast<Millis>(end - now_);
  now_ = end;
}

void SeededRandom::fill(std::span<std::uint8_t> out) {
  for (auto& byte : out) {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    byte = static_cast<std::uint8_t>((z ^ (z >> 31U)) >> 56U);
  }
}

}  // namespace wac::testing
