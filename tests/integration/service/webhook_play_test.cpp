// Every webhook we know, played by the sandbox in batches, twice, late and out of order, and again for as
// long as nobody says 200: the same events as from each of them alone.

#include "engines.h"

#include <filesystem>
#include <set>

namespace wac::testing {
namespace {

namespace json = boost::json;

using Events = std::multiset<std::pair<std::string, std::string>>;

/// What the sandbox signs as; a business account of its own would be another event.
constexpr std::string_view kAccount = "102290129340398";

/// A loop that has not yet found Redis again says 503, while another takes webhooks already.
json::value page_of(const Connector& connector, const std::string& cursor) {
  HttpReply reply;
  const bool read = eventually(
      [&] {
        reply = connector.get("/v1/events?limit=500&cursor=" + cursor);
        return reply.status == 200;
      },
      Millis{10'000});
  EXPECT_TRUE(read) << reply.status << ' ' << reply.body;
  return read ? json::parse(reply.body) : json::value{{"events", json::array{}}, {"cursor", ""}};
}

Events events_of(const Connector& connector) {
  Events events;
  std::string cursor;
  for (;;) {
    const auto page = page_of(connector, cursor);
    if (page.at("events").as_array().empty()) return events;
    cursor = page.at("cursor").as_string();
    for (const auto& event : page.at("events").as_array()) {
      events.emplace(event.at("type").as_string(), json::serialize(event.at("data").at("raw")));
    }
  }
}

/// {"field","value"} of every change in the files of tests/webhooks.
std::vector<json::object> known_changes() {
  std::vector<json::object> changes;
  for (const auto& file : std::filesystem::directory_iterator(WAC_WEBHOOK_DIR)) {
    boost::system::error_code failed;
    const auto body = json::parse(read_file(file.path()), failed);
    if (failed) continue;
    for (const auto& entry : body.at("entry").as_array()) {
      const auto* list = entry.as_object().if_contains("changes");
      if (list == nullptr) continue;
      for (const auto& change : list->as_array()) {
        if (change.as_object().contains("value")) changes.push_back(change.as_object());
      }
    }
  }
  return changes;
}

class WebhookPlayTest : public ServiceTest {};
INSTANTIATE_TEST_SUITE_P(Engines, WebhookPlayTest, ::testing::Values(Engine::kEmbedded, Engine::kRedis),
                         engine_name);

TEST_P(WebhookPlayTest, EveryKnownWebhookBatchedRepeatedLateAndOutOfOrder) {
  launch({}, {"--webhook-concurrency", "1"});
  Connector alone{{.graph_url = sandbox_->url()}};
  alone.start();
  sandbox_->set_faults(
      R"({"faults":[],"webhooks":{"duplicate_percent":50,"reorder_percent":40,"held_back_ms":300,)"
      R"("delay_percent":30,"delay_ms":500,"batch":7}})");
  if (redis_) redis_->stop();
  const auto changes = known_changes();
  ASSERT_GT(changes.size(), 90U);
  for (const json::object& change : changes) {
    const std::string text = json::serialize(change);
    ASSERT_EQ(sandbox_->post("/_sandbox/inbound", text).status, 200) << text;
    ASSERT_EQ(alone
                  .post_webhook(R"({"object":"whatsapp_business_account","entry":[{"id":")" +
                                std::string{kAccount} + R"(","changes":[)" + text + "]}]}")
                  .status,
              200);
  }
  const auto counts = [&] { return json::parse(sandbox_->get("/_sandbox/webhooks").body); };
  if (redis_) {
    ASSERT_TRUE(eventually([&] { return counts().at("retries").to_number<int>() > 5; }, Millis{20'000}));
    redis_->start();
  }
  ASSERT_TRUE(eventually([&] { return counts().at("pending") == 0; }, Millis{20'000}));
  EXPECT_GT(counts().at("duplicates").to_number<int>(), 0);
  EXPECT_GT(counts().at("held_back").to_number<int>(), 0);
  const auto count = [&](const char* what) { return counts().at(what).to_number<std::size_t>(); };
  if (redis_) {
    EXPECT_LT(count("posts") - count("retries") - count("duplicates"), changes.size()) << "several in one";
  }
  const Events expected = events_of(alone);
  EXPECT_GT(expected.size(), 90U);
  EXPECT_EQ(events_of(*connector_), expected);
}

}  // namespace
}  // namespace wac::testing
