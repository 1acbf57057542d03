#include "archive/disk_workers.h"

namespace wac::archive {

DiskThreads::DiskThreads(std::size_t threads) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

DiskThreads::~DiskThreads() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  ready_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void DiskThreads::submit(Job job) {
  {
    const std::lock_guard lock{mutex_};
    jobs_.push_back(std::move(job));
  }
  ready_.notify_one();
}

void DiskThreads::run() {
  for (;;) {
    Job job;
    {
      std::unique_lock lock{mutex_};
      ready_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
}

}  // namespace wac::archive
