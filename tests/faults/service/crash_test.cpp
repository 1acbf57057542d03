// kill -9 at random moments under load, twenty times, on both engines.

#include "campaign.h"

namespace wac::testing {
namespace {

enum class Engine : std::uint8_t { kEmbedded, kRedis };

class CrashTest : public ::testing::TestWithParam<Engine> {};
INSTANTIATE_TEST_SUITE_P(Engines, CrashTest, ::testing::Values(Engine::kEmbedded, Engine::kRedis),
                         [](const auto& info) {
                           return info.param == Engine::kRedis ? "Redis" : "Embedded";
                         });

TEST_P(CrashTest, TwentyKillsLoseNothingAndDoubleNothing) {
  std::optional<RedisServer> redis;
  if (GetParam() == Engine::kRedis) redis.emplace();
  const std::uint16_t graph_port = free_port();
  Connector connector{{.graph_url = "http://127.0.0.1:" + std::to_string(graph_port),
                       .redis_url = redis ? redis->url() : "",
                       .env = campaign_environment()}};
  const Sandbox sandbox{connector.webhook_url(),
                        {"--webhook-retry-ms", "100", "--status-delay-ms", "5/10/15", "--reply", "never"},
                        graph_port};
  connector.start();
  Campaign campaign{connector, sandbox, {}};
  campaign.start();

  // The moments are spread over the whole load; the seed is printed so that a failure can be repeated.
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random{seed};
  constexpr std::size_t kKills = 20;
  for (std::size_t kill = 0; kill < kKills; ++kill) {
    const std::size_t share = campaign.total() / (kKills + 1);
    const std::size_t target = kill * share + random() % share;
    ASSERT_TRUE(eventually([&] { return campaign.progress() >= target; }, Millis{60'000}));
    connector.kill();
    connector.start();
  }
  campaign.verify(Millis{60'000});
}

}  // namespace
}  // namespace wac::testing
