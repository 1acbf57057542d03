#pragma once
// A SQLite engine in a directory of its own.

#include "integration/store/store_harness.h"
#include "store/sqlite/sqlite_store.h"

#include <filesystem>

namespace wac::testing {

/// Removed with everything in it at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::string path(std::string_view name) const { return (directory_ / name).string(); }

 private:
  std::filesystem::path directory_;
};

inline constexpr Millis kUnknownWindow{600'000};

/// Opens an engine with a silent logger.
Result<std::unique_ptr<store::sqlite::SqliteEngine>> open_engine(store::sqlite::SqliteOptions options,
                                                                 WallTime now);

std::unique_ptr<StoreHarness> make_sqlite_harness();

}  // namespace wac::testing
