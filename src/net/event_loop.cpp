#include "net/event_loop.h"

#include "net/event_loop_impl.h"

#include <boost/asio/post.hpp>

namespace wac::net {

void EventLoop::Impl::arm() {
  if (timers.empty()) return;
  const MonoTime earliest = timers.begin()->first.first;
  if (earliest >= armed) return;
  armed = earliest;
  alarm.expires_at(earliest);
  alarm.async_wait([this](const boost::system::error_code& ec) {
    if (ec == asio::error::operation_aborted) return;
    fire();
  });
}

void EventLoop::Impl::fire() {
  armed = MonoTime::max();
  // Timers added while these run wait for the next alarm, so that one that re-adds itself cannot starve I/O.
  const MonoTime now = std::chrono::steady_clock::now();
  const TimerId end = next_id;
  while (!timers.empty() && timers.begin()->first.first <= now && timers.begin()->first.second < end) {
    auto timer = timers.extract(timers.begin());
    times.erase(timer.key().second);
    timer.mapped()();
  }
  arm();
}

EventLoop::EventLoop() : impl_(std::make_unique<Impl>()) {}
EventLoop::~EventLoop() = default;

void EventLoop::run() {
  impl_->ioc.run();
}

std::size_t EventLoop::run_ready() {
  return impl_->ioc.poll();
}

void EventLoop::stop() {
  impl_->ioc.stop();
}

MonoTime EventLoop::now() const {
  return std::chrono::steady_clock::now();
}

WallTime EventLoop::wall_now() const {
  return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
}

void EventLoop::post(Callback callback) {
  asio::post(impl_->ioc, std::move(callback));
}

Scheduler::TimerId EventLoop::call_at(MonoTime at, Callback callback) {
  const TimerId id = impl_->next_id++;
  impl_->timers.emplace(std::pair{at, id}, std::move(callback));
  impl_->times.emplace(id, at);
  impl_->arm();
  return id;
}

void EventLoop::cancel(TimerId id) {
  const auto found = impl_->times.find(id);
  if (found == impl_->times.end()) return;
  impl_->timers.erase({found->second, id});
  impl_->times.erase(found);
}

}  // namespace wac::net
