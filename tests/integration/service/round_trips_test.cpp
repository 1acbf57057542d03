// What a message costs at Redis: two round trips, the claim and the settlement, whatever gates it passes. And
// what doing nothing costs: under one command a second.

#include "base/encoding.h"
#include "config/config.h"
#include "engines.h"
#include "support/http_receiver.h"

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

class IdleTest : public ServiceTest {
 protected:
  /// Commands a second that clients sent within this time; those inside of scripts are not commands of
  /// theirs.
  double commands_per_second(Millis time) {
    Process monitor{{.argv = {"redis-cli", "-p", std::to_string(redis_->port()), "MONITOR"}}};
    static_cast<void>(eventually([&] { return !monitor.standard_output().empty(); }));
    const auto until = std::chrono::steady_clock::now() + time;
    static_cast<void>(
        eventually([until] { return std::chrono::steady_clock::now() >= until; }, time + Millis{1'000}));
    std::istringstream lines{monitor.standard_output()};
    std::size_t count = 0;
    commands_.clear();
    for (std::string line; std::getline(lines, line);) {
      if (line.find(" [0 127.0.0.1:") == std::string::npos) continue;
      ++count;
      commands_ += line.substr(0, 100) + '\n';
    }
    return static_cast<double>(count) * 1'000 / static_cast<double>(time.count());
  }
  std::string commands_;
};
INSTANTIATE_TEST_SUITE_P(Engines, IdleTest, ::testing::Values(Engine::kRedis), engine_name);

constexpr const char* kConsumerKey = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

TEST_P(IdleTest, AnInstanceWithAConsumerSpendsUnderOneCommandASecond) {
  const HttpReceiver consumer;
  launch({{"THREADS", "4"},
          {"WEBHOOK_CONSUMER_URL", consumer.url()},
          {"WEBHOOK_CONSUMER_SECRET", kConsumerKey},
          {"LOG_LEVEL", "warning"}});
  // It has served the consumer and given it back.
  ASSERT_EQ(connector_->post_webhook(inbound_text("wamid.A")).status, 200);
  ASSERT_TRUE(eventually([&] { return consumer.count() == 1; }));
  EXPECT_TRUE(eventually([&] { return commands_per_second(Millis{3'000}) < 1; }, Millis{20'000}));
  EXPECT_LT(commands_per_second(Millis{10'000}), 1.0) << commands_;
}

TEST_P(IdleTest, AHundredTenantsEachWithAConsumerSpendUnderOneCommandASecond) {
  const HttpReceiver consumer;
  const TempDir files;
  write_file(files.file("token"), "sandbox-token");
  write_file(files.file("key"), kConsumerKey);
  std::string tenants = "tenants:\n";
  for (int i = 0; i < 100; ++i) {
    const std::string number = std::to_string(i);
    tenants += "  - id: t" + number + "\n    api_key_hashes: [" +
               to_hex(config::api_key_digest("wak_key-of-tenant-" + number)) +
               "]\n    senders: [{phone_number_id: \"" + std::to_string(106'540'352'000'000 + i) +
               "\", token_file: token}]\n    consumers: [{id: c, url: \"" + consumer.url() +
               "\", secret_file: key}]\n";
  }
  write_file(files.file("tenants.yaml"), tenants);
  launch({{"TENANTS_FILE", files.file("tenants.yaml")},
          {"WHATSAPP_ACCESS_TOKEN", ""},
          {"WHATSAPP_PHONE_NUMBER_ID", ""},
          {"THREADS", "4"},
          {"LOG_LEVEL", "warning"}});
  // At the start each consumer is looked at.
  EXPECT_TRUE(eventually([&] { return commands_per_second(Millis{3'000}) < 3; }, Millis{20'000}));
  EXPECT_LT(commands_per_second(Millis{20'000}), 1.0) << commands_;
}

}  // namespace
}  // namespace wac::testing
