#include "fake_server.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wac::ctl {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

namespace json = boost::json;

/// A connector whose user answers the first text; intents get as far as `reached`.
class FakeConnector {
 public:
  explicit FakeConnector(std::string reached, bool answers = true)
      : reached_(std::move(reached)), answers_(answers) {}

  net::HttpResponse operator()(const Seen& seen) {
    if (seen.target.starts_with("/v1/events")) return events(seen);
    if (seen.method == net::Method::kGet) {
      return json_answer(R"({"intentId":"i","state":")" + reached_ +
                         R"(","createdAt":"2026-01-01T00:00:00.000Z","timeline":[
           {"state":"sent","at":"2026-01-01T00:00:00.005Z"},
           {"state":"delivered","at":"2026-01-01T00:00:00.050Z"}]})");
    }
    const json::value payload = json::parse(seen.body).at("intents").at(0).at("payload");
    types += payload.at("type").as_string().c_str();
    types += ' ';
    if (payload.at("type") == "reaction")
      reacted_to = payload.at("reaction").at("message_id").as_string().c_str();
    if (payload.at("type") == "mark_read")
      marked = payload.at("mark_read").at("message_id").as_string().c_str();
    return json_answer(
        R"({"ok":true,"result":{"results":[{"status":"sent","state":"sent","wamid":"wamid.OURS"}]}})");
  }

  std::string types;
  std::string reacted_to;
  std::string marked;

 private:
  net::HttpResponse events(const Seen& seen) {
    const bool from_now = seen.target.find("cursor=%24") != std::string::npos;
    const bool after_reply = seen.target.find("cursor=c1") != std::string::npos;
    if (from_now || after_reply || !answers_) {
      return json_answer(std::string{R"({"events":[],"cursor":")"} + (after_reply ? "c1" : "c0") + "\"}");
    }
    return json_answer(
        R"({"events":[{"type":"whatsapp.message.received.text","data":{"raw":{"id":"wamid.THEIRS"}}}],
                           "cursor":"c1"})");
  }

  std::string reached_;
  bool answers_;
};

TEST(Smoke, SendsEveryTypeInOrderAndReportsThemDelivered) {
  FakeConnector connector{"delivered"};
  std::string out;
  {
    const FakeServer server{std::ref(connector)};
    const Ran ran = run_ctl(server.url(), {"smoke", "--to", "+15550001111", "--timeout", "20"});
    EXPECT_EQ(ran.exit, 0) << ran.out << ran.err;
    out = ran.out;
  }
  EXPECT_EQ(connector.types, "text audio document contacts template reaction mark_read ");
  EXPECT_EQ(connector.reacted_to, "wamid.OURS");
  EXPECT_EQ(connector.marked, "wamid.THEIRS");
  EXPECT_THAT(out, HasSubstr("text       delivered"));
  EXPECT_THAT(out, EndsWith("7/7 types delivered, 1 reply received\n"));
}

TEST(Smoke, FailsWhenSomethingStaysOnItsWay) {
  const FakeServer server{FakeConnector{"sent"}};
  const Ran ran = run_ctl(server.url(), {"smoke", "--to", "+1", "--message-id", "wamid.X", "--timeout", "1"});
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, EndsWith("2/7 types delivered, 1 reply received\n"));
}

TEST(Smoke, SaysWhatToDoWhenTheUserDoesNotAnswer) {
  const FakeServer server{FakeConnector{"delivered", false}};
  const Ran ran = run_ctl(server.url(), {"smoke", "--to", "+1", "--timeout", "1"});
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, HasSubstr("--message-id"));
  EXPECT_THAT(ran.out, EndsWith("6/7 types delivered, 0 replies received\n"));
}

}  // namespace
}  // namespace wac::ctl
