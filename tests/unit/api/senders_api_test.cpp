#include "api/senders_api.h"

#include "api/sender_metrics.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace wac::api {
namespace {

namespace json = boost::json;
using store::BreakerState;
using store::SenderPace;

const WallTime kNow = from_millis(1'790'000'000'000);

SenderPace sender(const std::string& id) {
  SenderPace made;
  made.sender = *SenderId::parse(id);
  made.ceiling = 80;
  made.rate = 80;
  return made;
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(SenderJson, AHealthySenderIsShownWithItsPace) {
  const auto shown = sender_json(sender("106540352242922"));
  EXPECT_EQ(shown.at("senderId"), "106540352242922");
  EXPECT_EQ(shown.at("pace").at("perSecond"), 80.0);
  EXPECT_EQ(shown.at("pace").at("ceiling"), 80);
  EXPECT_EQ(shown.at("breaker").at("state"), "closed");
  EXPECT_TRUE(shown.at("stopped").is_null());
  EXPECT_FALSE(shown.contains("blockedUntil"));
}

TEST(SenderJson, AStopCarriesMeaningAndAdvice) {
  SenderPace stopped = sender("106540352242922");
  stopped.stopped_code = 190;
  stopped.stopped_since = kNow;
  stopped.until_new_credential = true;
  const auto shown = sender_json(stopped);
  const auto& stop = shown.at("stopped");
  EXPECT_EQ(stop.at("errorCode"), "190");
  EXPECT_NE(stop.at("advice").as_string().find("token"), std::string::npos);
  EXPECT_FALSE(stop.at("meaning").as_string().empty());
  EXPECT_TRUE(stop.at("untilNewCredential").as_bool());
}

TEST(SenderJson, TimesAreShownWhileTheyMatter) {
  SenderPace held = sender("106540352242922");
  held.blocked_until = kNow;
  held.breaker = BreakerState::kOpen;
  held.open_until = kNow;
  const auto shown = sender_json(held);
  EXPECT_TRUE(shown.contains("blockedUntil"));
  EXPECT_EQ(shown.at("breaker").at("state"), "open");
  EXPECT_TRUE(shown.at("breaker").as_object().contains("openUntil"));
}

TEST(SenderMetrics, ShowStateRateAndQueue) {
  SenderPace open = sender("106540352242922");
  open.rate = 12.5;
  open.breaker = BreakerState::kOpen;
  open.queued = 7;
  SenderPace stopped = sender("106540352242923");
  stopped.stopped_since = kNow;
  store::StateCounts counts;
  counts[store::IntentState::kAccepted] = 5;
  counts.oldest_due = kNow - Millis{2'500};
  const std::string text = sender_metrics_text({open, stopped}, counts, kNow);
  EXPECT_TRUE(has_line(text, R"(whatsapp_sender_rate{sender="106540352242922"} 12.5)")) << text;
  EXPECT_TRUE(has_line(text, R"(whatsapp_sender_breaker{sender="106540352242922"} 2)"));
  EXPECT_TRUE(has_line(text, R"(whatsapp_sender_breaker{sender="106540352242923"} 0)"));
  EXPECT_TRUE(has_line(text, R"(whatsapp_sender_stopped{sender="106540352242923"} 1)"));
  EXPECT_TRUE(has_line(text, R"(whatsapp_sender_queued{sender="106540352242922"} 7)"));
  EXPECT_TRUE(has_line(text, R"(whatsapp_queue_depth{state="accepted"} 5)"));
  EXPECT_TRUE(has_line(text, R"(whatsapp_queue_depth{state="retry_wait"} 0)"));
  EXPECT_TRUE(has_line(text, "whatsapp_queue_oldest_due_seconds 2.5"));
}

TEST(SenderMetrics, ShowTheSendersThatNeedALookWhenThereAreMany) {
  std::vector<SenderPace> senders;
  for (int i = 0; i < 1'000; ++i) senders.push_back(sender(std::to_string(100'000 + i)));
  senders[500].stopped_since = kNow;
  senders[600].queued = 3;
  const std::string text = sender_metrics_text(senders, {}, kNow);
  std::size_t shown = 0;
  for (std::size_t at = 0; (at = text.find("whatsapp_sender_rate{", at)) != std::string::npos; ++at) ++shown;
  EXPECT_EQ(shown, kSendersShown);
  EXPECT_NE(text.find("sender=\"100500\""), std::string::npos);
  EXPECT_NE(text.find("sender=\"100600\""), std::string::npos);
}

}  // namespace
}  // namespace wac::api
