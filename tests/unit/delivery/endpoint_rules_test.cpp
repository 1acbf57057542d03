#include "delivery/endpoint_rules.h"

#include "support/manual_scheduler.h"

#include <gtest/gtest.h>

namespace wac::delivery {
namespace {

const WallTime kNow = from_millis(1'790'000'000'000);

net::ClientResult status(int code, const std::string& retry_after = "") {
  net::ClientResponse response;
  response.status = code;
  if (!retry_after.empty()) response.headers.emplace_back("Retry-After", retry_after);
  return response;
}

Answer failed() {
  return judge(status(500), kNow);
}
Answer taken() {
  return judge(status(204), kNow);
}

TEST(Judge, OnlySuccessIsTaken) {
  for (const int code : {200, 201, 202, 204, 299})
    EXPECT_EQ(judge(status(code), kNow).verdict, Verdict::kTaken);
  for (const int code : {301, 302, 307, 400, 401, 404, 429, 500, 503}) {
    const Answer answer = judge(status(code), kNow);
    EXPECT_EQ(answer.verdict, Verdict::kFailed) << code;
    EXPECT_EQ(answer.error, "http_" + std::to_string(code));
  }
  EXPECT_EQ(judge(status(410), kNow).verdict, Verdict::kGone);
}

TEST(Judge, NamesWhatFailedWithoutAnAnswer) {
  const net::ClientResult lost = std::unexpected(net::ClientFailure{{ErrorCode::kTimeout, 0, ""}, {}});
  const Answer answer = judge(lost, kNow);
  EXPECT_EQ(answer.verdict, Verdict::kFailed);
  EXPECT_EQ(answer.error, name(ErrorCode::kTimeout));
  EXPECT_EQ(answer.status, 0);
}

TEST(RetryWait, DoublesUpToItsBoundAndNeverBeyond) {
  config::DeliveryRules rules;
  rules.retry_first = Millis{1'000};
  rules.retry_max = Millis{8'000};
  testing::SeededRandom random{1};
  const std::int64_t bounds[] = {1'000, 2'000, 4'000, 8'000, 8'000, 8'000};
  for (std::uint32_t tries = 1; tries <= 6; ++tries) {
    Millis longest{0};
    for (int i = 0; i < 300; ++i) longest = std::max(longest, retry_wait(rules, tries, std::nullopt, random));
    EXPECT_LE(longest.count(), bounds[tries - 1]);
    EXPECT_GT(longest.count(), bounds[tries - 1] * 9 / 10) << "full jitter reaches its bound";
  }
}

TEST(RetryWait, HonoursRetryAfterWithinItsBound) {
  config::DeliveryRules rules;
  testing::SeededRandom random{1};
  const Answer answer = judge(status(503, "120"), kNow);
  EXPECT_EQ(retry_wait(rules, 1, answer.retry_after, random), Millis{120'000});
  EXPECT_EQ(retry_wait(rules, 1, judge(status(429, "999999"), kNow).retry_after, random), rules.retry_max);
}

TEST(Endpoint, IsPausedAfterBothTheTimeAndTheFailures) {
  config::DeliveryRules rules;
  rules.pause_after = Millis{60'000};
  rules.pause_failures = 3;
  testing::SeededRandom random{1};
  Endpoint endpoint;
  for (int i = 0; i < 10; ++i) endpoint = after(endpoint, failed(), rules, kNow, random);
  EXPECT_FALSE(endpoint.paused) << "often, but not for long";
  endpoint = after(Endpoint{}, failed(), rules, kNow, random);
  endpoint = after(endpoint, failed(), rules, kNow + Millis{60'000}, random);
  EXPECT_FALSE(endpoint.paused) << "for long, but not often";
  endpoint = after(endpoint, failed(), rules, kNow + Millis{60'000}, random);
  EXPECT_TRUE(endpoint.paused);
  EXPECT_EQ(word_for(endpoint), "paused");
  EXPECT_GT(endpoint.next_probe, kNow + Millis{60'000});
}

TEST(Endpoint, OneSuccessEndsAPauseAndStartsTheCountAnew) {
  config::DeliveryRules rules;
  testing::SeededRandom random{1};
  Endpoint endpoint;
  endpoint.paused = true;
  endpoint.failures = 40;
  endpoint.probes = 5;
  endpoint = after(endpoint, taken(), rules, kNow, random);
  EXPECT_FALSE(endpoint.paused);
  EXPECT_EQ(endpoint.failures, 0U);
  EXPECT_EQ(endpoint.probes, 0U);
  EXPECT_EQ(endpoint.last_taken_at, kNow);
}

TEST(Endpoint, ProbesGrowApart) {
  config::DeliveryRules rules;
  rules.retry_first = Millis{1'000};
  rules.retry_max = Millis{80'000};
  testing::SeededRandom random{1};
  Endpoint endpoint;
  endpoint.paused = true;
  endpoint.failures = 10;
  endpoint.failing_since = kNow;
  for (const std::int64_t bound : {20'000, 40'000, 80'000, 80'000}) {
    endpoint = after(endpoint, failed(), rules, kNow, random);
    EXPECT_GE((endpoint.next_probe - kNow).count(), bound / 2);
    EXPECT_LE((endpoint.next_probe - kNow).count(), bound);
  }
}

TEST(Endpoint, GoneStopsItWhateverElseIsAnswered) {
  config::DeliveryRules rules;
  testing::SeededRandom random{1};
  Endpoint endpoint = after(Endpoint{}, judge(status(410), kNow), rules, kNow, random);
  EXPECT_EQ(word_for(endpoint), "stopped");
  endpoint = after(endpoint, taken(), rules, kNow, random);
  EXPECT_TRUE(endpoint.stopped) << "what was in flight does not resume it";
}

TEST(GivesUp, AfterItsTimeButNotWhileTheEndpointIsPaused) {
  config::DeliveryRules rules;
  rules.give_up = Millis{1'000};
  Endpoint endpoint;
  EXPECT_FALSE(gives_up(endpoint, rules, kNow, kNow + Millis{999}));
  EXPECT_TRUE(gives_up(endpoint, rules, kNow, kNow + Millis{1'000}));
  endpoint.paused = true;
  EXPECT_FALSE(gives_up(endpoint, rules, kNow, kNow + Millis{1'000}));
}

TEST(HoldsUp, OnlyWhatIsRefusedAgainAndAgainByWhoTakesOthers) {
  Endpoint endpoint;
  EXPECT_TRUE(holds_up(endpoint, 8));
  EXPECT_FALSE(holds_up(endpoint, 7));
  endpoint.paused = true;
  EXPECT_FALSE(holds_up(endpoint, 8)) << "then it is the endpoint";
  endpoint.last_taken_at = kNow - Millis{60'000};
  EXPECT_TRUE(takes_others(endpoint, kNow));
  endpoint.last_taken_at = kNow - Millis{61'000};
  EXPECT_FALSE(takes_others(endpoint, kNow));
}

}  // namespace
}  // namespace wac::delivery
