#pragma once
// Work for a thread of the engine, and its way back to the loop that asked for it.

#include "base/scheduler.h"
#include "base/task.h"
#include "store/sqlite/session.h"

#include <mutex>

namespace wac::store::sqlite {

class Operation;

/// A loop as other threads see it. Closed on the loop, before the loop may go: nothing arrives afterwards.
class LoopLink {
 public:
  explicit LoopLink(Scheduler& loop) : loop_(&loop) {}
  /// Any thread. Results of one group arrive in one turn of the loop.
  void deliver(std::vector<std::unique_ptr<Operation>> finished);
  void close();
  bool closed();

 private:
  std::mutex mutex_;
  Scheduler* loop_;
};

class Operation {
 public:
  explicit Operation(std::shared_ptr<LoopLink> link) : link_(std::move(link)) {}
  virtual ~Operation() = default;
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  /// On the engine's thread, inside a transaction. Repeatable: a group that fails is run again one by one.
  virtual void run(Session& session) = 0;
  /// Instead of what run() found.
  virtual void fail(const Error& error) = 0;
  /// On the loop.
  virtual void deliver() = 0;
  const std::shared_ptr<LoopLink>& link() const { return link_; }

 private:
  std::shared_ptr<LoopLink> link_;
};

/// `Work`: `Result<T>(Session&)`, without effects outside the session.
template <class T, class Work>
class TypedOperation final : public Operation {
 public:
  TypedOperation(std::shared_ptr<LoopLink> link, OneShot<Result<T>> waiter, Work work)
      : Operation(std::move(link)), waiter_(std::move(waiter)), work_(std::move(work)) {}

  void run(Session& session) override { result_.emplace(work_(session)); }
  void fail(const Error& error) override { result_.emplace(std::unexpected(error)); }
  void deliver() override { waiter_.set(std::move(*result_)); }

 private:
  OneShot<Result<T>> waiter_;
  Work work_;
  std::optional<Result<T>> result_;
};

}  // namespace wac::store::sqlite
