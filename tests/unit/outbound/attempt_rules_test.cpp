#include "outbound/attempt_rules.h"

#include "base/expose.h"
#include "support/manual_scheduler.h"

#include <gtest/gtest.h>

namespace wac::outbound {
namespace {

using store::IntentState;
using testing::SeededRandom;

const WallTime kNow = from_millis(1'790'000'000'000);

net::ClientResult answer(int status, std::string body, std::string retry_after = "") {
  net::ClientResponse response;
  response.status = status;
  response.body = std::move(body);
  if (!retry_after.empty()) response.headers.emplace_back("Retry-After", std::move(retry_after));
  return response;
}

std::string graph_error(int code) {
  return R"({"error":{"message":"(#1) x","type":"OAuthException","code":)" + std::to_string(code) +
         R"(,"fbtrace_id":"Az8or2yhqkZfEZ-_4Qn_Bam"}})";
}

net::ClientResult failure(ErrorCode code, net::Written written) {
  return std::unexpected(net::ClientFailure{{code, 0, "test"}, written});
}

AttemptEnd judged(const net::ClientResult& result, Repeatable repeatable = Repeatable::kNo,
                  std::uint32_t attempt = 1) {
  SeededRandom random{1};
  return judge(result, repeatable, attempt, RetryRules{}, kNow, random);
}

TEST(Judge, AcceptedIsSentWithItsMessageId) {
  const auto end =
      judged(answer(200, R"({"messaging_product":"whatsapp","contacts":[],"messages":[{"id":"wamid.X"}]})"));
  EXPECT_EQ(end.state, IntentState::kSent);
  EXPECT_EQ(expose(end.wamid, Purpose::kValidate), "wamid.X");
  EXPECT_EQ(end.upstream_status, 200U);
}

TEST(Judge, NothingWrittenIsASafeRetry) {
  for (const auto code :
       {ErrorCode::kDnsFailed, ErrorCode::kConnectFailed, ErrorCode::kTlsFailed, ErrorCode::kTimeout}) {
    EXPECT_EQ(judged(failure(code, net::Written::kNothing)).state, IntentState::kRetryWait);
  }
}

TEST(Judge, BytesWrittenWithoutAnAnswerAreUnknownAndNeverARetry) {
  for (const auto code : {ErrorCode::kTimeout, ErrorCode::kConnectionLost, ErrorCode::kProtocol}) {
    const auto end = judged(failure(code, net::Written::kMaybe));
    EXPECT_EQ(end.state, IntentState::kUnknown);
    EXPECT_EQ(end.wait, RetryRules{}.unknown_window);
  }
}

TEST(Judge, WhatIsRepeatableIsRetriedInsteadOfUnknown) {
  EXPECT_EQ(judged(failure(ErrorCode::kTimeout, net::Written::kMaybe), Repeatable::kYes).state,
            IntentState::kRetryWait);
  EXPECT_EQ(judged(answer(502, "<html>"), Repeatable::kYes).state, IntentState::kRetryWait);
}

TEST(Judge, GatewayErrorsGarbageAndAmbiguousCodesAreUnknown) {
  EXPECT_EQ(judged(answer(502, "<html>bad gateway</html>")).state, IntentState::kUnknown);
  EXPECT_EQ(judged(answer(504, "")).state, IntentState::kUnknown);
  EXPECT_EQ(judged(answer(200, "not json")).state, IntentState::kUnknown);
  for (const int code : {1, 2, 131000, 131016, 133004}) {
    const auto end = judged(answer(500, graph_error(code)));
    EXPECT_EQ(end.state, IntentState::kUnknown) << code;
    EXPECT_EQ(end.error_code, static_cast<std::uint32_t>(code));
  }
}

TEST(Judge, ThrottleCodesOnHttp400AreRetriedNotFailed) {
  for (const int code : {4, 80007, 130429, 131056}) {
    const auto end = judged(answer(400, graph_error(code)));
    EXPECT_EQ(end.state, IntentState::kRetryWait) << code;
    EXPECT_GT(end.wait, Millis{0}) << code;
  }
}

TEST(Judge, RetryAfterIsHonouredButBounded) {
  EXPECT_GE(judged(answer(400, graph_error(130429), "30")).wait, Millis{30'000});
  RetryRules rules;
  EXPECT_LE(judged(answer(400, graph_error(130429), "99999999")).wait,
            rules.retry_after_max + rules.retry_after_max / 5 + rules.max + Millis{1});
}

TEST(Judge, PermanentCodesFailAtOnce) {
  for (const int code : {100, 131008, 131009, 131026, 131047, 131051, 132000, 132001}) {
    EXPECT_EQ(judged(answer(400, graph_error(code))).state, IntentState::kFailed) << code;
  }
}

TEST(Judge, ARefusedTokenWaitsForANewOne) {
  const auto end = judged(answer(401, graph_error(190)));
  EXPECT_EQ(end.state, IntentState::kRetryWait);
  EXPECT_GE(end.wait, RetryRules{}.token_wait);
  EXPECT_EQ(end.error_code, 190U);
}

TEST(Judge, TheLastAttemptIsDeadInsteadOfRetried) {
  const RetryRules rules;
  EXPECT_EQ(judged(answer(400, graph_error(130429)), Repeatable::kNo, rules.max_attempts).state,
            IntentState::kDead);
  EXPECT_EQ(
      judged(failure(ErrorCode::kTimeout, net::Written::kMaybe), Repeatable::kNo, rules.max_attempts).state,
      IntentState::kUnknown)
      << "used-up attempts do not make an unknown outcome known";
}

TEST(Judge, ATenantsPoliciesGoBeforeTheConfiguration) {
  config::Policies policies;
  policies.max_attempts = 3;
  policies.retry_first = Millis{7};
  const RetryRules rules = RetryRules{}.of(policies);
  EXPECT_EQ(rules.max_attempts, 3U);
  EXPECT_EQ(rules.first, Millis{7});
  EXPECT_EQ(rules.max, RetryRules{}.max);
}

TEST(Judge, ARetryBeyondTheTenantsAgeEndsDead) {
  const WallTime created = from_millis(1'000'000);
  const auto ended = [&](IntentState state, Millis wait) {
    AttemptEnd end;
    end.state = state;
    end.wait = wait;
    end_by_age(end, created, Millis{60'000}, created + Millis{50'000});
    return end.state;
  };
  EXPECT_EQ(ended(IntentState::kRetryWait, Millis{9'999}), IntentState::kRetryWait);
  EXPECT_EQ(ended(IntentState::kRetryWait, Millis{10'000}), IntentState::kDead);
  EXPECT_EQ(ended(IntentState::kUnknown, Millis{10'000}), IntentState::kUnknown);
  EXPECT_EQ(ended(IntentState::kSent, Millis{10'000}), IntentState::kSent);
}

TEST(Judge, KeepsMetasTraceId) {
  EXPECT_EQ(judged(answer(400, graph_error(100))).trace.text, "Az8or2yhqkZfEZ-_4Qn_Bam");
}

TEST(Backoff, StaysUnderItsDoublingCeilingAndUsesTheWholeRange) {
  SeededRandom random{42};
  const RetryRules rules;
  for (std::uint32_t attempt = 1; attempt <= 40; ++attempt) {
    const Millis ceiling =
        std::min(rules.max, Millis{rules.first.count() << std::min<std::uint32_t>(attempt - 1, 20)});
    Millis largest{0};
    for (int i = 0; i < 200; ++i) {
      const Millis wait = backoff(rules, attempt, random);
      ASSERT_GE(wait, Millis{0});
      ASSERT_LE(wait, ceiling) << attempt;
      largest = std::max(largest, wait);
    }
    EXPECT_GT(largest, ceiling * 3 / 4) << attempt;
  }
}

}  // namespace
}  // namespace wac::outbound
