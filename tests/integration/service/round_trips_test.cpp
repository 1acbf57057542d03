// What a message costs at Redis: two round trips, the claim and the settlement, whatever gates it passes.

#include "engines.h"

#include <sstream>

namespace wac::testing {
namespace {

class RoundTripsTest : public ServiceTest {
 protected:
  /// Scripts that were run; what they do inside is one round trip with them.
  std::uint64_t scripts() {
    std::uint64_t calls = 0;
    std::istringstream stats{redis_->cli({"INFO", "commandstats"})};
    for (std::string line; std::getline(stats, line);) {
      if (!line.starts_with("cmdstat_eval")) continue;
      calls += std::stoull(line.substr(line.find("calls=") + 6));
    }
    return calls;
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, RoundTripsTest, ::testing::Values(Engine::kRedis), engine_name);

TEST_P(RoundTripsTest, AMessageOnThePlainPathTakesTwo) {
  constexpr int kMessages = 100;
  // All gates are on, and none of them closes. Statuses would be round trips of their own.
  launch({{"SENDER_RATE", "10000"}, {"TENANT_RATE", "10000"}, {"LOG_LEVEL", "warning"}},
         {"--status-delay-ms", "600000/600001/600002", "--reply", "never"});
  ASSERT_EQ(connector_->post("/v1/intents", text_intent(random_uuid())).status, 200);
  const auto started = std::chrono::steady_clock::now();
  const std::uint64_t before = scripts();
  for (int i = 0; i < kMessages; ++i) {
    // Two each to fifty recipients: the second finds its turn free.
    const HttpReply reply = connector_->post(
        "/v1/intents", text_intent(random_uuid(), "+165055" + std::to_string(10'000 + i % 50)));
    ASSERT_EQ(first_result(reply).at("status"), "sent") << reply.body;
  }
  const std::uint64_t spent = scripts() - before;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(std::chrono::steady_clock::now() - started);
  // Each loop looks at one of its partitions every two seconds on top of that.
  EXPECT_LE(spent, 2U * kMessages + 2U * static_cast<std::uint64_t>(seconds.count()) + 2U);
  EXPECT_GE(spent, 2U * kMessages);
}

}  // namespace
}  // namespace wac::testing
