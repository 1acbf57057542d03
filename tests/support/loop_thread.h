#pragma once
// An event loop on a thread of its own, driven from the test's thread. Tests that use it depend on `net`.

#include "base/task.h"
#include "net/event_loop.h"

#include <future>
#include <thread>

namespace wac::testing {

class LoopThread {
 public:
  LoopThread() : thread_([this] { loop_.run(); }) {}
  ~LoopThread() {
    loop_.stop();
    thread_.join();
  }
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;

  net::EventLoop& loop() { return loop_; }

  /// Runs `function` on the loop and returns what it returns.
  template <class Function>
  auto call(Function function) {
    std::packaged_task<decltype(function())()> work(std::move(function));
    auto result = work.get_future();
    loop_.post(std::move(work));
    return result.get();
  }

  /// Starts a task on the loop.
  template <class T>
  std::future<T> start(Task<T> task) {
    std::promise<T> promise;
    std::future<T> result = promise.get_future();
    loop_.post(
        [this, root = run(std::move(task), std::move(promise))]() mutable { scope_.spawn(std::move(root)); });
    return result;
  }

  /// Runs a task on the loop to its end.
  template <class T>
  T await(Task<T> task) {
    return start(std::move(task)).get();
  }

 private:
  template <class T>
  static Task<void> run(Task<T> task, std::promise<T> promise) {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(task);
      promise.set_value();
    } else {
      promise.set_value(co_await std::move(task));
    }
  }

  net::EventLoop loop_;
  TaskScope scope_;
  std::thread thread_;
};

}  // namespace wac::testing
