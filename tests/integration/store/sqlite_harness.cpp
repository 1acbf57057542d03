#include "integration/store/sqlite_harness.h"

#include "integration/store/record_conformance.h"
#include "integration/store/store_walk.h"

#include <cstdlib>

namespace wac::testing {
namespace {

class OpenSqlite final : public OpenStore {
 public:
  explicit OpenSqlite(std::unique_ptr<store::Store> store) : store_(std::move(store)) {}
  store::Store& store() override { return *store_; }
  Task<void> close(Deadline deadline) override { return store_->stop(deadline); }

 private:
  std::unique_ptr<store::Store> store_;
};

class SqliteHarness final : public StoreHarness {
 public:
  SqliteHarness() { restart(WallTime{}); }

  std::unique_ptr<OpenStore> open(net::EventLoop& loop) override {
    return std::make_unique<OpenSqlite>(engine_->make_store(loop));
  }

  void restart(WallTime now) override {
    engine_.reset();
    store::sqlite::SqliteOptions options;
    options.path = directory_.path("store.db");
    engine_ = open_engine(options, now).value();
  }

  void forget(LoopThread& thread, OpenStore& open, WallTime now) override {
    while (run_on<Result<std::size_t>>(thread, [&] { return open.store().purge(now); }).value() != 0) {
    }
  }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<store::sqlite::SqliteEngine> engine_;
};

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "wac-store-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) std::abort();
  directory_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

Result<std::unique_ptr<store::sqlite::SqliteEngine>> open_engine(store::sqlite::SqliteOptions options,
                                                                 WallTime now) {
  return store::sqlite::SqliteEngine::open(std::move(options), now, kUnknownWindow,
                                           telemetry::Logger::silent());
}

std::unique_ptr<StoreHarness> make_sqlite_harness() {
  return std::make_unique<SqliteHarness>();
}

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreConformance,
                         ::testing::Values(EngineFactory{"file", make_sqlite_harness}), engine_name);
INSTANTIATE_TEST_SUITE_P(Sqlite, StoreWalk, ::testing::Values(EngineFactory{"file", make_sqlite_harness}),
                         engine_name);
INSTANTIATE_TEST_SUITE_P(Sqlite, RecordConformance,
                         ::testing::Values(EngineFactory{"file", make_sqlite_harness}), engine_name);

}  // namespace wac::testing
