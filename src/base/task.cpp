#include "base/task.h"

#include <cstdlib>

namespace wac {

struct TaskScope::Root {
  struct promise_type {
    Root get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };
};

TaskScope::~TaskScope() {
  if (running_ != 0) std::abort();
}

TaskScope::Root TaskScope::run(TaskScope* scope, Task<void> task) {
  co_await std::move(task);
  scope->finished();
}

void TaskScope::spawn(Task<void> task) {
  ++running_;
  run(this, std::move(task));
}

void TaskScope::finished() {
  if (--running_ != 0) return;
  if (auto joiner = std::exchange(joiner_, {})) joiner.resume();
}

}  // namespace wac
