// GET /v1/events: long poll and server-sent events, with cursors that survive a restart.

#include "engines.h"

#include <future>

namespace wac::testing {
namespace {

namespace json = boost::json;

class EventFeedTest : public ServiceTest {};
INSTANTIATE_TEST_SUITE_P(Engines, EventFeedTest, ::testing::Values(Engine::kEmbedded, Engine::kRedis),
                         engine_name);

TEST_P(EventFeedTest, PagesWithACursorInOrder) {
  launch();
  for (int i = 0; i < 5; ++i)
    ASSERT_EQ(connector_->post_webhook(inbound_text("wamid." + std::to_string(i))).status, 200);
  const auto first = json::parse(connector_->get("/v1/events?limit=3").body);
  ASSERT_EQ(first.at("events").as_array().size(), 3U);
  EXPECT_EQ(first.at("events").at(0).at("data").at("raw").at("id"), "wamid.0");
  const std::string cursor{first.at("cursor").as_string()};
  connector_->kill();
  connector_->start();
  const auto second = json::parse(connector_->get("/v1/events?cursor=" + cursor).body);
  ASSERT_EQ(second.at("events").as_array().size(), 2U);
  EXPECT_EQ(second.at("events").at(0).at("data").at("raw").at("id"), "wamid.3");
  EXPECT_EQ(connector_->get("/v1/events?cursor=nonsense!").status, 400);
}

TEST_P(EventFeedTest, ALongPollReturnsWhenAnEventComes) {
  launch();
  ASSERT_EQ(connector_->post_webhook(inbound_text("wamid.old")).status, 200);
  auto waiting =
      std::async(std::launch::async, [this] { return connector_->get("/v1/events?cursor=$&wait=20"); });
  // The event must come after the reader has begun to wait; it shows in the connections.
  ASSERT_TRUE(eventually([&] { return connector_->metric("whatsapp_http_requests_in_flight") >= 1; }));
  ASSERT_EQ(connector_->post_webhook(inbound_text("wamid.new")).status, 200);
  const auto page = json::parse(waiting.get().body);
  ASSERT_EQ(page.at("events").as_array().size(), 1U);
  EXPECT_EQ(page.at("events").at(0).at("data").at("raw").at("id"), "wamid.new");
}

TEST_P(EventFeedTest, ServerSentEventsCarryTheCursorAsId) {
  launch();
  ASSERT_EQ(connector_->post_webhook(inbound_text("wamid.A")).status, 200);
  Process curl{ProcessOptions{.argv = {"curl", "-sN", "-H", "Accept: text/event-stream", "-H",
                                       "Authorization: Bearer " + connector_->api_key(),
                                       connector_->url("/v1/events")}}};
  ASSERT_TRUE(eventually([&] { return curl.standard_output().find("wamid.A") != std::string::npos; }));
  ASSERT_EQ(connector_->post_webhook(inbound_text("wamid.B")).status, 200);
  EXPECT_TRUE(eventually([&] { return curl.standard_output().find("wamid.B") != std::string::npos; }));
  const std::string text = curl.standard_output();
  const std::size_t at = text.find("id: ");
  ASSERT_NE(at, std::string::npos);
  const std::string cursor = text.substr(at + 4, text.find('\n', at) - at - 4);
  const auto page = json::parse(connector_->get("/v1/events?cursor=" + cursor).body);
  ASSERT_EQ(page.at("events").as_array().size(), 1U) << "the cursor points behind the first event";
  const auto ended = connector_->terminate();
  ASSERT_TRUE(ended) << "an open stream does not hold up the drain";
  EXPECT_EQ(ended->code, 0);
}

}  // namespace
}  // namespace wac::testing
