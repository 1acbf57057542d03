#pragma once
// The inside of an EventLoop, for net/ only.

#include "net/event_loop.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <map>
#include <unordered_map>

namespace wac::net {

namespace asio = boost::asio;

struct EventLoop::Impl {
  // The hint 1 saves wake-ups between threads; locking stays, so that post() from other threads is fine.
  asio::io_context ioc{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{ioc.get_executor()};

  // All timers share one alarm of the kernel's. It is only re-armed for an earlier time: cancelling costs no
  // system call, and an alarm that fires for nothing is harmless.
  std::map<std::pair<MonoTime, TimerId>, Callback> timers;
  std::unordered_map<TimerId, MonoTime> times;
  asio::steady_timer alarm{ioc};
  MonoTime armed = MonoTime::max();
  TimerId next_id = 1;

  void arm();
  void fire();
};

}  // namespace wac::net
