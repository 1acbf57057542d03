#include "fake_server.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wac::ctl {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string letter(const std::string& id) {
  return R"({"intentId":")" + id +
         R"(","state":"dead","attempts":10,"updatedAt":"2026-11-23T10:00:00Z","errorCode":"131026","errorMessage":"undeliverable"})";
}

TEST(DeadLetters, AreListedPageByPage) {
  const FakeServer server{[](const Seen& seen) {
    const bool first = seen.target.ends_with("cursor=");
    return json_answer(first
                           ? R"({"deadLetters":[)" + letter("a") + "," + letter("b") + R"(],"cursor":"n&x"})"
                           : R"({"deadLetters":[)" + letter("c") + R"(],"cursor":""})");
  }};
  const Ran ran = run_ctl(server.url(), {"dead-letters", "list"});
  EXPECT_EQ(ran.exit, 0);
  for (const char* text : {"a ", "b ", "c ", "dead", "10", "131026 undeliverable", "2026-11-23T10:00:00Z"})
    EXPECT_THAT(ran.out, HasSubstr(text));
  ASSERT_THAT(server.seen(), SizeIs(2));
  EXPECT_EQ(server.seen()[0].target, "/v1/dead-letters?limit=100&cursor=");
  EXPECT_EQ(server.seen()[1].target, "/v1/dead-letters?limit=98&cursor=n%26x");
}

TEST(DeadLetters, StopAtTheLimitAndSaySo) {
  const FakeServer server{
      [](const Seen&) { return json_answer(R"({"deadLetters":[)" + letter("a") + R"(],"cursor":"next"})"); }};
  const Ran ran = run_ctl(server.url(), {"--json", "dead-letters", "list", "--limit", "1"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(boost::json::parse(ran.out).at("deadLetters").as_array().size(), 1U);
  EXPECT_THAT(ran.err, HasSubstr("there are more"));
  EXPECT_THAT(server.seen(), SizeIs(1));
}

TEST(DeadLetters, AreRedrivenOneByOne) {
  const FakeServer server{[](const Seen&) { return json_answer(R"({"intentId":"a","state":"accepted"})"); }};
  const Ran ran = run_ctl(server.url(), {"dead-letters", "redrive", "a"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_THAT(ran.out, HasSubstr("accepted"));
  EXPECT_EQ(server.seen().front().target, "/v1/intents/a/redrive");
  EXPECT_EQ(server.seen().front().method, net::Method::kPost);
}

TEST(DeadLetters, AreRedrivenByTheirCode) {
  const FakeServer server{
      [](const Seen&) { return json_answer(R"({"dryRun":true,"matched":12,"redriven":0})"); }};
  const Ran ran = run_ctl(server.url(), {"dead-letters", "redrive", "--all", "--error-code", "131026",
                                         "--dry-run", "--limit", "50"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out, "matched 12, redriven 0\n");
  EXPECT_EQ(server.seen().front().target, "/v1/dead-letters/redrive");
  EXPECT_EQ(server.seen().front().body, R"({"dryRun":true,"limit":50,"errorCode":"131026"})");
}

TEST(DeadLetters, SayWhatTheConnectorRefused) {
  const FakeServer server{[](const Seen&) {
    return json_answer(R"({"code":"state_conflict","detail":"The intent's state does not allow this."})",
                       409);
  }};
  const Ran ran = run_ctl(server.url(), {"dead-letters", "redrive", "a"});
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.err, HasSubstr("state_conflict"));
}

}  // namespace
}  // namespace wac::ctl
