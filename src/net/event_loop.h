#pragma once
// One event loop: one thread, one io_context. Everything made with a loop belongs to it and is touched only
// on its thread; other threads reach it through post().

#include "base/scheduler.h"

#include <memory>

namespace wac::net {

class EventLoop final : public Scheduler {
 public:
  EventLoop();
  ~EventLoop() override;
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Runs handlers on the calling thread until stop().
  void run();
  /// Runs what is ready without blocking; returns the number of handlers run. For tests.
  std::size_t run_ready();
  /// Ends run() after the current handler. Any thread. Emergency and end-of-life only: pending work stays
  /// suspended, so services are drained first.
  void stop();

  MonoTime now() const override;
  WallTime wall_now() const override;
  /// Any thread.
  void post(Callback callback) override;
  TimerId call_at(MonoTime at, Callback callback) override;
  void cancel(TimerId id) override;

  /// Seen by net/ only.
  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace wac::net
