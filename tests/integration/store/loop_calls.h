#pragma once
// Calls from the test's thread whose task is also made on the loop, as the store's users do.

#include "support/loop_thread.h"

#include <functional>

namespace wac::testing {

/// The loop of the conformance suite.
class SuiteThread final : public LoopThread {
 public:
  /// Runs a function without a result on the loop.
  void on_loop(std::function<void()> function) { call(std::move(function)); }
};

namespace detail {
template <class T>
Task<T> made_there(std::function<Task<T>()> make) {
  if constexpr (std::is_void_v<T>) {
    co_await make();
  } else {
    co_return co_await make();
  }
}
}  // namespace detail

/// Starts the task that `make` returns on the loop.
template <class T>
std::future<T> start_on(LoopThread& thread, std::function<Task<T>()> make) {
  return thread.start(detail::made_there<T>(std::move(make)));
}

/// Runs it to its end.
template <class T>
T run_on(LoopThread& thread, std::function<Task<T>()> make) {
  return start_on<T>(thread, std::move(make)).get();
}

}  // namespace wac::testing
