// Redis or a consumer is down under load, for as long as WAC_OUTAGE_SECONDS says: nothing is lost, each
// conversation keeps its order, the backlog drains, and the metrics tell.

#include "support/http_receiver.h"
#include "support/redis_server.h"
#include "webhook_load.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

namespace wac::testing {
namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;

constexpr const char* kLag = "whatsapp_delivery_lag_seconds";
constexpr const char* kPaused = "whatsapp_delivery_paused";
constexpr const char* kPending = "whatsapp_delivery_pending";
constexpr double kRate = 100;

Millis outage() {
  const char* seconds = std::getenv("WAC_OUTAGE_SECONDS");
  return Millis{1'000 * (seconds == nullptr ? 10 : std::stoi(seconds))};
}

void let_pass(Millis time) {
  const auto until = Clock::now() + time;
  static_cast<void>(eventually([until] { return Clock::now() >= until; }, time + Millis{1'000}));
}

/// A consumer by HTTP push in one of several moods; what it says 2xx to is written down.
class MoodyConsumer {
 public:
  enum class Mood : std::uint8_t { kGood, kSlow, kFlapping };

  MoodyConsumer() { come_back(); }
  void go_away() { receiver_.reset(); }
  void come_back() {
    receiver_.emplace([this](const ReceivedRequest& request) { return answer(request); }, port_);
    port_ = receiver_->port();
  }
  void set(Mood mood) { mood_ = mood; }
  std::string url() const { return receiver_->url("/events"); }
  const Sightings& seen() const { return seen_; }

 private:
  ReceiverAnswer answer(const ReceivedRequest& request) {
    ReceiverAnswer answer{204};
    if (mood_ == Mood::kSlow) answer.delay = Millis{150};
    if (mood_ == Mood::kFlapping) {
      switch (std::chrono::duration_cast<Millis>(Clock::now().time_since_epoch()).count() / 300 % 4) {
        case 0:
          return 503;
        case 1:
          answer.then = ReceiverAnswer::Then::kClose;
          return answer;
        default:
          break;
      }
    }
    seen_.add_event(request.body);
    return answer;
  }

  std::atomic<Mood> mood_{Mood::kGood};
  Sightings seen_;
  std::uint16_t port_ = 0;
  std::optional<HttpReceiver> receiver_;
};

class DeliveryOutage {
 public:
  explicit DeliveryOutage(const std::string& redis_url)
      : connector_({.graph_url = "http://127.0.0.1:9",
                    .redis_url = redis_url,
                    .env = {{"WEBHOOK_CONSUMER_URL", consumer.url()},
                            {"WEBHOOK_CONSUMER_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
                            {"DELIVERY_RETRY_FIRST_MS", "50"},
                            {"DELIVERY_RETRY_MAX_MS", "500"},
                            {"DELIVERY_PAUSE_AFTER_MS", "2000"},
                            {"DELIVERY_PAUSE_FAILURES", "5"},
                            {"DELIVERY_LEASE_MS", "3000"},
                            {"LOG_LEVEL", "warning"}}}) {
    connector_.start();
    poller_.emplace(connector_);
    load_.emplace(connector_, WebhookLoad::Rate{.per_second = kRate});
    load_->start();
  }

  Connector& connector() { return connector_; }
  WebhookLoad& load() { return *load_; }
  bool flows() {
    const std::size_t before = consumer.seen().count();
    return eventually([&] { return consumer.seen().count() >= before + 50; }, Millis{30'000});
  }
  bool lag_is_over(Millis timeout) {
    return eventually([&] { return connector_.metric(kLag) == 0 && connector_.metric(kPending) == 0; },
                      timeout);
  }
  /// `repeats`: how many events may have come to the consumer more than once.
  void verify(std::size_t repeats) {
    load_->end();
    const auto complete = [this](const Sightings& seen) {
      return seen.count() >= load_->acknowledged() && load_->settle(seen.all()).missing == 0;
    };
    EXPECT_TRUE(eventually([&] { return complete(consumer.seen()); }, outage() * 2 + Millis{60'000}))
        << consumer.seen().count() << " of " << load_->acknowledged();
    EXPECT_TRUE(eventually([&] { return complete(poller_->seen()); }, Millis{30'000}));
    EXPECT_TRUE(lag_is_over(Millis{10'000})) << connector_.metric(kLag);
    const Accounts pushed = load_->settle(consumer.seen().all());
    const Accounts polled = load_->settle(poller_->seen().all());
    std::cout << "acknowledged " << load_->acknowledged() << ", posts refused " << load_->refused()
              << ", pushed " << consumer.seen().count() << " (repeated " << pushed.repeated << "), polled "
              << poller_->seen().count() << '\n';
    EXPECT_EQ(pushed.missing, 0U);
    EXPECT_EQ(pushed.disordered, 0U);
    EXPECT_EQ(pushed.renamed, 0U);
    EXPECT_LE(pushed.repeated, repeats);
    EXPECT_EQ(polled.missing, 0U);
    EXPECT_EQ(polled.disordered, 0U);
    EXPECT_EQ(polled.repeated, 0U) << "a kept cursor gives each event once";
    EXPECT_EQ(connector_.metric("whatsapp_delivery_total{outcome=\"dead_letter\"}"), 0);
    EXPECT_EQ(connector_.metric("whatsapp_delivery_dead_letters"), 0);
  }

  MoodyConsumer consumer;

 private:
  Connector connector_;
  std::optional<EventPoller> poller_;
  std::optional<WebhookLoad> load_;
};

enum class Engine : std::uint8_t { kEmbedded, kRedis };
class ConsumerOutageTest : public ::testing::TestWithParam<Engine> {};
INSTANTIATE_TEST_SUITE_P(Engines, ConsumerOutageTest, ::testing::Values(Engine::kEmbedded, Engine::kRedis),
                         [](const auto& info) {
                           return info.param == Engine::kRedis ? "Redis" : "Embedded";
                         });

TEST_P(ConsumerOutageTest, ADeadThenSlowThenFlappingConsumerGetsEverythingInOrder) {
  std::optional<RedisServer> redis;
  if (GetParam() == Engine::kRedis) redis.emplace();
  DeliveryOutage outage_of{redis ? redis->url() : ""};
  Connector& connector = outage_of.connector();
  ASSERT_TRUE(outage_of.flows());

  outage_of.consumer.go_away();
  const std::size_t before = outage_of.load().acknowledged();
  const double seconds = static_cast<double>(outage().count()) / 1'000;
  let_pass(outage());
  // Meta is answered as ever, the backlog is seen growing old, and the consumer is left alone but for probes.
  EXPECT_GE(static_cast<double>(outage_of.load().acknowledged() - before), kRate * seconds * 0.7);
  EXPECT_EQ(outage_of.load().refused(), 0U);
  EXPECT_GE(connector.metric(kLag), seconds - 3);
  EXPECT_GE(connector.metric(kPending), std::min(kRate * seconds * 0.5, 900.0));
  EXPECT_EQ(connector.metric(kPaused), 1);
  const auto told = json::parse(connector.get("/v1/consumers").body).at("consumers").at(0);
  EXPECT_EQ(told.at("state"), "paused");
  EXPECT_GE(told.at("oldestPendingAgeMs").to_number<double>(), (seconds - 3) * 1'000);

  outage_of.consumer.come_back();
  EXPECT_TRUE(outage_of.flows());
  EXPECT_TRUE(eventually([&] { return connector.metric(kPaused) == 0; }, Millis{15'000}));
  // Eight at once, 150 ms each: half of what comes in.
  outage_of.consumer.set(MoodyConsumer::Mood::kSlow);
  let_pass(outage() / 2);
  outage_of.consumer.set(MoodyConsumer::Mood::kFlapping);
  let_pass(outage() / 2);
  outage_of.consumer.set(MoodyConsumer::Mood::kGood);
  // Those that it was answering when it went away.
  outage_of.verify(8);
  EXPECT_EQ(outage_of.load().refused(), 0U);
}

enum class Ending : std::uint8_t { kKilled, kFrozen, kStopped };
class RedisOutageUnderLoadTest : public ::testing::TestWithParam<Ending> {};
INSTANTIATE_TEST_SUITE_P(Endings, RedisOutageUnderLoadTest,
                         ::testing::Values(Ending::kKilled, Ending::kFrozen, Ending::kStopped),
                         [](const auto& info) {
                           switch (info.param) {
                             case Ending::kKilled:
                               return "Killed";
                             case Ending::kFrozen:
                               return "Frozen";
                             case Ending::kStopped:
                               break;
                           }
                           return "Stopped";
                         });

TEST_P(RedisOutageUnderLoadTest, LosesNothingKeepsTheOrderAndDrains) {
  RedisServerOptions options;
  options.persistence = RedisServerOptions::Persistence::kAppendOnly;
  options.arguments = {"--appendfsync", "always"};
  RedisServer redis{options};
  DeliveryOutage outage_of{redis.url()};
  Connector& connector = outage_of.connector();
  ASSERT_TRUE(outage_of.flows());

  // The consumer is gone as well, so that events are under way when the store ends.
  outage_of.consumer.go_away();
  ASSERT_TRUE(eventually([&] { return connector.metric(kLag) >= 1; }, Millis{15'000}));
  switch (GetParam()) {
    case Ending::kKilled:
      redis.kill();
      break;
    case Ending::kFrozen:
      redis.pause();
      break;
    case Ending::kStopped:
      redis.stop();
      break;
  }
  EXPECT_TRUE(eventually([&] { return connector.metric("whatsapp_store_up") == 0; }, Millis{10'000}));
  const std::size_t before = outage_of.load().acknowledged();
  const double unavailable = connector.metric("whatsapp_webhooks_total{outcome=\"store_unavailable\"}");
  let_pass(outage());
  EXPECT_EQ(outage_of.load().acknowledged(), before) << "never 200 for what is not durable";
  EXPECT_GT(connector.metric("whatsapp_webhooks_total{outcome=\"store_unavailable\"}"), unavailable);
  EXPECT_EQ(connector.get_admin("/readyz").status, 503);
  EXPECT_EQ(connector.get_admin("/livez").status, 200);
  EXPECT_GE(connector.metric(kLag), static_cast<double>(outage().count()) / 1'000 - 1)
      << "what was under way grows old, also while nobody can be asked";

  outage_of.consumer.come_back();
  if (GetParam() == Ending::kFrozen) {
    redis.resume();
  } else {
    redis.start();
  }
  EXPECT_TRUE(eventually([&] { return outage_of.load().acknowledged() > before + 100; }, Millis{20'000}));
  EXPECT_TRUE(outage_of.flows());
  // What was taken and could not be written down: at most a hundred events or a second's.
  outage_of.verify(150);
}

}  // namespace
}  // namespace wac::testing
