// Throttle storms, and several instances that share one sender's limit.

#include "support/connector.h"
#include "support/redis_server.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <set>
#include <thread>

namespace wac::testing {
namespace {

namespace json = boost::json;

constexpr const char* kKeyring =
    R"({"version":1,"fingerprint":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=","active":1,)"
    R"("seal":[{"id":1,"key":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}]})";

const std::vector<std::string> kQuietSandbox{
    "--webhook-retry-ms", "100", "--status-delay-ms", "5/10/15", "--reply", "never"};

struct Taken {
  std::size_t messages = 0;
  std::size_t doubled = 0;
  std::vector<double> at;  ///< milliseconds, ascending
};

/// What the sandbox took, by intent key.
Taken taken_by(const Sandbox& sandbox) {
  Taken taken;
  std::map<std::string, std::size_t> by_key;
  std::string after = "0";
  for (;;) {
    const auto page = json::parse(sandbox.get("/_sandbox/ledger?limit=5000&after=" + after).body);
    for (const auto& entry : page.at("entries").as_array()) {
      ++taken.messages;
      if (++by_key[std::string{std::string_view{entry.at("opaque").as_string()}.substr(5, 32)}] == 2)
        ++taken.doubled;
      taken.at.push_back(entry.at("accepted_at").to_number<double>());
    }
    if (page.at("next_after").is_null()) return taken;
    after = std::to_string(page.at("next_after").to_number<std::uint64_t>());
  }
}

/// How many intents two instances share. WAC_TWO_INSTANCES says more than is good for every run.
std::size_t shared_intents() {
  const char* const text = std::getenv("WAC_TWO_INSTANCES");
  return text == nullptr ? 2'000 : std::stoul(text);
}

std::map<std::string, std::string> states(const Connector& connector) {
  std::map<std::string, std::string> out;
  const auto summary = json::parse(connector.get_admin("/admin/ledger").body);
  for (const auto& partition : summary.at("partitions").as_array()) {
    std::string cursor;
    do {
      const auto page = json::parse(
          connector
              .get_admin("/admin/ledger?partition=" +
                         std::to_string(partition.at("partition").to_number<int>()) + "&cursor=" + cursor)
              .body);
      for (const auto& record : page.at("records").as_array()) {
        out[std::string{record.at("intentId").as_string()}] = record.at("state").as_string();
      }
      cursor = page.at("cursor").as_string();
    } while (!cursor.empty());
  }
  return out;
}

bool all_read(const Connector& connector, std::size_t count, Millis timeout) {
  return eventually(
      [&] {
        const auto known = states(connector);
        return known.size() == count &&
               std::ranges::all_of(known, [](const auto& entry) { return entry.second == "read"; });
      },
      timeout);
}

std::string intent_list(const std::vector<std::string>& ids, std::size_t first, std::size_t count) {
  std::string list;
  for (std::size_t i = first; i < std::min(first + count, ids.size()); ++i) {
    list += (list.empty() ? "" : ",") + std::string{R"({"intentId":")"} + ids[i] + R"(","to":"+165055)" +
            std::to_string(10'000 + i) + R"(","payload":{"type":"text","text":{"body":"x"}}})";
  }
  return "{\"intents\":[" + list + "]}";
}

std::vector<std::string> new_ids(std::size_t count) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < count; ++i) ids.push_back(random_uuid());
  return ids;
}

enum class Engine : std::uint8_t { kEmbedded, kRedis };
class ThrottleStormTest : public ::testing::TestWithParam<Engine> {};
INSTANTIATE_TEST_SUITE_P(Engines, ThrottleStormTest, ::testing::Values(Engine::kEmbedded, Engine::kRedis),
                         [](const auto& info) {
                           return info.param == Engine::kRedis ? "Redis" : "Embedded";
                         });

TEST_P(ThrottleStormTest, LosesNothingDoublesNothingFailsNothingAndRecovers) {
  std::optional<RedisServer> redis;
  if (GetParam() == Engine::kRedis) redis.emplace();
  const std::uint16_t graph_port = free_port();
  Connector connector{{.graph_url = "http://127.0.0.1:" + std::to_string(graph_port),
                       .redis_url = redis ? redis->url() : "",
                       .env = {{"LOG_LEVEL", "warning"}, {"RETRY_FIRST_MS", "100"}}}};
  const Sandbox sandbox{connector.webhook_url(), kQuietSandbox, graph_port};
  connector.start();
  sandbox.set_faults(R"([{"kind":"throttle","code":130429,"percent":30,"for_ms":10000}])");
  const auto storm_ends = std::chrono::steady_clock::now() + Millis{10'000};
  const auto ids = new_ids(300);
  for (std::size_t i = 0; i < ids.size(); i += 50) {
    const HttpReply reply =
        connector.post("/v1/intents", intent_list(ids, i, 50), {{"Prefer", "respond-async"}});
    ASSERT_EQ(reply.status, 202) << reply.body;
  }
  const std::string series = "whatsapp_throttles_total{scope=\"sender\"}";
  ASSERT_TRUE(eventually([&] { return std::chrono::steady_clock::now() >= storm_ends; }, Millis{11'000}));
  const double throttles = connector.metric(series);
  EXPECT_GE(throttles, 2) << "there was no storm";
  const std::string path = "/v1/senders/" + std::string{kSender};
  const auto rate = [&] {
    const auto pace = json::parse(connector.get(path).body).at("pace");
    return pace.at("perSecond").to_number<double>() / pace.at("ceiling").to_number<double>();
  };
  EXPECT_LT(rate(), 0.9) << "the pace fell";
  EXPECT_TRUE(all_read(connector, ids.size(), Millis{60'000}));
  const Taken taken = taken_by(sandbox);
  EXPECT_EQ(taken.messages, ids.size());
  EXPECT_EQ(taken.doubled, 0U);
  EXPECT_EQ(connector.metric("whatsapp_messages_failed_total"), 0);
  EXPECT_EQ(connector.metric("whatsapp_messages_failed_by_code_total{code=\"130429\"}"), 0);
  EXPECT_EQ(connector.metric("whatsapp_breaker_opened_total"), 0) << "a throttle is no fault of the server";
  EXPECT_EQ(connector.metric("whatsapp_send_attempts_total"), static_cast<double>(ids.size()) + throttles);
  EXPECT_TRUE(eventually([&] { return rate() >= 1.0; }, Millis{40'000})) << "the pace did not recover";
}

TEST(TwoInstances, ShareOneLimitLoseNothingAndDoubleNothingWhenOneDies) {
  constexpr double kRate = 100;
  RedisServer redis;
  const std::uint16_t graph_port = free_port();
  const ConnectorOptions options{.graph_url = "http://127.0.0.1:" + std::to_string(graph_port),
                                 .redis_url = redis.url(),
                                 .env = {{"KEYRING", kKeyring},
                                         {"SENDER_RATE", std::to_string(static_cast<int>(kRate))},
                                         {"GRAPH_TIMEOUT_MS", "500"},
                                         {"LEASE_MS", "1600"},
                                         {"UNKNOWN_WINDOW_MS", "2000"},
                                         {"ON_UNKNOWN", "resend"},
                                         {"LOG_LEVEL", "warning"}}};
  Connector dying{options};
  Connector staying{options};
  const Sandbox sandbox{staying.webhook_url(), kQuietSandbox, graph_port};
  dying.start();
  staying.start();

  // Each batch goes to one of the two; three in ten of its intents are sent to the other one as well.
  const auto ids = new_ids(shared_intents());
  // As long as sending them takes, and as much again.
  const Millis patience{40'000 +
                        static_cast<std::int64_t>(2'000.0 * static_cast<double>(ids.size()) / kRate)};
  for (std::size_t i = 0; i < ids.size(); i += 20) {
    Connector& one = (i / 20) % 2 == 0 ? dying : staying;
    Connector& other = &one == &dying ? staying : dying;
    ASSERT_EQ(one.post("/v1/intents", intent_list(ids, i, 20), {{"Prefer", "respond-async"}}).status, 202);
    const HttpReply again = other.post("/v1/intents", intent_list(ids, i, 6), {{"Prefer", "respond-async"}});
    ASSERT_EQ(again.status, 202);
    EXPECT_EQ(json::parse(again.body).at("result").at("summary").at("deduped"), 6);
  }
  ASSERT_TRUE(eventually([&] { return taken_by(sandbox).messages >= ids.size() / 2; }, patience));
  dying.kill();

  // Silence about an unknown intent means something only while its sender's other statuses arrive.
  std::size_t expected = ids.size();
  const bool settled = eventually(
      [&] {
        if (taken_by(sandbox).messages < ids.size() - 20) return false;
        if (all_read(staying, expected, Millis{400})) return true;
        ++expected;
        static_cast<void>(staying.post("/v1/intents", text_intent(random_uuid(), "+16505559999"),
                                       {{"Prefer", "respond-async"}}));
        return false;
      },
      patience);
  std::map<std::string, std::size_t> counts;
  for (const auto& [id, state] : states(staying)) ++counts[state];
  std::string summary;
  for (const auto& [state, count] : counts) summary += state + " " + std::to_string(count) + ", ";
  EXPECT_TRUE(settled) << summary;
  const Taken taken = taken_by(sandbox);
  EXPECT_EQ(taken.messages, expected) << "lost";
  EXPECT_EQ(taken.doubled, 0U);
  // From after the burst until one of the two died.
  const std::size_t from = 40;
  const std::size_t to = ids.size() / 2 - 10;
  const double rate = static_cast<double>(to - from) / ((taken.at[to] - taken.at[from]) / 1000.0);
  EXPECT_NEAR(rate, kRate, kRate * 0.05);
  std::cout << ids.size() << " intents, 30 % posted twice: sent " << taken.messages << " of " << expected
            << ", " << taken.doubled << " doubled, " << rate << " a second of " << kRate << "\n";
}

}  // namespace
}  // namespace wac::testing
