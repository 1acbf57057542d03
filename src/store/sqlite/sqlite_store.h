#pragma once
// The embedded engine: one SQLite file in WAL mode with synchronous=FULL, one writer thread with group commit
// (up to 256 operations or 1 ms), checkpoints on a second connection. One process owns the file: a second one
// is refused.

#include "base/error.h"
#include "base/scheduler.h"
#include "store/store.h"
#include "telemetry/log.h"

#include <memory>
#include <string>

namespace wac::store::sqlite {

struct SqliteOptions {
  std::string path;                        ///< database file; its directory must exist
  std::size_t queued_operations = 50'000;  ///< beyond it: kOverloaded, nothing done
  std::size_t group = 256;                 ///< operations per commit at most
  Millis group_wait{1};  ///< how long the first operation of a group waits for more, under load
  std::size_t checkpoint_pages = 4'000;    ///< WAL pages after which the second connection checkpoints
  std::uint64_t check_bytes = 64U << 20U;  ///< files up to this size are checked page by page at open
};

/// The writer thread and the file. Outlives the Stores made from it.
class SqliteEngine {
 public:
  /// Blocking. Creates or migrates the schema, takes the owner's lock (kConflict when another process has
  /// it), ends the leases of the previous process: those intents are unknown until `now + unknown_window`.
  /// kCorrupt: the file is damaged, or its WAL is there without it; it is left as it is, never made anew.
  /// kInvalid: another program's database, or one of a newer version. kUnavailable: cannot be opened.
  static Result<std::unique_ptr<SqliteEngine>> open(SqliteOptions options, WallTime now,
                                                    Millis unknown_window,
                                                    std::shared_ptr<telemetry::Logger> log);
  virtual ~SqliteEngine() = default;

  /// A store whose results come back on `loop`; used and destroyed on the loop's thread. What it answers:
  /// kUnavailable (disk full, I/O error, stopped: nothing was done), kUnknownOutcome (a commit could not be
  /// synced), kCorrupt (damage met while reading), kOverloaded (queue full: nothing was done).
  virtual std::unique_ptr<Store> make_store(Scheduler& loop) = 0;
};

}  // namespace wac::store::sqlite
