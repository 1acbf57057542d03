#pragma once
// The one coroutine type. A Task starts when it is awaited (or spawned into a TaskScope) and runs on the
// event loop of whoever awaits it. It has no thread, no executor and no cancellation of its own: waiting
// operations take a Deadline.
//
// Rules (docs/toolchain.md): a Task taking a reference or a view must be awaited in the statement that
// creates it; what is spawned takes its arguments by value; no capturing lambda is a coroutine.

#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace wac {

template <class T = void>
class Task;

namespace detail {

struct FinalAwaiter {
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) const noexcept {
    return done.promise().continuation_;
  }
  void await_resume() const noexcept {}
};

struct PromiseBase {
  std::coroutine_handle<> continuation_ = std::noop_coroutine();
  std::exception_ptr exception_;

  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { exception_ = std::current_exception(); }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value_;
  Task<T> get_return_object();
  template <class U>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }
  T take() {
    if (exception_) std::rethrow_exception(exception_);
    return std::move(*value_);
  }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object();
  void return_void() const noexcept {}
  void take() const {
    if (exception_) std::rethrow_exception(exception_);
  }
};

}  // namespace detail

template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&&) = delete;
  Task(const Task&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  auto operator co_await() && noexcept {
    struct Awaiter {
      Handle handle;
      bool await_ready() const noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) const noexcept {
        handle.promise().continuation_ = waiting;
        return handle;
      }
      T await_resume() const { return handle.promise().take(); }
    };
    return Awaiter{handle_};
  }

 private:
  friend promise_type;
  explicit Task(Handle handle) : handle_(handle) {}
  Handle handle_;
};

namespace detail {
template <class T>
Task<T> Promise<T>::get_return_object() {
  return Task<T>{std::coroutine_handle<Promise>::from_promise(*this)};
}
inline Task<void> Promise<void>::get_return_object() {
  return Task<void>{std::coroutine_handle<Promise>::from_promise(*this)};
}
}  // namespace detail

/// One value handed from a callback to the one coroutine that waits for it. Both sides run on the same
/// loop; set() resumes the waiter inline. Shared, because the callback may outlive the waiter.
template <class T>
class OneShot {
 public:
  OneShot() : state_(std::make_shared<State>()) {}

  /// The first value wins; later ones are dropped. Returns whether this one won.
  bool set(T value) const {
    if (state_->value) return false;
    state_->value.emplace(std::move(value));
    if (auto waiter = std::exchange(state_->waiter, {})) waiter.resume();
    return true;
  }
  bool is_set() const { return state_->value.has_value(); }

  auto operator co_await() const noexcept {
    struct Awaiter {
      std::shared_ptr<State> state;
      bool await_ready() const noexcept { return state->value.has_value(); }
      void await_suspend(std::coroutine_handle<> waiting) const noexcept { state->waiter = waiting; }
      T await_resume() const { return std::move(*state->value); }
    };
    return Awaiter{state_};
  }

 private:
  struct State {
    std::optional<T> value;
    std::coroutine_handle<> waiter;
  };
  std::shared_ptr<State> state_;
};

/// Owns concurrently running tasks of one loop. Whoever owns the scope awaits join() before destroying it:
/// there is no detached work.
class TaskScope {
 public:
  TaskScope() = default;
  TaskScope(const TaskScope&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;
  ~TaskScope();

  /// Starts the task now, until its first suspension. An exception that escapes it is a bug: it ends the
  /// process through std::terminate, because half-done work must not look finished.
  void spawn(Task<void> task);

  std::size_t running() const { return running_; }

  /// Completes when every task spawned so far (or while waiting) has finished. One joiner at a time.
  auto join() noexcept {
    struct Awaiter {
      TaskScope& scope;
      bool await_ready() const noexcept { return scope.running_ == 0; }
      void await_suspend(std::coroutine_handle<> waiting) const noexcept { scope.joiner_ = waiting; }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this};
  }

 private:
  struct Root;
  static Root run(TaskScope* scope, Task<void> task);
  void finished();

  std::size_t running_ = 0;
  std::coroutine_handle<> joiner_;
};

}  // namespace wac
