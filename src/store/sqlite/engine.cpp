#include "store/sqlite/engine.h"

#include "store/sqlite/schema.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wac::store::sqlite {
namespace {

using telemetry::Field;
using telemetry::Severity;

std::int64_t size_of(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 ? status.st_size : 0;
}

/// SQLite would take an empty file for a new database and delete the WAL that belongs to the lost one.
bool lost_its_file(const std::string& path) {
  return size_of(path) == 0 && size_of(path + "-wal") > 0;
}

/// Only its owner may read a new file; WAL and shared memory get the same permissions.
Result<void> touch(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return fail(ErrorCode::kUnavailable, "sqlite: database file", errno);
  ::close(fd);
  return {};
}

Result<std::unique_ptr<Connection>> connect(const std::string& path) {
  auto connection = Connection::open(path);
  if (connection) configure(**connection);
  return connection;
}

Result<void> prepare_file(const SqliteOptions& options) {
  if (lost_its_file(options.path)) return fail(ErrorCode::kCorrupt, "sqlite: WAL without its database");
  if (const auto touched = touch(options.path); !touched) return touched;
  auto connection = Connection::open(options.path);
  if (!connection) return std::unexpected(connection.error());
  if (const auto fit = inspect(**connection, options.check_bytes); !fit) return fit;
  configure(**connection);
  migrate(**connection);
  if (const auto failure = (*connection)->take_failure()) return std::unexpected(*failure);
  return {};
}

Result<std::unique_ptr<Session>> open_session(const std::string& path) {
  auto connection = connect(path);
  if (!connection) return std::unexpected(connection.error());
  auto session = std::make_unique<Session>(std::move(*connection));
  if (const auto failure = session->connection->take_failure()) return std::unexpected(*failure);
  return session;
}

Result<std::size_t> end_old_leases(Session& session, Millis unknown_window, WallTime now) {
  Connection& connection = *session.connection;
  connection.run("BEGIN IMMEDIATE");
  const std::size_t ended = end_leases(session, unknown_window, now);
  session.paces.write();
  connection.run("COMMIT");
  session.paces.written();
  if (const auto failure = connection.take_failure()) return std::unexpected(*failure);
  return ended;
}

}  // namespace

Engine::Engine(OwnerLock lock, Connections connections, const SqliteOptions& options,
               std::shared_ptr<telemetry::Logger> log)
    : lock_(std::move(lock)),
      checkpointer_(std::move(connections.checkpoints)),
      reader_(std::move(connections.reading), options.queued_operations),
      writer_(std::move(connections.writing), options, checkpointer_, std::move(log)) {}

Result<std::unique_ptr<SqliteEngine>> SqliteEngine::open(SqliteOptions options, WallTime now,
                                                         Millis unknown_window,
                                                         std::shared_ptr<telemetry::Logger> log) {
  auto lock = OwnerLock::take(options.path);
  if (!lock) return std::unexpected(lock.error());
  if (const auto ready = prepare_file(options); !ready) return std::unexpected(ready.error());

  auto writing = open_session(options.path);
  if (!writing) return std::unexpected(writing.error());
  const auto ended = end_old_leases(**writing, unknown_window, now);
  if (!ended) return std::unexpected(ended.error());
  auto reading = open_session(options.path);
  if (!reading) return std::unexpected(reading.error());
  (*reading)->connection->run("PRAGMA query_only = ON");
  auto checkpoints = connect(options.path);
  if (!checkpoints) return std::unexpected(checkpoints.error());

  log->log(Severity::kInfo, "embedded store open", Field{"leases_ended", *ended});
  Engine::Connections connections{std::move(*writing), std::move(*reading), std::move(*checkpoints)};
  return std::make_unique<Engine>(std::move(*lock), std::move(connections), options, std::move(log));
}

}  // namespace wac::store::sqlite
