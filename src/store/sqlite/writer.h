#pragma once
// The one thread that writes: takes operations in groups, runs each group in one transaction, and answers
// when it is durable.

#include "store/sqlite/checkpointer.h"
#include "store/sqlite/operation_queue.h"
#include "store/sqlite/sqlite_store.h"

#include <atomic>
#include <span>

namespace wac::store::sqlite {

class Writer {
 public:
  Writer(std::unique_ptr<Session> session, const SqliteOptions& options, Checkpointer& checkpointer,
         std::shared_ptr<telemetry::Logger> log);
  /// Carries out what is queued, then ends the thread.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  OperationQueue& queue() { return queue_; }
  /// Whether the last transaction worked. Any thread.
  bool healthy() const { return healthy_.load(std::memory_order_relaxed); }

 private:
  using Group = std::vector<std::unique_ptr<Operation>>;

  void loop();
  void run(std::span<std::unique_ptr<Operation>> group);
  std::optional<Error> transact(std::span<std::unique_ptr<Operation>> group);
  std::optional<Error> roll_back();
  void report(const std::optional<Error>& failure);
  void care_for_wal();

  std::unique_ptr<Session> session_;
  Statement begin_, commit_, rollback_;
  SqliteOptions options_;
  Checkpointer& checkpointer_;
  std::shared_ptr<telemetry::Logger> log_;
  OperationQueue queue_;
  std::atomic<bool> healthy_{true};
  std::size_t wal_pages_ = 0;
  std::size_t asked_at_ = 0;  ///< pages of the WAL when a checkpoint was last asked for
  std::thread thread_;
};

/// Groups the operations by loop and sends them back.
void deliver(std::vector<std::unique_ptr<Operation>> finished);

}  // namespace wac::store::sqlite
