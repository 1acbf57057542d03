#pragma once
// Threads that wait for disks, so that event loops do not.

#include "base/scheduler.h"
#include "base/task.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace wac::archive {

/// Any thread may submit.
class DiskWorkers {
 public:
  using Job = std::move_only_function<void()>;

  virtual ~DiskWorkers() = default;
  /// Carries the job out, in any order with others.
  virtual void submit(Job job) = 0;
};

class DiskThreads final : public DiskWorkers {
 public:
  explicit DiskThreads(std::size_t threads);
  /// Carries out what was submitted.
  ~DiskThreads() override;

  void submit(Job job) override;

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

/// Runs a function on a worker and comes back to the loop with what it returns. The loop runs at least until
/// then.
template <class T>
Task<T> on_disk(DiskWorkers& workers, Scheduler& loop, std::move_only_function<T()> work) {
  const OneShot<T> done;
  workers.submit([done, &loop, work = std::move(work)]() mutable {
    loop.post([done, value = work()]() mutable { done.set(std::move(value)); });
  });
  co_return co_await done;
}

}  // namespace wac::archive
