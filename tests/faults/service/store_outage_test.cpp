// Redis stops, hangs or crashes under load; Graph times out, resets and throttles meanwhile.

#include "campaign.h"

namespace wac::testing {
namespace {

class StoreOutageTest : public ::testing::Test {
 protected:
  void launch(RedisServerOptions options) {
    redis_.emplace(std::move(options));
    start({});
  }
  /// Nothing counts before the replica has it, too.
  void launch_with_replica() {
    // Else it waits 5 s for others before it lets a replica in.
    redis_.emplace(RedisServerOptions{.arguments = {"--repl-diskless-sync-delay", "0"}});
    replica_.emplace(
        RedisServerOptions{.arguments = {"--replicaof", "127.0.0.1 " + std::to_string(redis_->port())}});
    ASSERT_TRUE(eventually(
        [&] { return redis_->cli({"INFO", "replication"}).find("state=online") != std::string::npos; },
        Millis{10'000}));
    start({{"REDIS_WAIT", "1"}});
  }
  void start(const Environment& more) {
    Environment env = campaign_environment();
    env.insert(env.end(), more.begin(), more.end());
    const std::uint16_t graph_port = free_port();
    connector_.emplace(ConnectorOptions{.graph_url = "http://127.0.0.1:" + std::to_string(graph_port),
                                        .redis_url = redis_->url(),
                                        .env = std::move(env)});
    sandbox_.emplace(connector_->webhook_url(),
                     std::vector<std::string>{"--webhook-retry-ms", "100", "--status-delay-ms", "5/10/15",
                                              "--reply", "never"},
                     graph_port);
    connector_->start();
    campaign_.emplace(*connector_, *sandbox_, CampaignSize{.intents = 200, .webhooks = 200, .threads = 4});
    campaign_->start();
  }
  void at(std::size_t percent) {
    ASSERT_TRUE(eventually([&] { return campaign_->progress() >= campaign_->total() * percent / 100; },
                           Millis{60'000}));
  }

  std::optional<RedisServer> redis_;
  std::optional<RedisServer> replica_;
  std::optional<Connector> connector_;
  std::optional<Sandbox> sandbox_;
  std::optional<Campaign> campaign_;
};

TEST_F(StoreOutageTest, AHangingRedisIsOutlasted) {
  launch({});
  for (const std::size_t percent : {20U, 50U, 80U}) {
    at(percent);
    redis_->pause();
    // Longer than a command's deadline: written commands end with an unknown outcome.
    EXPECT_TRUE(eventually([&] { return connector_->get_admin("/readyz").status == 503; }, Millis{10'000}));
    redis_->resume();
    EXPECT_TRUE(eventually([&] { return connector_->get_admin("/readyz").status == 200; }, Millis{10'000}));
  }
  campaign_->verify(Millis{60'000});
}

TEST_F(StoreOutageTest, AReplicaThatIsAwayIsOutlasted) {
  launch_with_replica();
  for (const std::size_t percent : {25U, 60U}) {
    at(percent);
    replica_->pause();
    EXPECT_TRUE(eventually([&] { return connector_->get_admin("/readyz").status == 503; }, Millis{10'000}));
    replica_->resume();
    EXPECT_TRUE(eventually([&] { return connector_->get_admin("/readyz").status == 200; }, Millis{10'000}));
  }
  campaign_->verify(Millis{60'000});
}

TEST_F(StoreOutageTest, ACrashingRedisThatSyncsEveryWriteLosesNothing) {
  RedisServerOptions options;
  options.persistence = RedisServerOptions::Persistence::kAppendOnly;
  options.arguments = {"--appendfsync", "always"};
  launch(options);
  for (const std::size_t percent : {25U, 60U}) {
    at(percent);
    redis_->kill();
    EXPECT_TRUE(eventually([&] { return connector_->get_admin("/readyz").status == 503; }, Millis{10'000}));
    redis_->start();
    EXPECT_TRUE(eventually([&] { return connector_->get_admin("/readyz").status == 200; }, Millis{10'000}));
  }
  campaign_->verify(Millis{60'000});
}

TEST_F(StoreOutageTest, AGraphThatFailsInEveryWayStillGetsEachIntentOnce) {
  launch({});
  sandbox_->set_faults(
      R"([{"kind":"accept_then_no_answer","percent":5},{"kind":"accept_then_reset","percent":5},{"kind":"reset","percent":5},)"
      R"({"kind":"half_body","percent":5},{"kind":"html","status":502,"percent":5},{"kind":"throttle","code":130429,"percent":10}])");
  at(100);
  sandbox_->set_faults("[]");
  campaign_->verify(Millis{90'000});
}

}  // namespace
}  // namespace wac::testing
