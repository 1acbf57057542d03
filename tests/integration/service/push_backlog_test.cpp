// A backlog larger than what is held of it at once: an event that nobody will ever take lets the others pass,
// and none is given up because its consumer has a bad time.

#include "engines.h"
#include "support/consumer.h"

#include <mutex>
#include <set>

namespace wac::testing {
namespace {

namespace json = boost::json;

constexpr std::size_t kPeople = 20;
constexpr std::size_t kEvents = 1'400;
constexpr const char* kDead = "whatsapp_delivery_total{outcome=\"dead_letter\"}";

std::string wamid(std::size_t number) {
  return "wamid." + std::to_string(number % kPeople) + "." + std::to_string(number / kPeople);
}

/// One notification with the messages of `kPeople` people in turn.
std::string messages(std::size_t from, std::size_t to) {
  std::string list;
  for (std::size_t i = from; i < to; ++i) {
    list += (list.empty() ? "" : ",") + std::string{R"({"from":"1650555)"} +
            std::to_string(1'000 + i % kPeople) + R"(","id":")" + wamid(i) +
            R"(","timestamp":"1739321024","type":"text","text":{"body":"x"}})";
  }
  return R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"field":"messages",)"
         R"("value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881",)"
         R"("phone_number_id":")" +
         std::string{kSender} + R"("},"messages":[)" + list + "]}}]}]}";
}

class PushBacklogTest : public ServiceTest {
 protected:
  void launch_with(const ConsumerServer& consumer) {
    launch({{"WEBHOOK_CONSUMER_URL", consumer.url()},
            {"WEBHOOK_CONSUMER_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
            {"DELIVERY_RETRY_FIRST_MS", "10"},
            {"DELIVERY_RETRY_MAX_MS", "10"},
            {"LOG_LEVEL", "warning"}});
    for (std::size_t i = 0; i < kEvents; i += kEvents / 2) {
      ASSERT_EQ(connector_->post_webhook(messages(i, i + kEvents / 2)).status, 200);
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, PushBacklogTest, ::testing::Values(Engine::kEmbedded, Engine::kRedis),
                         engine_name);

TEST_P(PushBacklogTest, AConsumerThatRefusesEachEventSixTimesGetsThemAll) {
  std::mutex mutex;
  std::map<std::string, int> tries;
  const ConsumerServer consumer{[&](const Pushed& pushed) {
    const std::scoped_lock lock(mutex);
    return ++tries[pushed.wamid] <= 6 ? 503 : 200;
  }};
  launch_with(consumer);
  EXPECT_TRUE(eventually(
      [&] { return connector_->metric("whatsapp_delivery_total{outcome=\"delivered\"}") == kEvents; },
      Millis{60'000}));
  EXPECT_EQ(connector_->metric(kDead), 0);
}

TEST_P(PushBacklogTest, AnEventThatIsNeverTakenLetsAThousandOthersPass) {
  const ConsumerServer consumer{[](const Pushed& pushed) { return pushed.wamid == wamid(3) ? 500 : 200; }};
  launch_with(consumer);
  EXPECT_TRUE(eventually(
      [&] { return connector_->metric("whatsapp_delivery_total{outcome=\"delivered\"}") == kEvents - 1; },
      Millis{60'000}));
  EXPECT_EQ(connector_->metric(kDead), 1);
  const auto letters = json::parse(connector_->get("/v1/consumers/default/dead-letters").body);
  EXPECT_EQ(letters.at("deadLetters").as_array().size(), 1U);
}

}  // namespace
}  // namespace wac::testing
