#pragma once
// What the connections of one loop share: limits, handler, counters, and the sweep that enforces their
// deadlines. Lives on its loop, except for the counters. For net/ only.

#include "net/http_server.h"
#include "net/unique_fd.h"

#include <atomic>
#include <memory>
#include <vector>

namespace wac::net {

class HttpConnection;

/// A number that one thread changes and any thread reads.
class Counter {
 public:
  void add(std::ptrdiff_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + static_cast<std::uint64_t>(n),
                 std::memory_order_relaxed);
  }
  std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class HttpWorker : public std::enable_shared_from_this<HttpWorker> {
 public:
  /// Deadlines are looked at this often, so they are kept to within it.
  static constexpr Millis kSweepInterval{500};

  HttpWorker(EventLoop& loop, HttpHandler& handler, const HttpServerLimits& limits)
      : loop_(loop), handler_(handler), limits_(limits) {}

  EventLoop& loop() { return loop_; }
  HttpHandler& handler() { return handler_; }
  const HttpServerLimits& limits() const { return limits_; }
  bool draining() const { return draining_; }

  /// Takes over an accepted socket whose place was reserved with reserve(). Any thread.
  void adopt(UniqueFd socket, std::string peer);

  /// Closes idle connections now and the rest at `deadline`. `done` is called on this loop with whether all
  /// connections had ended by themselves.
  using Done = std::move_only_function<void(bool)>;
  void drain(Deadline deadline, Done done);

  /// Connections assigned to this worker, including those still on their way to its loop. Any thread.
  std::size_t assigned() const { return assigned_.load(std::memory_order_relaxed); }
  void reserve() { assigned_.fetch_add(1, std::memory_order_relaxed); }

  Counter requests_in_flight;
  Counter refused_framing;
  Counter refused_overload;

 private:
  friend class HttpConnection;
  static Task<void> serve(std::shared_ptr<HttpWorker> self, UniqueFd socket, std::string peer);
  /// A connection registers itself while it lives.
  void add(HttpConnection& connection);
  void remove(HttpConnection& connection);

  void arm_sweep();
  void sweep();
  void finish_drain(bool clean);

  EventLoop& loop_;
  HttpHandler& handler_;
  const HttpServerLimits limits_;
  std::atomic<std::size_t> assigned_{0};
  std::vector<HttpConnection*> connections_;
  Scheduler::TimerId sweep_timer_ = 0;
  bool draining_ = false;
  Scheduler::TimerId drain_timer_ = 0;
  std::vector<Done> drained_;
  /// Last, so that it is checked empty first.
  TaskScope tasks_;
};

}  // namespace wac::net
