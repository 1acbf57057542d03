#pragma once
// One connection to the database file and its prepared statements. Failures are sticky: after the first one
// every statement of the connection does nothing, until the owner of the transaction takes the failure and
// rolls back. So the code between reads like plain steps, and cannot act on what it failed to read.
//
// A connection and its statements belong to one thread at a time.

#include "base/error.h"
#include "base/time.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

namespace wac::store::sqlite {

/// A text column's value is a std::string_view; this one is a BLOB's.
struct Bytes {
  std::string_view bytes;
};
/// A fingerprint's value is a BLOB; NULL where it is all zero.
struct OptionalPrint {
  std::string_view raw;
};

class Connection {
 public:
  /// kUnavailable: cannot be opened; kCorrupt: not a database.
  static Result<std::unique_ptr<Connection>> open(const std::string& path);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Statements without parameters or results. A literal: it also names the place of a failure.
  void run(const char* sql);

  bool ok() const { return !failure_; }
  /// Ends the sticky state. Nothing when nothing failed.
  std::optional<Error> take_failure() { return std::exchange(failure_, std::nullopt); }
  /// Records a result code of SQLite as a failure; also used for data that contradicts itself (kCorrupt).
  void note(int result, const char* where);
  void note_corrupt(const char* where);
  /// The extended result code of the last failure.
  int last_result() const { return last_result_; }

  bool in_transaction() const;
  /// Rows changed by the last statement.
  std::int64_t changes() const;
  /// The row of the last insert.
  std::int64_t last_row() const;
  sqlite3* raw() { return db_; }

 private:
  explicit Connection(sqlite3* db) : db_(db) {}
  sqlite3* db_;
  std::optional<Error> failure_;
  int last_result_ = 0;
};

/// What a result code means for a caller: kUnavailable (disk full, I/O error, busy: nothing was done),
/// kCorrupt or kInternal.
Error error_of(int result, const char* where);

/// A prepared statement, kept for the life of its connection. Use it through a Query.
class Statement {
 public:
  /// `where`: a literal that names the place of a failure.
  Statement(Connection& connection, const char* where, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

 private:
  friend class Query;
  Connection& connection_;
  const char* where_;
  sqlite3_stmt* stmt_ = nullptr;
};

/// One execution of a statement. Bound texts and blobs must outlive it; what columns return is valid until
/// the next step().
class Query {
 public:
  template <class... Values>
  explicit Query(Statement& statement, const Values&... values) : statement_(statement) {
    if (!statement_.connection_.ok() || statement_.stmt_ == nullptr) return;
    int index = 0;
    (bind(++index, values), ...);
  }
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  /// Whether there is a (next) row.
  bool step();
  /// For statements without rows: the number of rows changed.
  std::int64_t execute();

  std::int64_t integer(int column) const;
  double real(int column) const;
  WallTime time(int column) const { return from_millis(integer(column)); }
  std::optional<WallTime> optional_time(int column) const;
  bool is_null(int column) const;
  /// Text or blob.
  std::string_view bytes(int column) const;

 private:
  void bind(int index, std::int64_t value);
  void bind(int index, std::uint64_t value) { bind(index, static_cast<std::int64_t>(value)); }
  void bind(int index, std::uint32_t value) { bind(index, static_cast<std::int64_t>(value)); }
  void bind(int index, std::uint16_t value) { bind(index, static_cast<std::int64_t>(value)); }
  void bind(int index, double value);
  void bind(int index, const std::optional<double>& value);
  void bind(int index, const std::optional<std::int64_t>& value);
  void bind(int index, WallTime value) { bind(index, to_millis(value)); }
  void bind(int index, const std::optional<WallTime>& value);
  void bind(int index, std::string_view text);
  void bind(int index, Bytes blob);
  void bind(int index, OptionalPrint print);
  void bind(int index, std::nullptr_t);

  Statement& statement_;
};

}  // namespace wac::store::sqlite
