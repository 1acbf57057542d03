// Redis that stops, forgets its scripts, is full or read-only: nothing is lost, and the store comes back.

#include "integration/store_redis/redis_fixture.h"

namespace wac::testing {
namespace {

using RedisFaultsTest = RedisStoreTest;

TEST_P(RedisFaultsTest, WithoutRedisNothingIsDoneAndTheSameStoreGoesOnAfterwards) {
  const NewIntent made = intent();
  bring_to(made, IntentState::kSent);
  EXPECT_TRUE(run<Result<void>>([this] { return store().probe(at(0)); }));
  server().stop();
  const auto claim_again = [&] {
    return store().intents().claim(made, ClaimMode::kSendNow, kLease, kRetention, at(1));
  };
  // The loss of the connection may be met by a command that was already written.
  const auto refused = [&] {
    const auto result = run<Result<ClaimResult>>(claim_again);
    return !result && result.error().code == ErrorCode::kUnavailable;
  };
  EXPECT_TRUE(eventually(refused));
  EXPECT_FALSE(store().healthy());
  EXPECT_EQ(run<Result<void>>([this] { return store().probe(at(1)); }).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(
      run<Result<StateCounts>>([this] { return store().intents().count(partition_, at(1)); }).error().code,
      ErrorCode::kUnavailable);

  server().start();
  EXPECT_TRUE(eventually([&] { return run<Result<ClaimResult>>(claim_again).has_value(); }));
  EXPECT_TRUE(store().healthy());
  EXPECT_EQ(run<Result<ClaimResult>>(claim_again)->outcome, ClaimOutcome::kDuplicate);
  EXPECT_EQ(found(made).state, IntentState::kSent);
}

TEST_P(RedisFaultsTest, AnAnswerThatNeverComesIsAnUnknownOutcome) {
  const NewIntent made = intent();
  claim_new(intent(), ClaimMode::kQueue, at(0));
  server().pause();
  const auto result = run<Result<ClaimResult>>(
      [&] { return store().intents().claim(made, ClaimMode::kQueue, kLease, kRetention, at(0)); });
  server().resume();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kUnknownOutcome);
  EXPECT_FALSE(store().healthy());
  // It was carried out after all; repeating it is harmless.
  const auto again = [&] {
    return run<Result<ClaimResult>>(
        [&] { return store().intents().claim(made, ClaimMode::kQueue, kLease, kRetention, at(0)); });
  };
  EXPECT_TRUE(eventually([&] {
    const auto repeated = again();
    return repeated && repeated->outcome == ClaimOutcome::kDuplicate;
  }));
}

TEST_P(RedisFaultsTest, AFlushOfTheScriptsIsNotNoticed) {
  bring_to(intent(), IntentState::kSent);
  server().cli({"SCRIPT", "FLUSH"});
  live_a_little();
  std::vector<NewEvent> events;
  for (int n = 0; n < 600; ++n) events.push_back(event());
  server().cli({"SCRIPT", "FLUSH"});
  EXPECT_EQ(ingest(events, at(1)).size(), 600U);
  EXPECT_TRUE(store().healthy());
}

TEST_P(RedisFaultsTest, AFullRedisIsUnavailableAndNothingWasDone) {
  const NewIntent made = intent();
  bring_to(intent(), IntentState::kSent);
  server().cli({"CONFIG", "SET", "maxmemory", "1"});
  const auto result = run<Result<ClaimResult>>(
      [&] { return store().intents().claim(made, ClaimMode::kQueue, kLease, kRetention, at(0)); });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kUnavailable);
  const NewEvent item = event();
  const auto ingested = run<Result<std::vector<Ingested>>>(
      [&] { return store().events().ingest(partition_, {item}, {}, at(0)); });
  ASSERT_FALSE(ingested);
  EXPECT_EQ(ingested.error().code, ErrorCode::kUnavailable);
  server().cli({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_FALSE(find(made));
  EXPECT_TRUE(ingest_one(item, at(1)).appended);
  EXPECT_EQ(claim(made, ClaimMode::kQueue, at(1)).outcome, ClaimOutcome::kNew);
}

TEST_P(RedisFaultsTest, AReadOnlyReplicaIsUnavailable) {
  bring_to(intent(), IntentState::kSent);
  server().cli({"REPLICAOF", "127.0.0.1", "1"});
  const auto result = run<Result<ClaimResult>>(
      [&] { return store().intents().claim(intent(), ClaimMode::kQueue, kLease, kRetention, at(0)); });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(run<Result<void>>([this] { return store().probe(at(1)); }).error().code, ErrorCode::kUnavailable);
  server().cli({"REPLICAOF", "NO", "ONE"});
  EXPECT_TRUE(run<Result<void>>([this] { return store().probe(at(1)); }));
}

TEST_P(RedisFaultsTest, AKeyOfAnotherTypeIsABugNotAnOutage) {
  const NewIntent made = intent();
  claim_new(made, ClaimMode::kQueue, at(0));
  lua("local key = redis.call('KEYS', '" + prefix() +
      "i:*')[1] redis.call('DEL', key) redis.call('SET', key, 1)");
  const auto result = run<Result<std::optional<IntentRecord>>>(
      [&] { return store().intents().find(made.id_fingerprint, {partition_}, at(0)); });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kInternal);
}

TEST_P(RedisFaultsTest, ADamagedRecordIsCorrupt) {
  const NewIntent made = intent();
  claim_new(made, ClaimMode::kQueue, at(0));
  lua("redis.call('HSET', redis.call('KEYS', '" + prefix() + "i:*')[1], 's', 'x')");
  const auto result = run<Result<std::optional<IntentRecord>>>(
      [&] { return store().intents().find(made.id_fingerprint, {partition_}, at(0)); });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kCorrupt);
}

TEST_P(RedisFaultsTest, AnIntentWhosePayloadWasDeletedIsDeadAndBlocksNobody) {
  const NewIntent made = intent();
  claim_new(made, ClaimMode::kQueue, at(0));
  lua("redis.call('DEL', redis.call('KEYS', '" + prefix() + "s:*')[1])");
  EXPECT_EQ(take_one(DueAction::kDead, at(1)).state, IntentState::kDead);
  EXPECT_EQ(found(made).state, IntentState::kDead);
  EXPECT_FALSE(take_due(at(2)).next_due);
}

TEST_P(RedisFaultsTest, APlaceInTheQueueWithoutIntentIsCleared) {
  const NewIntent made = intent();
  claim_new(made, ClaimMode::kQueue, at(0));
  lua("redis.call('DEL', redis.call('KEYS', '" + prefix() + "i:*')[1])");
  const DueBatch batch = take_due(at(1));
  EXPECT_TRUE(batch.items.empty());
  EXPECT_FALSE(batch.next_due);
}

TEST_P(RedisFaultsTest, AStoppedStoreTakesNoMoreWork) {
  const Deadline deadline{thread_->loop().now() + std::chrono::seconds{5}};
  run<int>([this, deadline]() -> Task<int> {
    return [](store::Store& store, Deadline until) -> Task<int> {
      co_await store.stop(until);
      co_return 0;
    }(store(), deadline);
  });
  const auto result = run<Result<ClaimResult>>(
      [&] { return store().intents().claim(intent(), ClaimMode::kQueue, kLease, kRetention, at(0)); });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kUnavailable);
}

INSTANTIATE_TEST_SUITE_P(Redis, RedisFaultsTest, ::testing::Values(EngineFactory{"plain", make_plain_redis}),
                         engine_name);

}  // namespace
}  // namespace wac::testing
