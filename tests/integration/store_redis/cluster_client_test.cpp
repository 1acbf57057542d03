// The client on a real cluster: keys find their node, slots that move are followed, and a script never runs
// on half of its keys.

#include "integration/net_redis/redis_fixture.h"
#include "integration/store/store_conformance.h"
#include "integration/store_redis/redis_harness.h"

#include <set>

namespace wac::testing {
namespace {

using net::RedisScript;
using net::RedisScriptInput;

class RedisClusterClient : public net::RedisClientTest, public ::testing::WithParamInterface<EngineFactory> {
 protected:
  RedisClusterClient() { cluster_.flush(); }

  static std::string key(int partition) { return "wac:{p" + std::to_string(partition) + "}:k"; }
  static std::vector<std::string> keys() {
    std::vector<std::string> all;
    for (int partition = 10; partition < 74; ++partition) all.push_back(key(partition));
    return all;
  }
  Result<net::RedisReply> eval_at(const std::string& of, const RedisScript& script) {
    RedisScriptInput input;
    input.keys.arg(of);
    return loop_.await(eval(client_.get(), &script, input));
  }
  /// How often a node, or all, answered so since the last reset.
  int answered_with(const std::string& error) {
    int count = 0;
    for (std::size_t at = 0; at < cluster_.size(); ++at) {
      const std::string stats = cluster_.node(at).cli({"INFO", "errorstats"});
      const std::string name = "errorstat_" + error + ":count=";
      if (const auto found = stats.find(name); found != std::string::npos)
        count += std::stoi(stats.substr(found + name.size()));
    }
    return count;
  }
  void reset_stats() {
    for (std::size_t at = 0; at < cluster_.size(); ++at) cluster_.node(at).cli({"CONFIG", "RESETSTAT"});
  }
  /// A node that does not hold it.
  std::size_t elsewhere(const std::string& of) { return (cluster_.owner_of(of) + 1) % cluster_.size(); }

  RedisCluster& cluster_ = ClusterHarness::cluster();
};

TEST_P(RedisClusterClient, EachKeyGoesToItsNodeWithoutADetour) {
  connect(cluster_.url());
  EXPECT_TRUE(client_->in_cluster());
  reset_stats();
  for (const std::string& each : keys()) EXPECT_EQ(run({"SET", each, each})->text(), "OK");
  for (const std::string& each : keys()) EXPECT_EQ(run({"GET", each})->text(), each);
  for (std::size_t at = 0; at < cluster_.size(); ++at) EXPECT_NE(cluster_.node(at).cli({"DBSIZE"}), "0");
  EXPECT_EQ(answered_with("MOVED"), 0);
  EXPECT_TRUE(client_->connected());
  EXPECT_EQ(gained_, 1) << "told as one";
}

TEST_P(RedisClusterClient, AsksEachServerOnce) {
  connect(cluster_.url());
  const auto some = loop_.call([this] { return client_->one_per_server(keys()); });
  EXPECT_EQ(some.size(), 3U);
  const auto infos = loop_.await(client_->run_at_each(command({"INFO"}), keys()));
  ASSERT_TRUE(infos);
  std::set<std::string> ids;
  for (const auto& info : *infos) ids.emplace(info.text().substr(info.text().find("run_id:"), 47));
  EXPECT_EQ(ids.size(), 3U);
}

TEST_P(RedisClusterClient, EachNodeLearnsAScriptForItself) {
  connect(cluster_.url());
  const RedisScript script("return redis.call('INCR', KEYS[1]) .. '/' .. #KEYS .. '/' .. KEYS[2]");
  reset_stats();
  for (int round = 1; round <= 2; ++round) {
    for (int partition = 10; partition < 30; ++partition) {
      EXPECT_EQ(eval_at(key(partition), script)->text(),
                std::to_string(round) + "/2/wac:{p" + std::to_string(partition) + "}")
          << "with the guard as its last key";
    }
  }
  EXPECT_EQ(answered_with("NOSCRIPT"), 3);
}

TEST_P(RedisClusterClient, FollowsASlotThatHasMovedAndRemembersIt) {
  connect(cluster_.url());
  const std::string moving = key(10);
  run({"SET", moving, "1"});
  const std::size_t to = elsewhere(moving);
  cluster_.begin_move(moving, to);
  cluster_.move_keys(moving, to);
  cluster_.end_move(moving, to);
  reset_stats();
  EXPECT_EQ(run({"INCR", moving})->integer(), 2);
  EXPECT_EQ(answered_with("MOVED"), 1);
  const RedisScript script("return redis.call('INCR', KEYS[1])");
  EXPECT_EQ(eval_at(moving, script)->integer(), 3);
  EXPECT_EQ(answered_with("MOVED"), 1);
}

TEST_P(RedisClusterClient, WhileASlotMovesACommandFindsItsKeyOnEitherSide) {
  connect(cluster_.url());
  const std::string stays = key(11);
  const std::string goes = key(11) + "2";
  const std::string comes = key(11) + "3";
  run({"SET", stays, "1"});
  run({"SET", goes, "1"});
  const std::size_t from = cluster_.owner_of(stays);
  const std::size_t to = elsewhere(stays);
  cluster_.begin_move(stays, to);
  cluster_.node(from).cli(
      {"MIGRATE", "127.0.0.1", std::to_string(cluster_.node(to).port()), goes, "0", "5000"});
  EXPECT_EQ(run({"INCR", stays})->integer(), 2);
  EXPECT_EQ(run({"INCR", goes})->integer(), 2);
  EXPECT_EQ(run({"INCR", comes})->integer(), 1);
  EXPECT_GE(answered_with("ASK"), 2);
  cluster_.move_keys(stays, to);
  cluster_.end_move(stays, to);
  for (const std::string& each : {stays, goes}) EXPECT_EQ(run({"INCR", each})->integer(), 3);
  EXPECT_EQ(run({"INCR", comes})->integer(), 2);
}

TEST_P(RedisClusterClient, AScriptWaitsUntilAllItsKeysAreInOnePlace) {
  limits_.command_deadline = Millis{3'000};
  connect(cluster_.url());
  // It touches a key that it does not name, as ours do.
  const RedisScript script(
      "redis.call('INCR', KEYS[1]) return redis.call('INCR', string.sub(KEYS[1], 1, -2) .. 'unnamed')");
  const std::string moving = key(12);
  EXPECT_EQ(eval_at(moving, script)->integer(), 1);
  const std::size_t to = elsewhere(moving);
  cluster_.begin_move(moving, to);
  RedisScriptInput input;
  input.keys.arg(moving);
  auto waiting = loop_.start(eval(client_.get(), &script, input));
  ASSERT_TRUE(eventually([&] { return answered_with("TRYAGAIN") > 0; }));
  cluster_.move_keys(moving, to);
  EXPECT_EQ(waiting.wait_for(Millis{0}), std::future_status::timeout);
  cluster_.end_move(moving, to);
  EXPECT_EQ(waiting.get()->integer(), 2);
  EXPECT_EQ(run({"GET", moving})->text(), "2") << "it ran once";
}

TEST_P(RedisClusterClient, AScriptThatWaitsTooLongIsRefusedAndHasDoneNothing) {
  limits_.command_deadline = Millis{100};
  connect(cluster_.url());
  const RedisScript script("return redis.call('INCR', KEYS[1])");
  const std::string known = key(13);
  const std::string unknown = key(13) + "2";
  eval_at(known, script);
  const std::size_t to = elsewhere(known);
  cluster_.begin_move(known, to);
  for (const std::string& each : {known, unknown}) {
    const auto refused = eval_at(each, script);
    ASSERT_FALSE(refused) << each;
    EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  }
  EXPECT_TRUE(client_->connected());
  cluster_.move_keys(known, to);
  cluster_.end_move(known, to);
  EXPECT_EQ(eval_at(known, script)->integer(), 2);
  EXPECT_EQ(eval_at(unknown, script)->integer(), 1);
}

TEST_P(RedisClusterClient, StopEndsWhatWaits) {
  connect(cluster_.url());
  const RedisScript script("return redis.call('INCR', KEYS[1])");
  const std::string moving = key(14);
  const std::size_t to = elsewhere(moving);
  cluster_.begin_move(moving, to);
  RedisScriptInput input;
  input.keys.arg(moving);
  auto waiting = loop_.start(eval(client_.get(), &script, input));
  stop(Millis{1'000});
  EXPECT_EQ(waiting.get().error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(run({"GET", moving}).error().code, ErrorCode::kUnavailable);
  cluster_.end_move(moving, to);
}

TEST_P(RedisClusterClient, NodesThatDoNotKnowTheirAddressAreWhereTheyWereMet) {
  for (std::size_t at = 0; at < cluster_.size(); ++at)
    cluster_.node(at).cli({"CONFIG", "SET", "cluster-preferred-endpoint-type", "unknown-endpoint"});
  connect(cluster_.url());
  for (const std::string& each : keys()) EXPECT_EQ(run({"SET", each, each})->text(), "OK");
  for (std::size_t at = 0; at < cluster_.size(); ++at)
    cluster_.node(at).cli({"CONFIG", "SET", "cluster-preferred-endpoint-type", "ip"});
}

TEST_P(RedisClusterClient, ADatabaseThatAClusterDoesNotHaveIsNamedAsTheReason) {
  std::string url = cluster_.url();
  url.back() = '1';
  make(url);
  EXPECT_TRUE(eventually([this] { return last_error().code == ErrorCode::kInvalid; }));
  EXPECT_STREQ(last_error().where, "redis: a cluster has database 0 only");
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RedisClusterClient);
INSTANTIATE_TEST_SUITE_P(RedisCluster, RedisClusterClient, ::testing::ValuesIn(cluster_engines()),
                         engine_name);

/// A cluster of its own, over TLS with a password, whose second node fails.
class RedisClusterFailure : public net::RedisClientTest,
                            public ::testing::WithParamInterface<EngineFactory> {};

TEST_P(RedisClusterFailure, AReplicaThatTookOverIsFound) {
  RedisCluster cluster({.replicas = 1, .tls = &certificates_, .password = "secret"});
  connect(cluster.url());
  std::string lost;
  for (int number = 0; lost.empty() || cluster.owner_of(lost) != 1; ++number) {
    lost = "{" + std::to_string(number) + "}:k";
  }
  ASSERT_EQ(run({"SET", lost, "1"})->text(), "OK");
  ASSERT_TRUE(eventually([&] { return cluster.node(4).cli({"DBSIZE"}) == "1"; }));
  cluster.node(1).kill();
  EXPECT_TRUE(eventually([this] { return !loop_.call([this] { return client_->connected(); }); }));
  EXPECT_EQ(run({"GET", lost}).error().code, ErrorCode::kUnavailable);
  // Without a command of ours: by itself.
  EXPECT_TRUE(
      eventually([this] { return loop_.call([this] { return client_->connected(); }); }, Millis{15'000}));
  EXPECT_EQ(run({"INCR", lost})->integer(), 2);
  const RedisScript script("return redis.call('INCR', KEYS[1])");
  RedisScriptInput input;
  input.keys.arg(lost);
  EXPECT_EQ(loop_.await(eval(client_.get(), &script, input))->integer(), 3);
  // And the one the URL names may go, too.
  cluster.node(0).kill();
  EXPECT_EQ(run({"INCR", lost})->integer(), 4);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RedisClusterFailure);
INSTANTIATE_TEST_SUITE_P(RedisCluster, RedisClusterFailure, ::testing::ValuesIn(cluster_engines()),
                         engine_name);

}  // namespace
}  // namespace wac::testing
