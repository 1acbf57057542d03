// One tenant's flood, of as many intents as WAC_FLOOD says, is not another one's wait.

#include "base/encoding.h"
#include "config/config.h"
#include "engines.h"

#include <cstdlib>
#include <iostream>

namespace wac::testing {
namespace {

namespace json = boost::json;

constexpr std::string_view kFloodKey = "wak_key-of-flood";
constexpr std::string_view kCalmKey = "wak_key-of-calm";

int flood_size() {
  const char* size = std::getenv("WAC_FLOOD");
  return size == nullptr ? 5'000 : std::stoi(size);
}

/// A sender whose intents wait beside those of the sandbox's first number.
std::string neighbour() {
  const Partition wanted = Partition::of(*SenderId::parse(kSender));
  for (std::uint64_t id = 206'540'352'242'000;; ++id) {
    if (Partition::of(*SenderId::parse(std::to_string(id))) == wanted) return std::to_string(id);
  }
}

std::string tenant(const std::string& id, std::string_view key, std::string_view sender) {
  return "  - id: " + id + "\n    api_key_hashes: [" + to_hex(config::api_key_digest(key)) +
         "]\n    senders: [{phone_number_id: " + std::string{sender} + ", token_file: token}]\n";
}

class FairnessTest : public ServiceTest {
 protected:
  HttpReply post(const std::string& body, std::string_view key, HttpHeaders more = {}) {
    more.emplace_back("Authorization", "Bearer " + std::string{key});
    return http_request("POST", connector_->url("/v1/intents"), more, body, {.timeout = Millis{30'000}});
  }
  std::string state_for(std::string_view key, const std::string& id) {
    const HttpReply reply = http_request("GET", connector_->url("/v1/intents/" + id),
                                         {{"Authorization", "Bearer " + std::string{key}}});
    return reply.status == 200 ? std::string{json::parse(reply.body).at("state").as_string()} : "";
  }
  /// Queues so many intents of the first tenant.
  void flood() {
    for (int batch = 0; batch < flood_size() / 100; ++batch) {
      std::string list;
      for (int i = 0; i < 100; ++i) {
        list += (i == 0 ? "" : ",") + std::string{R"({"intentId":")"} + random_uuid() + R"(","to":"+16505)" +
                std::to_string(100'000 + batch * 100 + i) +
                R"(","payload":{"type":"text","text":{"body":"x"}}})";
      }
      ASSERT_EQ(post("{\"intents\":[" + list + "]}", kFloodKey, {{"Prefer", "respond-async"}}).status, 202);
    }
  }
  TempDir files_;
};
INSTANTIATE_TEST_SUITE_P(Engines, FairnessTest, ::testing::Values(Engine::kEmbedded, Engine::kRedis),
                         engine_name);

TEST_P(FairnessTest, ATenantsFirstMessageDoesNotWaitBehindAnothersFlood) {
  const std::string other = neighbour();
  write_file(files_.file("token"), "sandbox-token\n");
  write_file(files_.file("tenants.yaml"),
             "tenants:\n" + tenant("flood", kFloodKey, kSender) + tenant("calm", kCalmKey, other));
  // Eight slots and 50 ms a message: a flood of a thousand takes six seconds.
  launch({{"TENANTS_FILE", files_.file("tenants.yaml")},
          {"WHATSAPP_ACCESS_TOKEN", ""},
          {"WHATSAPP_PHONE_NUMBER_ID", ""},
          {"THREADS", "1"},
          {"SENDS_IN_FLIGHT", "8"},
          {"SENDER_RATE", "0"},
          {"LOG_LEVEL", "warning"}},
         {"--phone-number-id", other, "--reply", "never"});
  sandbox_->set_faults(R"([{"kind":"latency","ms":50,"percent":100}])");
  flood();
  for (int i = 0; i < 3; ++i) {
    const HttpReply waited = post(text_intent(random_uuid(), "+1650555888" + std::to_string(i)), kCalmKey);
    ASSERT_EQ(waited.status, 200) << waited.body;
    EXPECT_EQ(first_result(waited).at("status"), "sent") << waited.body;
    const auto took = first_result(waited).at("latencyMs").to_number<int>();
    EXPECT_LT(took, 1'000);
    std::cout << "sent after " << took << " ms\n";
  }
  const std::string queued = random_uuid();
  ASSERT_EQ(post(text_intent(queued, "+16505559999"), kCalmKey, {{"Prefer", "respond-async"}}).status, 202);
  EXPECT_TRUE(eventually(
      [&] {
        const std::string state = state_for(kCalmKey, queued);
        return state == "sent" || state == "delivered" || state == "read";
      },
      Millis{1'000}))
      << state_for(kCalmKey, queued);
  EXPECT_LT(accepted(), flood_size() * 9 / 10) << "the flood was over before it could delay anybody";
}

}  // namespace
}  // namespace wac::testing
