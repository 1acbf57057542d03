#pragma once
// One engine, one store on one loop, and what the tests of the SQLite engine alone do with them.

#include "integration/store/sqlite_harness.h"
#include "integration/store/store_conformance.h"
#include "support/manual_scheduler.h"

namespace wac::testing {

class SqliteTest : public ::testing::Test {
 protected:
  ~SqliteTest() override { close(); }

  void open(WallTime now = {}) {
    engine_ = open_engine(options_, now).value();
    thread_.call([this] { store_ = engine_->make_store(thread_.loop()); });
  }
  void close() {
    if (!store_) return;
    const Deadline deadline{thread_.loop().now() + std::chrono::seconds{10}};
    run_on<void>(thread_, [this, deadline] { return store_->stop(deadline); });
    thread_.call([this] { store_.reset(); });
    engine_.reset();
  }

  /// The n-th of a reproducible series; `part` tells series apart.
  static crypto::Fingerprint fingerprint(std::uint32_t n, std::uint8_t part);
  static NewEvent event(std::uint32_t n, std::size_t bytes = 100);
  static NewIntent intent(std::uint32_t n);
  static SenderId sender() { return *SenderId::parse("100000001"); }
  static Partition partition() { return Partition::of(sender()); }
  static TenantId tenant() { return *TenantId::parse("tenant"); }

  using Claimed = Result<ClaimResult>;
  using Answers = Result<std::vector<Ingested>>;
  std::future<Answers> start_ingest(NewEvent event, WallTime now = {}, EventRules rules = {});
  Answers ingest(NewEvent event, WallTime now = {}, EventRules rules = {}) {
    return start_ingest(std::move(event), now, rules).get();
  }
  Claimed claim(NewIntent intent, WallTime now = {});
  std::size_t count_events();
  std::optional<IntentRecord> find(std::uint32_t n);
  std::size_t purge(WallTime now);

  TemporaryDirectory directory_;
  store::sqlite::SqliteOptions options_{.path = directory_.path("store.db")};
  LoopThread thread_;
  std::unique_ptr<store::sqlite::SqliteEngine> engine_;
  std::unique_ptr<store::Store> store_;
};

}  // namespace wac::testing
