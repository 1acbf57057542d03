#include "store/sqlite/checkpointer.h"

#include <sqlite3.h>

namespace wac::store::sqlite {

Checkpointer::Checkpointer(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)), thread_([this] { loop(); }) {}

Checkpointer::~Checkpointer() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Checkpointer::request() {
  {
    const std::lock_guard lock{mutex_};
    requested_ = true;
  }
  wake_.notify_one();
}

// It moves what readers and the writer leave free to move. Failures are left to the next commit to meet.
void Checkpointer::run_now() {
  const std::lock_guard lock{connection_mutex_};
  sqlite3_wal_checkpoint_v2(connection_->raw(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

void Checkpointer::loop() {
  std::unique_lock lock{mutex_};
  for (;;) {
    wake_.wait(lock, [this] { return requested_ || stopping_; });
    if (stopping_) return;
    requested_ = false;
    lock.unlock();
    run_now();
    lock.lock();
  }
}

}  // namespace wac::store::sqlite
