#pragma once
// Time is injected: nothing but a Scheduler's implementation reads a clock.

#include <chrono>
#include <cstdint>

namespace wac {

using Millis = std::chrono::milliseconds;
using Micros = std::chrono::microseconds;

/// Monotonic time: deadlines, timers, latencies.
using MonoTime = std::chrono::steady_clock::time_point;

/// Wall-clock time in milliseconds since the Unix epoch: leases, due times, timestamps that are stored.
/// Hosts are expected to keep their clocks within a second of each other (NTP).
using WallTime = std::chrono::sys_time<Millis>;

inline std::int64_t to_millis(WallTime t) {
  return t.time_since_epoch().count();
}
inline WallTime from_millis(std::int64_t ms) {
  return WallTime{Millis{ms}};
}

/// An absolute limit, passed down unchanged; never a relative timeout below the edge.
struct Deadline {
  MonoTime at = MonoTime::max();

  static Deadline never() { return {}; }
  bool passed(MonoTime now) const { return now >= at; }
  Deadline sooner(MonoTime other) const { return {other < at ? other : at}; }
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual MonoTime now() const = 0;
  virtual WallTime wall_now() const = 0;
};

}  // namespace wac
