#include "ctl/smoke_rules.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wac::ctl {
namespace {

using boost::json::parse;
using ::testing::ElementsAre;

SmokeRow row(std::string type, Progress progress) {
  SmokeRow made;
  made.type = std::move(type);
  made.progress = progress;
  return made;
}

TEST(SmokeRules, MakeAPayloadOfEveryPrincipalType) {
  for (const std::string_view type : kSmokeTypes) {
    const auto payload = smoke_payload(type, {}, "wamid.TARGET");
    EXPECT_EQ(payload.at("type").as_string(), type);
    EXPECT_TRUE(payload.contains(type)) << type;
  }
  EXPECT_EQ(smoke_payload("mark_read", {}, "wamid.T").at("mark_read").at("message_id").as_string(),
            "wamid.T");
  EXPECT_EQ(smoke_payload("reaction", {}, "wamid.T").at("reaction").at("message_id").as_string(), "wamid.T");
}

TEST(SmokeRules, AreContentWithDeliveryOnly) {
  EXPECT_EQ(smoke_progress("text", "sent"), Progress::kWaiting);
  EXPECT_EQ(smoke_progress("text", "unknown"), Progress::kWaiting);
  EXPECT_EQ(smoke_progress("text", "delivered"), Progress::kDone);
  EXPECT_EQ(smoke_progress("text", "read"), Progress::kDone);
  EXPECT_EQ(smoke_progress("text", "failed"), Progress::kFailed);
  EXPECT_EQ(smoke_progress("text", "unconfirmed"), Progress::kFailed);
}

TEST(SmokeRules, AreContentWithSentWhereMetaSaysNoMore) {
  EXPECT_EQ(smoke_progress("reaction", "sent"), Progress::kDone);
  EXPECT_EQ(smoke_progress("mark_read", "sent"), Progress::kDone);
  EXPECT_EQ(smoke_progress("reaction", "sending"), Progress::kWaiting);
}

TEST(SmokeRules, MeasureTheTimeToDelivery) {
  const auto intent = parse(R"({"createdAt":"2026-01-01T00:00:00.100Z","timeline":[
    {"state":"sending","at":"2026-01-01T00:00:00.100Z"},{"state":"sent","at":"2026-01-01T00:00:00.140Z"},
    {"state":"delivered","at":"2026-01-01T00:00:00.190Z"},{"state":"read","at":"2026-01-01T00:00:00.300Z"}]})");
  EXPECT_EQ(time_to_goal("text", intent), Millis{90});
  EXPECT_EQ(time_to_goal("reaction", intent), Millis{40});
  EXPECT_EQ(time_to_goal("text", parse(R"({"createdAt":"2026-01-01T00:00:00.100Z","timeline":[]})")),
            std::nullopt);
}

TEST(SmokeRules, FindTheMessagesUsersSent) {
  const auto page = parse(R"({"events":[
    {"type":"whatsapp.message.status.read","data":{"raw":{"id":"wamid.OURS"}}},
    {"type":"whatsapp.message.received.text","data":{"raw":{"id":"wamid.THEIRS"}}},
    {"type":"whatsapp.message.received.image","data":{}}],"cursor":"c"})");
  EXPECT_THAT(received_messages(page), ElementsAre("wamid.THEIRS"));
}

TEST(SmokeRules, SumUpInOneLine) {
  EXPECT_EQ(smoke_summary({row("text", Progress::kDone), row("audio", Progress::kFailed)}, 1),
            "1/2 types delivered, 1 reply received");
  EXPECT_EQ(smoke_summary({row("text", Progress::kDone)}, 0), "1/1 types delivered, 0 replies received");
}

TEST(SmokeRules, AreDoneOnlyWhenEveryTypeIs) {
  EXPECT_TRUE(all_done({row("text", Progress::kDone)}));
  EXPECT_FALSE(all_done({row("text", Progress::kDone), row("audio", Progress::kWaiting)}));
}

TEST(SmokeRules, ShowATable) {
  SmokeRow good = row("text", Progress::kDone);
  good.state = "delivered";
  good.time = Millis{90};
  good.wamid = "wamid.HBgLMTU1NTAwMDExMTEVAgARGBI0";
  SmokeRow bad = row("mark_read", Progress::kFailed);
  bad.note = "no answer came";
  EXPECT_EQ(smoke_table({good, bad}),
            "type       state      time ms  wamid\n"
            "text       delivered       90  wamid.HBgLMT…TEVAgARGBI0\n"
            "mark_read  not sent         -                            no answer came\n");
}

TEST(SmokeRules, SayTheSameAsJson) {
  SmokeRow good = row("text", Progress::kDone);
  good.intent_id = "i";
  good.state = "read";
  good.time = Millis{90};
  EXPECT_EQ(boost::json::value(smoke_json({good}, 1)),
            parse(R"({"types":[{"type":"text","intentId":"i","state":"read","delivered":true,"timeMs":90}],
                      "replies":1,"ok":true})"));
}

}  // namespace
}  // namespace wac::ctl
