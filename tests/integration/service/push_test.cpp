// Consumers by HTTP push: once and in order, whatever the consumer or the connector does meanwhile.

#include "base/encoding.h"
#include "engines.h"
#include "support/consumer.h"

#include <openssl/hmac.h>

#include <atomic>
#include <condition_variable>
#include <csignal>

namespace wac::testing {
namespace {

namespace json = boost::json;

constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr const char* kPrevious = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
constexpr const char* kDelivered = "whatsapp_delivery_total{outcome=\"delivered\"}";
constexpr const char* kDead = "whatsapp_delivery_total{outcome=\"dead_letter\"}";

std::string expected_signature(const Pushed& pushed, std::string_view secret) {
  const std::string key = from_base64(secret.substr(6)).value();
  const std::string content =
      pushed.headers.at("webhook-id") + "." + pushed.headers.at("webhook-timestamp") + "." + pushed.body;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest.data(), &size);
  return "v1," + to_base64({reinterpret_cast<const char*>(digest.data()), size});
}

/// Short waits, so that a test need not be long.
Environment fast(const ConsumerServer& consumer, Environment more = {}) {
  Environment env = {{"WEBHOOK_CONSUMER_URL", consumer.url()},
                     {"WEBHOOK_CONSUMER_SECRET", kSecret},
                     {"DELIVERY_RETRY_FIRST_MS", "20"},
                     {"DELIVERY_RETRY_MAX_MS", "100"},
                     {"DELIVERY_LEASE_MS", "1500"}};
  env.insert(env.end(), more.begin(), more.end());
  return env;
}

/// Lets requests through when the test says so.
class Gate {
 public:
  void open() {
    const std::scoped_lock lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds{20}, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

class PushTest : public ServiceTest {
 protected:
  void receive(const std::string& wamid, const std::string& from = "16505551234") {
    ASSERT_EQ(connector_->post_webhook(inbound_text(wamid, "hello", from)).status, 200);
  }
  json::object consumer() {
    return json::parse(connector_->get("/v1/consumers").body).at("consumers").at(0).as_object();
  }
  std::string state() { return std::string{consumer().at("state").as_string()}; }
  bool settled() {
    return eventually([&] { return consumer().at("pending").to_number<int>() == 0; }, Millis{15'000});
  }
  static std::vector<std::string> names(const std::string& prefix, int count) {
    std::vector<std::string> list;
    for (int i = 0; i < count; ++i) list.push_back(prefix + std::to_string(i));
    return list;
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, PushTest, ::testing::Values(Engine::kEmbedded, Engine::kRedis),
                         engine_name);

TEST_P(PushTest, DeliversOnceInOrderAndSigned) {
  ConsumerServer server;
  launch(fast(server, {{"WEBHOOK_CONSUMER_SECRET_PREVIOUS", kPrevious}}));
  for (const std::string& wamid : names("wamid.a", 20)) receive(wamid);
  ASSERT_TRUE(eventually([&] { return server.count() >= 20; }));
  EXPECT_EQ(server.taken(), names("wamid.a", 20));
  const Pushed first = server.pushed().front();
  EXPECT_EQ(first.headers.at("webhook-signature"),
            expected_signature(first, kSecret) + " " + expected_signature(first, kPrevious));
  EXPECT_EQ(first.headers.at("content-type"), "application/cloudevents+json; charset=utf-8");
  EXPECT_EQ(json::parse(first.body).at("id").as_string(), first.headers.at("webhook-id"));
  EXPECT_FALSE(first.headers.contains("webhook-replay"));
  // A repeated webhook is no new event.
  receive("wamid.a3");
  ASSERT_TRUE(settled());
  EXPECT_EQ(server.count(), 20U);
  EXPECT_EQ(connector_->metric(kDelivered), 20);
}

TEST_P(PushTest, APrivateAddressGetsNothingWhereOnlyPublicOnesMay) {
  ConsumerServer server;
  launch(fast(server, {{"CONSUMER_ADDRESS_POLICY", "public"}}));
  receive("wamid.private");
  ASSERT_TRUE(eventually([&] { return consumer().contains("lastError"); }));
  EXPECT_EQ(consumer().at("lastError"), "forbidden");
  EXPECT_EQ(server.count(), 0U);
}

TEST_P(PushTest, ConversationsAreParallelAndEachKeepsItsOrder) {
  std::atomic<int> refused{0};
  // The first person's events are refused for a while; the other's pass by.
  ConsumerServer server{[&](const Pushed& pushed) {
    return pushed.wamid.starts_with("wamid.slow") && refused++ < 6 ? 500 : 200;
  }};
  launch(fast(server));
  for (int i = 0; i < 5; ++i) {
    receive("wamid.slow" + std::to_string(i), "16505550001");
    receive("wamid.fast" + std::to_string(i), "16505550002");
  }
  ASSERT_TRUE(eventually([&] { return server.taken().size() >= 10; }, Millis{20'000}));
  std::vector<std::string> slow = server.taken();
  std::vector<std::string> others = slow;
  std::erase_if(slow, [](const std::string& wamid) { return wamid.starts_with("wamid.fast"); });
  std::erase_if(others, [](const std::string& wamid) { return wamid.starts_with("wamid.slow"); });
  EXPECT_EQ(slow, names("wamid.slow", 5));
  EXPECT_EQ(others, names("wamid.fast", 5));
}

TEST_P(PushTest, NothingIsLostWhileTheConsumerIsDown) {
  std::optional<ConsumerServer> server;
  server.emplace();
  const std::uint16_t port = server->port();
  launch(fast(*server));
  receive("wamid.b0");
  ASSERT_TRUE(eventually([&] { return server->count() == 1; }));
  server.reset();
  for (int i = 1; i < 6; ++i) receive("wamid.b" + std::to_string(i));
  ASSERT_TRUE(
      eventually([&] { return consumer().at("failuresInARow").to_number<int>() > 2; }, Millis{15'000}));
  server.emplace([](const Pushed&) { return 200; }, port);
  ASSERT_TRUE(eventually([&] { return server->taken().size() >= 5; }, Millis{15'000}));
  EXPECT_EQ(server->taken(),
            (std::vector<std::string>{"wamid.b1", "wamid.b2", "wamid.b3", "wamid.b4", "wamid.b5"}));
}

TEST_P(PushTest, ASlowConsumerDoesNotSlowTheWebhook) {
  Gate gate;
  ConsumerServer server{[&](const Pushed&) {
    gate.pass();
    return 200;
  }};
  launch(fast(server));
  for (int i = 0; i < 50; ++i) receive("wamid.c" + std::to_string(i), "1650555" + std::to_string(1000 + i));
  // None of them was answered by the consumer, and all of them to Meta.
  EXPECT_EQ(connector_->metric("whatsapp_webhooks_total{outcome=\"accepted\"}"), 50);
  EXPECT_EQ(server.count(), 0U);
  EXPECT_TRUE(eventually([&] { return connector_->metric("whatsapp_delivery_lag_seconds") > 0; }));
  gate.open();
  ASSERT_TRUE(eventually([&] { return server.count() >= 50; }));
  EXPECT_GT(server.most_at_once(), 1U);
  EXPECT_LE(server.most_at_once(), 8U) << "conversations in flight by default";
}

TEST_P(PushTest, ARestartContinuesWhereItWas) {
  ConsumerServer server;
  launch(fast(server));
  for (int i = 0; i < 5; ++i) receive("wamid.d" + std::to_string(i));
  ASSERT_TRUE(eventually([&] { return server.count() == 5; }));
  const auto ended = connector_->terminate();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->code, 0);
  connector_->start();
  receive("wamid.d5");
  ASSERT_TRUE(eventually([&] { return server.count() >= 6; }, Millis{15'000}));
  EXPECT_EQ(server.taken(), names("wamid.d", 6)) << "none of the old ones came again";
}

TEST_P(PushTest, TheDrainWaitsForWhatIsInFlight) {
  Gate gate;
  ConsumerServer server{[&](const Pushed&) {
    gate.pass();
    return 200;
  }};
  launch(fast(server));
  receive("wamid.j0");
  ASSERT_TRUE(eventually([&] { return server.most_at_once() == 1; }));
  connector_->process().signal(SIGTERM);
  ASSERT_TRUE(eventually([&] { return connector_->output().find("draining") != std::string::npos; }));
  gate.open();
  const auto ended = connector_->process().wait(Millis{20'000});
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->code, 0);
  connector_->start();
  ASSERT_TRUE(settled());
  EXPECT_EQ(server.taken(), std::vector<std::string>{"wamid.j0"}) << "it was written down";
}

TEST_P(PushTest, ACrashLosesNothing) {
  Gate gate;
  ConsumerServer server{[&](const Pushed&) {
    gate.pass();
    return 200;
  }};
  launch(fast(server));
  for (int i = 0; i < 5; ++i) receive("wamid.e" + std::to_string(i));
  connector_->kill();
  gate.open();
  connector_->start();
  // What was in flight may come twice.
  ASSERT_TRUE(eventually(
      [&] {
        const auto taken = server.taken();
        return std::ranges::find(taken, "wamid.e4") != taken.end();
      },
      Millis{15'000}));
  auto taken = server.taken();
  taken.erase(std::ranges::unique(taken).begin(), taken.end());
  EXPECT_EQ(taken, names("wamid.e", 5));
}

TEST_P(PushTest, GoneStopsItUntilItIsResumed) {
  std::atomic<bool> gone{true};
  ConsumerServer server{[&](const Pushed&) { return gone ? 410 : 200; }};
  launch(fast(server));
  receive("wamid.f0");
  ASSERT_TRUE(eventually([&] { return state() == "stopped"; }));
  EXPECT_TRUE(eventually([&] { return connector_->metric("whatsapp_delivery_paused") == 1; }));
  receive("wamid.f1");
  const std::size_t asked = server.count();
  EXPECT_EQ(asked, 1U);
  gone = false;
  EXPECT_EQ(connector_->post("/v1/consumers/default/resume", "").status, 202);
  ASSERT_TRUE(eventually([&] { return server.taken().size() >= 2; }, Millis{15'000}));
  EXPECT_EQ(server.taken(), names("wamid.f", 2));
  EXPECT_TRUE(eventually([&] { return state() == "running"; }));
}

TEST_P(PushTest, IsPausedAfterSustainedFailureAndTakenUpByAProbe) {
  std::atomic<bool> broken{true};
  ConsumerServer server{[&](const Pushed&) { return broken ? 503 : 200; }};
  launch(fast(server, {{"DELIVERY_PAUSE_AFTER_MS", "200"}, {"DELIVERY_PAUSE_FAILURES", "3"}}));
  receive("wamid.g0", "16505550001");
  receive("wamid.g1", "16505550002");
  ASSERT_TRUE(eventually([&] { return state() == "paused"; }, Millis{15'000}));
  EXPECT_EQ(consumer().at("lastError"), "http_503");
  EXPECT_NE(connector_->output().find("consumer paused"), std::string::npos);
  broken = false;
  ASSERT_TRUE(eventually([&] { return server.taken().size() >= 2; }, Millis{15'000}));
  EXPECT_TRUE(eventually([&] { return state() == "running"; }));
}

TEST_P(PushTest, WhatIsGivenUpIsADeadLetterAndCanBeRedriven) {
  std::atomic<bool> poisoned{true};
  ConsumerServer server{
      [&](const Pushed& pushed) { return poisoned && pushed.wamid == "wamid.h0" ? 500 : 200; }};
  launch(fast(server, {{"DELIVERY_GIVE_UP_MS", "400"}}));
  receive("wamid.h0");
  receive("wamid.h1");
  ASSERT_TRUE(eventually([&] { return connector_->metric(kDead) == 1; }, Millis{15'000}));
  ASSERT_TRUE(eventually([&] { return server.taken().size() == 1; })) << "its conversation goes on";
  ASSERT_TRUE(eventually([&] { return consumer().at("deadLetters").to_number<int>() == 1; }));
  const auto letters = json::parse(connector_->get("/v1/consumers/default/dead-letters").body);
  const auto& letter = letters.at("deadLetters").at(0).as_object();
  EXPECT_EQ(letter.at("reason"), "http_500");
  EXPECT_EQ(letter.at("type"), "whatsapp.message.received.text");
  poisoned = false;
  const HttpReply redriven = connector_->post("/v1/consumers/default/dead-letters/redrive", "");
  EXPECT_EQ(redriven.status, 202);
  EXPECT_EQ(json::parse(redriven.body).at("deadLetters"), 1);
  ASSERT_TRUE(eventually([&] { return server.taken().size() == 2; }, Millis{15'000}));
  EXPECT_EQ(server.taken().back(), "wamid.h0");
  EXPECT_TRUE(eventually([&] { return consumer().at("deadLetters").to_number<int>() == 0; }));
}

TEST_P(PushTest, ATimeIsReplayedAfterADryRun) {
  ConsumerServer server;
  launch(fast(server));
  receive("wamid.i0");
  receive("wamid.i1");
  ASSERT_TRUE(eventually([&] { return server.count() == 2; }));
  const std::string range = R"({"from":"2025-01-01T00:00:00Z","to":"2199-01-01T00:00:00Z")";
  const HttpReply dry = connector_->post("/v1/consumers/default/replay", range + R"(,"dryRun":true})");
  EXPECT_EQ(dry.status, 200);
  EXPECT_EQ(json::parse(dry.body).at("events"), 2);
  EXPECT_EQ(connector_->post("/v1/consumers/default/replay", range + "}").status, 202);
  ASSERT_TRUE(eventually([&] { return server.count() == 4; }, Millis{15'000}));
  EXPECT_EQ(server.pushed().back().headers.at("webhook-replay"), "true");
  EXPECT_EQ(server.pushed().back().headers.at("webhook-id"), server.pushed()[1].headers.at("webhook-id"));
  EXPECT_TRUE(eventually([&] { return !consumer().contains("replay"); }));
  const HttpReply other =
      connector_->post("/v1/consumers/default/replay",
                       R"({"from":"2001-02-13T00:00:00Z","to":"2001-02-14T00:00:00Z","dryRun":true})");
  EXPECT_EQ(json::parse(other.body).at("events"), 0);
  EXPECT_EQ(connector_->post("/v1/consumers/default/replay", R"({"from":"2001-02-13T00:00:00Z"})").status,
            400);
  EXPECT_EQ(connector_->post("/v1/consumers/nobody/resume", "").status, 404);
  EXPECT_EQ(http_request("GET", connector_->url("/v1/consumers")).status, 401);
}

class PushRedisTest : public PushTest {};
INSTANTIATE_TEST_SUITE_P(Engines, PushRedisTest, ::testing::Values(Engine::kRedis), engine_name);

TEST_P(PushRedisTest, OfTwoInstancesOneDeliversAndTheOtherTakesOver) {
  Gate gate;
  std::atomic<bool> held{false};
  ConsumerServer server{[&](const Pushed& pushed) {
    if (pushed.wamid == "wamid.k10" && !held.exchange(true)) gate.pass();
    return 200;
  }};
  launch(fast(server));
  // The first one has the lease, and keeps it as long as there is something to deliver.
  receive("wamid.k0");
  ASSERT_TRUE(eventually([&] { return server.count() == 1; }));
  // The second one shares the store and its keys.
  ConnectorOptions options;
  options.graph_url = sandbox_->url();
  options.redis_url = redis_->url();
  options.env = fast(server, {{"DATA_DIR", connector_->data_dir()}});
  Connector second{std::move(options)};
  second.start();
  for (int i = 1; i < 10; ++i) {
    const Connector& one = i % 2 == 0 ? *connector_ : second;
    ASSERT_EQ(one.post_webhook(inbound_text("wamid.k" + std::to_string(i))).status, 200);
  }
  ASSERT_TRUE(eventually([&] { return server.count() >= 10; }, Millis{15'000}));
  ASSERT_TRUE(settled());
  EXPECT_EQ(server.taken(), names("wamid.k", 10)) << "each once, whichever instance took the webhook";
  // The first one dies with a request on its way and the lease in its hands.
  receive("wamid.k10");
  ASSERT_TRUE(eventually([&] { return held.load(); }));
  connector_->kill();
  gate.open();
  ASSERT_EQ(second.post_webhook(inbound_text("wamid.k11")).status, 200);
  ASSERT_TRUE(eventually([&] { return server.taken().back() == "wamid.k11"; }, Millis{20'000}));
  const auto taken = server.taken();
  EXPECT_EQ(std::ranges::count(taken, "wamid.k10"), 2)
      << "the dead one's request, and the other's after the lease";
  EXPECT_EQ(taken.at(taken.size() - 2), "wamid.k10") << "before what came after it";
}

}  // namespace
}  // namespace wac::testing
