// What only a cluster asks of the engine: partitions on several nodes at once.

#include "integration/store_redis/redis_fixture.h"
#include "store/redis/durability.h"

namespace wac::testing {
namespace {

class RedisClusterStore : public StoreConformance {
 protected:
  RedisCluster& cluster() { return ClusterHarness::cluster(); }
  static std::string name_in(Partition partition) {
    return "wac:{p" + std::string(partition.number < 10 ? "0" : "") + std::to_string(partition.number) +
           "}:x";
  }
  void move(Partition partition) {
    const std::size_t to = (cluster().owner_of(name_in(partition)) + 1) % cluster().size();
    cluster().begin_move(name_in(partition), to);
    cluster().move_keys(name_in(partition), to);
    cluster().end_move(name_in(partition), to);
  }
  std::size_t scanned(std::string cursor) {
    std::size_t count = 0;
    for (;;) {
      const auto page = run<Result<store::IntentStore::ScanPage>>(
          [&] { return store().intents().scan(partition_, cursor, 4); });
      EXPECT_TRUE(page);
      count += page->records.size();
      cursor = page->cursor;
      if (cursor.empty()) return count;
    }
  }
};

TEST_P(RedisClusterStore, EveryPartitionIsServedAndProved) {
  EXPECT_TRUE(run<Result<void>>([this] { return store().probe(at(0)); }));
  EXPECT_TRUE(store().healthy());
  std::set<std::size_t> nodes;
  for (int number = 0; number < 12; ++number) {
    NewIntent made = intent();
    made.sender = *SenderId::parse(std::to_string(100'000'000 + number));
    const auto claimed = run<Result<ClaimResult>>(
        [&] { return store().intents().claim(made, ClaimMode::kQueue, kLease, kRetention, at(0)); });
    ASSERT_TRUE(claimed);
    nodes.insert(cluster().owner_of(name_in(Partition::of(made.sender))));
    // One look into all partitions, on all nodes.
    std::vector<Partition> everywhere;
    for (std::uint16_t partition = 0; partition < Partition::kCount; ++partition)
      everywhere.push_back({partition});
    const auto found = run<Result<std::optional<store::IntentRecord>>>(
        [&] { return store().intents().find(made.id_fingerprint, everywhere, at(0)); });
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->key, made.key);
  }
  EXPECT_EQ(nodes.size(), 3U);
}

TEST_P(RedisClusterStore, APartitionThatMovesKeepsEverything) {
  const NewIntent made = intent();
  bring_to(made, IntentState::kSent);
  const NewIntent waits = intent();
  claim_new(waits, ClaimMode::kQueue, at(0));
  ingest_one(event(), at(0));
  move(partition_);
  EXPECT_EQ(found(made).state, IntentState::kSent);
  EXPECT_EQ(claim(made, ClaimMode::kSendNow, at(1)).outcome, ClaimOutcome::kDuplicate);
  EXPECT_EQ(take_one(DueAction::kSend, at(1)).key, waits.key);
  EXPECT_EQ(read("")->events.size(), 1U);
}

TEST_P(RedisClusterStore, AScanGoesOnWhereThePartitionWent) {
  for (int n = 0; n < 40; ++n) claim_new(intent(), ClaimMode::kQueue, at(0));
  const auto first =
      run<Result<store::IntentStore::ScanPage>>([&] { return store().intents().scan(partition_, "", 4); });
  ASSERT_TRUE(first);
  ASSERT_FALSE(first->cursor.empty());
  move(partition_);
  EXPECT_GE(scanned(first->cursor) + first->records.size(), 40U);
  EXPECT_EQ(scanned(""), 40U);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RedisClusterStore);
INSTANTIATE_TEST_SUITE_P(RedisCluster, RedisClusterStore, ::testing::ValuesIn(cluster_engines()),
                         engine_name);

}  // namespace
}  // namespace wac::testing
