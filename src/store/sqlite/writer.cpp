#include "store/sqlite/writer.h"

#include <sqlite3.h>

#include <algorithm>

namespace wac::store::sqlite {
namespace {

using telemetry::Field;
using telemetry::Severity;

/// While commits keep coming, the checkpointer never quite catches up and the WAL cannot begin anew. At this
/// multiple of its threshold the writer waits for the last pages to be moved, between two transactions.
constexpr std::size_t kWalLimit = 4;

/// A failed write of the WAL leaves no valid commit in it; a failed sync may.
bool may_be_durable(int result) {
  return (result & 0xff) == SQLITE_IOERR && result != SQLITE_IOERR_WRITE;
}

bool concerns_the_disk(const Error& error) {
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kUnknownOutcome ||
         error.code == ErrorCode::kCorrupt;
}

}  // namespace

Writer::Writer(std::unique_ptr<Session> session, const SqliteOptions& options, Checkpointer& checkpointer,
               std::shared_ptr<telemetry::Logger> log)
    : session_(std::move(session)),
      begin_(*session_->connection, "sqlite: begin", "BEGIN IMMEDIATE"),
      commit_(*session_->connection, "sqlite: commit", "COMMIT"),
      rollback_(*session_->connection, "sqlite: rollback", "ROLLBACK"),
      options_(options),
      checkpointer_(checkpointer),
      log_(std::move(log)),
      queue_(options.queued_operations) {
  const auto on_commit = [](void* self, sqlite3*, const char*, int pages) {
    static_cast<Writer*>(self)->wal_pages_ = static_cast<std::size_t>(pages);
    return SQLITE_OK;
  };
  sqlite3_wal_hook(session_->connection->raw(), on_commit, this);
  thread_ = std::thread{[this] { loop(); }};
}

Writer::~Writer() {
  queue_.close();
  thread_.join();
}

void Writer::loop() {
  for (;;) {
    Group group = queue_.take(options_.group, options_.group_wait);
    if (group.empty()) return;
    // Nobody waits for the work of a store that is gone: it is not begun.
    std::erase_if(group, [](const auto& operation) { return operation->link()->closed(); });
    if (group.empty()) continue;
    run(group);
    deliver(std::move(group));
    care_for_wal();
  }
}

// A savepoint for each operation would let one fail alone, at the price of copying every page it touches. So
// the group runs without, and only when something failed each operation is run again in a transaction of its
// own.
void Writer::run(std::span<std::unique_ptr<Operation>> group) {
  const auto failure = transact(group);
  report(failure);
  if (!failure) return;
  for (auto& operation : group) {
    auto own = failure;
    if (group.size() > 1 && failure->code != ErrorCode::kUnknownOutcome) {
      own = transact({&operation, 1});
      report(own);
    }
    if (own) operation->fail(*own);
  }
}

std::optional<Error> Writer::transact(std::span<std::unique_ptr<Operation>> group) {
  Connection& connection = *session_->connection;
  Query{begin_}.execute();
  for (auto& operation : group) {
    if (!connection.ok()) break;
    operation->run(*session_);
  }
  session_->paces.write();
  session_->evidence.write();
  if (!connection.ok()) return roll_back();
  Query{commit_}.execute();
  if (!connection.ok()) {
    const bool unknown = may_be_durable(connection.last_result());
    auto failure = roll_back();
    if (unknown && failure) failure->code = ErrorCode::kUnknownOutcome;
    return failure;
  }
  session_->paces.written();
  session_->evidence.written();
  return std::nullopt;
}

std::optional<Error> Writer::roll_back() {
  Connection& connection = *session_->connection;
  const auto failure = connection.take_failure();
  // Some failures end the transaction by themselves.
  if (connection.in_transaction()) Query{rollback_}.execute();
  connection.take_failure();
  session_->events.rolled_back();
  session_->paces.rolled_back();
  return failure;
}

void Writer::report(const std::optional<Error>& failure) {
  const bool healthy = !failure || !concerns_the_disk(*failure);
  if (healthy_.exchange(healthy, std::memory_order_relaxed) == healthy) return;
  if (healthy) {
    log_->log(Severity::kInfo, "store writable again");
  } else {
    log_->log(Severity::kError, "store cannot write", Field{"error", *failure});
  }
}

void Writer::care_for_wal() {
  if (wal_pages_ < asked_at_) asked_at_ = 0;  // it began anew
  const std::size_t limit = kWalLimit * options_.checkpoint_pages;
  if (wal_pages_ >= limit) {
    checkpointer_.run_now();
  } else if (wal_pages_ - asked_at_ >= options_.checkpoint_pages ||
             wal_pages_ >= limit - options_.checkpoint_pages / 4) {
    // Not after every commit from the first time on: what many commits write again is moved once. But shortly
    // before the limit, so that whoever must wait there waits for a few pages only.
    checkpointer_.request();
    asked_at_ = wal_pages_;
  }
}

void deliver(std::vector<std::unique_ptr<Operation>> finished) {
  std::vector<std::vector<std::unique_ptr<Operation>>> loops;
  for (auto& operation : finished) {
    const auto same = [&](const auto& loop) { return loop.front()->link() == operation->link(); };
    auto found = std::ranges::find_if(loops, same);
    if (found == loops.end()) found = loops.insert(loops.end(), std::vector<std::unique_ptr<Operation>>{});
    found->push_back(std::move(operation));
  }
  for (auto& loop : loops) {
    const auto link = loop.front()->link();
    link->deliver(std::move(loop));
  }
}

}  // namespace wac::store::sqlite
