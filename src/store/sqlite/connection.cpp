#include "store/sqlite/connection.h"

#include <sqlite3.h>

namespace wac::store::sqlite {
namespace {

/// How long a statement waits for another connection of ours; only recovery and checkpoints make one wait.
constexpr int kBusyMillis = 10'000;

}  // namespace

Error error_of(int result, const char* where) {
  switch (result & 0xff) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_NOMEM:
      return {ErrorCode::kUnavailable, result, where};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorCode::kCorrupt, result, where};
    default:
      return {ErrorCode::kInternal, result, where};
  }
}

Result<std::unique_ptr<Connection>> Connection::open(const std::string& path) {
  sqlite3* db = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int result = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
  auto connection = std::unique_ptr<Connection>(new Connection(db));
  if (result != SQLITE_OK) return std::unexpected(error_of(result, "sqlite: open"));
  sqlite3_busy_timeout(db, kBusyMillis);
  return connection;
}

Connection::~Connection() {
  sqlite3_close_v2(db_);
}

void Connection::run(const char* sql) {
  if (!ok()) return;
  const int result = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) note(result, sql);
}

void Connection::note(int result, const char* where) {
  if (failure_) return;
  last_result_ = result;
  failure_ = error_of(result, where);
}

void Connection::note_corrupt(const char* where) {
  note(SQLITE_CORRUPT, where);
}

std::int64_t Connection::last_row() const {
  return sqlite3_last_insert_rowid(db_);
}

bool Connection::in_transaction() const {
  return sqlite3_get_autocommit(db_) == 0;
}

std::int64_t Connection::changes() const {
  return sqlite3_changes64(db_);
}

Statement::Statement(Connection& connection, const char* where, std::string_view sql)
    : connection_(connection), where_(where) {
  if (!connection.ok()) return;
  const int result = sqlite3_prepare_v3(connection.raw(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &stmt_, nullptr);
  if (result != SQLITE_OK) connection.note(result, where);
}

Statement::~Statement() {
  sqlite3_finalize(stmt_);
}

Query::~Query() {
  if (statement_.stmt_ != nullptr) sqlite3_reset(statement_.stmt_);
}

bool Query::step() {
  if (!statement_.connection_.ok() || statement_.stmt_ == nullptr) return false;
  const int result = sqlite3_step(statement_.stmt_);
  if (result == SQLITE_ROW) return true;
  if (result != SQLITE_DONE) statement_.connection_.note(result, statement_.where_);
  return false;
}

std::int64_t Query::execute() {
  while (step()) {
  }
  return statement_.connection_.ok() ? statement_.connection_.changes() : 0;
}

std::int64_t Query::integer(int column) const {
  return sqlite3_column_int64(statement_.stmt_, column);
}

double Query::real(int column) const {
  return sqlite3_column_double(statement_.stmt_, column);
}

std::optional<WallTime> Query::optional_time(int column) const {
  if (is_null(column)) return std::nullopt;
  return time(column);
}

bool Query::is_null(int column) const {
  return sqlite3_column_type(statement_.stmt_, column) == SQLITE_NULL;
}

std::string_view Query::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_.stmt_, column));
  const int size = sqlite3_column_bytes(statement_.stmt_, column);
  return data == nullptr ? std::string_view{} : std::string_view{data, static_cast<std::size_t>(size)};
}

void Query::bind(int index, std::int64_t value) {
  sqlite3_bind_int64(statement_.stmt_, index, value);
}

void Query::bind(int index, double value) {
  sqlite3_bind_double(statement_.stmt_, index, value);
}

void Query::bind(int index, const std::optional<double>& value) {
  if (value) {
    bind(index, *value);
  } else {
    bind(index, nullptr);
  }
}

void Query::bind(int index, const std::optional<std::int64_t>& value) {
  if (value) {
    bind(index, *value);
  } else {
    bind(index, nullptr);
  }
}

void Query::bind(int index, const std::optional<WallTime>& value) {
  if (value) {
    bind(index, *value);
  } else {
    bind(index, nullptr);
  }
}

// The null destructor is SQLITE_STATIC: the caller's memory is used in place. Empty values are values, not
// NULL.
void Query::bind(int index, std::string_view text) {
  const char* data = text.data() == nullptr ? "" : text.data();
  sqlite3_bind_text(statement_.stmt_, index, data, static_cast<int>(text.size()), nullptr);
}

void Query::bind(int index, Bytes blob) {
  const char* data = blob.bytes.data() == nullptr ? "" : blob.bytes.data();
  sqlite3_bind_blob(statement_.stmt_, index, data, static_cast<int>(blob.bytes.size()), nullptr);
}

void Query::bind(int index, OptionalPrint print) {
  if (print.raw.find_first_not_of('\0') == std::string_view::npos) {
    bind(index, nullptr);
  } else {
    bind(index, Bytes{print.raw});
  }
}

void Query::bind(int index, std::nullptr_t) {
  sqlite3_bind_null(statement_.stmt_, index);
}

}  // namespace wac::store::sqlite
