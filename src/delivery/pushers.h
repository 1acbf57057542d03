#pragma once
// The consumers that one loop serves: each consumer of the configuration has one loop of each instance.

#include "delivery/pusher.h"

#include <atomic>
#include <map>

namespace wac::delivery {

/// Which loop of a process serves a consumer.
std::size_t loop_of(const ConsumerName& name, std::size_t loops);

/// One per loop.
class Pushers {
 public:
  Pushers(PusherParts parts, std::size_t loop, std::size_t loops)
      : parts_(std::move(parts)), loop_(loop), loops_(loops) {}

  /// Begins with consumers that are new in the configuration in force, ends with those that are gone.
  void serve();
  /// Events of the tenant were appended.
  void notify(const TenantId& tenant);
  /// There are orders for a consumer of the tenant.
  void look(const TenantId& tenant);
  /// Takes nothing more, lets what is in flight finish until the deadline, and writes down how far it came.
  Task<void> stop(Deadline deadline);
  /// Takes what the gauges show. About once a second.
  void measure();

  // Any thread.
  std::size_t count() const { return count_.load(std::memory_order_relaxed); }
  /// Age of the oldest event that is being delivered or waits for it, by its own time; 0: there is none.
  Millis lag() const { return Millis{lag_.load(std::memory_order_relaxed)}; }
  /// Events read and not taken, at most a window's of each consumer.
  std::size_t pending() const { return pending_.load(std::memory_order_relaxed); }
  std::size_t dead_letters() const { return dead_letters_.load(std::memory_order_relaxed); }
  /// Consumers paused or stopped.
  std::size_t held_back() const { return held_back_.load(std::memory_order_relaxed); }

 private:
  void start(const ConsumerName& name);
  Task<void> run(ConsumerName name);
  template <class Do>
  void each_of(const TenantId& tenant, Do what);

  PusherParts parts_;
  std::size_t loop_;
  std::size_t loops_;
  std::map<ConsumerName, std::unique_ptr<Pusher>> pushers_;
  bool stopping_ = false;
  std::atomic<std::size_t> count_{0};
  std::atomic<std::int64_t> lag_{0};
  std::atomic<std::size_t> held_back_{0};
  std::atomic<std::size_t> pending_{0};
  std::atomic<std::size_t> dead_letters_{0};
  TaskScope scope_;
};

}  // namespace wac::delivery
