// A Redis Cluster under load: the slot of the sender goes from node to node and back, then its node dies and
// the replica takes over. Lost 0, doubled 0.

#include "base/ids.h"
#include "campaign.h"
#include "support/redis_cluster.h"

namespace wac::testing {
namespace {

class ClusterOutageTest : public ::testing::Test {
 protected:
  void launch(RedisClusterOptions options) {
    cluster_.emplace(std::move(options));
    const std::uint16_t graph_port = free_port();
    Environment env = campaign_environment();
    env.emplace_back("THREADS", "2");
    // What was acknowledged is on one of two replicas, and the one that has most takes over.
    env.emplace_back("REDIS_WAIT", "1");
    connector_.emplace(ConnectorOptions{.graph_url = "http://127.0.0.1:" + std::to_string(graph_port),
                                        .redis_url = cluster_->url(),
                                        .env = std::move(env)});
    sandbox_.emplace(connector_->webhook_url(),
                     std::vector<std::string>{"--webhook-retry-ms", "100", "--status-delay-ms", "5/10/15",
                                              "--reply", "never"},
                     graph_port);
    connector_->start();
    campaign_.emplace(*connector_, *sandbox_, CampaignSize{.intents = 300, .webhooks = 300, .threads = 4});
    campaign_->start();
  }
  void at(std::size_t percent) {
    ASSERT_TRUE(eventually([&] { return campaign_->progress() >= campaign_->total() * percent / 100; },
                           Millis{60'000}));
  }
  /// A key in the slot of everything the campaign does.
  static std::string key() {
    const auto number = Partition::of(*SenderId::parse(kSender)).number;
    return "wac:{p" + std::string(number < 10 ? "0" : "") + std::to_string(number) + "}:x";
  }

  std::optional<RedisCluster> cluster_;
  std::optional<Connector> connector_;
  std::optional<Sandbox> sandbox_;
  std::optional<Campaign> campaign_;
};

TEST_F(ClusterOutageTest, ASlotThatMovesAndAMasterThatDiesLoseNothingAndDoubleNothing) {
  launch({.masters = 3, .replicas = 2});
  for (const std::size_t percent : {15U, 30U, 45U}) {
    at(percent);
    const std::size_t to = (cluster_->owner_of(key()) + 1) % 3;
    // So that sends are under way when it begins.
    sandbox_->set_faults(R"([{"kind":"latency","percent":100,"ms":300}])");
    at(percent + 3);
    cluster_->begin_move(key(), to);
    if (percent == 15) {
      // Longer than a command waits for it: refused, and nothing is done with half of the keys.
      EXPECT_EQ(connector_->post_webhook(inbound_text("wamid.REFUSED")).status, 503);
      EXPECT_EQ(connector_->get_admin("/readyz").status, 200) << "other partitions are served";
    }
    cluster_->move_keys(key(), to);
    cluster_->end_move(key(), to);
    sandbox_->set_faults("[]");
  }
  at(70);
  cluster_->node(cluster_->owner_of(key())).kill();
  EXPECT_TRUE(eventually([&] { return connector_->get_admin("/readyz").status == 503; }, Millis{10'000}));
  EXPECT_TRUE(eventually([&] { return connector_->get_admin("/readyz").status == 200; }, Millis{15'000}));
  campaign_->verify(Millis{60'000});
}

}  // namespace
}  // namespace wac::testing
