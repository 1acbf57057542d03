#include "fake_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wac::ctl {
namespace {

using ::testing::HasSubstr;

constexpr const char* kStopped =
    R"({"senderId":"222","pace":{"perSecond":12.5,"ceiling":80},"breaker":{"state":"closed"},
        "stopped":{"errorCode":"190","since":"2026-11-23T10:00:00Z","meaning":"access token expired",
        "advice":"Issue a new access token."},"queued":41})";

TEST(Senders, AreListedWithWhatHoldsThem) {
  const FakeServer server{[](const Seen&) {
    return json_answer(
        std::string{
            R"({"senders":[{"senderId":"111","pace":{"perSecond":80,"ceiling":80},"blockedUntil":"2026-11-23T10:00:05Z",
                "breaker":{"state":"open","openUntil":"2026-11-23T10:00:09Z"},"stopped":null,"queued":0},)"} +
        kStopped + "]}");
  }};
  const Ran ran = run_ctl(server.url(), {"senders", "list"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.out, HasSubstr("open until 2026-11-23T10:00:09Z"));
  EXPECT_THAT(ran.out, HasSubstr("throttled until 2026-11-23T10:00:05Z"));
  EXPECT_THAT(ran.out, HasSubstr("12.5/s"));
  EXPECT_THAT(ran.out, HasSubstr("stopped since 2026-11-23T10:00:00Z by 190: access token expired"));
  EXPECT_THAT(ran.out, HasSubstr("222: Issue a new access token.\n"));
  EXPECT_THAT(ran.out, HasSubstr("41"));
  EXPECT_EQ(server.seen().front().target, "/v1/senders");
}

TEST(Senders, AreResumed) {
  const FakeServer server{[](const Seen&) { return json_answer(kStopped); }};
  const Ran ran = run_ctl(server.url(), {"senders", "resume", "222"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(server.seen().front().target, "/v1/senders/222/resume");
  EXPECT_EQ(server.seen().front().method, net::Method::kPost);
}

TEST(Senders, SayThatThereIsNone) {
  const FakeServer server{[](const Seen&) {
    return json_answer(R"({"code":"not_found","detail":"There is no such thing."})", 404);
  }};
  EXPECT_EQ(run_ctl(server.url(), {"senders", "resume", "999"}).exit, 1);
}

}  // namespace
}  // namespace wac::ctl
