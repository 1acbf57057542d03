#include "outbound/attempt_rules.h"

#include "base/expose.h"
#include "support/manual_scheduler.h"

#include <gtest/gtest.h>

namespace wac::outbound {
namespace {

using store::IntentState;
using testing::SeededRandom;
using Signal = store::PaceSignal::Kind;

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

TEST(Judge, ThrottleCodesOnHttp400AreRetriedNotFailedAndDoNotCount) {
  for (const int code : {4, 80007, 130429, 131048, 131056}) {
    const auto end = judged(answer(400, graph_error(code)), Repeatable::kNo, RetryRules{}.max_attempts);
    EXPECT_EQ(end.state, IntentState::kRetryWait) << code;
    EXPECT_GT(end.wait, Millis{0}) << code;
    EXPECT_FALSE(end.counts) << code;
  }
}

TEST(Judge, AThrottleSlowsTheSenderForTheCataloguesTime) {
  const auto end = judged(answer(400, graph_error(130429)));
  EXPECT_EQ(end.signal.kind, Signal::kThrottled);
  EXPECT_GE(end.signal.wait, Millis{1'000});
  EXPECT_LE(end.signal.wait, Millis{1'200});
  EXPECT_GE(end.wait, end.signal.wait) << "the intent is not due while its sender is blocked";
  EXPECT_EQ(judged(answer(429, "")).signal.kind, Signal::kThrottled) << "a proxy's 429, without a code";
}

TEST(Judge, APairThrottlePausesTheRecipientAndNotTheSender) {
  const auto end = judged(answer(400, graph_error(131056)));
  EXPECT_EQ(end.signal.kind, Signal::kPairThrottled);
  EXPECT_FALSE(end.counts);
}

TEST(Judge, AThrottledMessageOrTemplateMakesNobodyElseWait) {
  for (const int code : {131208, 132069, 134101, 138009}) {
    const auto end = judged(answer(400, graph_error(code)));
    EXPECT_EQ(end.state, IntentState::kRetryWait) << code;
    EXPECT_EQ(end.signal.kind, Signal::kAnswered) << code;
    EXPECT_GE(end.wait, Millis{60'000}) << code;
    EXPECT_FALSE(end.counts) << code;
  }
}

TEST(Judge, RetryAfterIsHonouredButBounded) {
  EXPECT_GE(judged(answer(400, graph_error(130429), "30")).signal.wait, Millis{30'000});
  const RetryRules rules;
  const auto end = judged(answer(400, graph_error(130429), "99999999"));
  EXPECT_LE(end.signal.wait, rules.retry_after_max + rules.retry_after_max / 5);
  EXPECT_LE(end.wait, end.signal.wait + rules.first);
}

TEST(Judge, AnAccountsThrottleWaitsForTheMinutesOfTheUsageHeader) {
  net::ClientResponse response;
  response.status = 400;
  response.headers.emplace_back(
      "X-Business-Use-Case-Usage",
      R"({"1":[{"type":"whatsapp","call_count":100,"estimated_time_to_regain_access":7}]})");
  response.body = graph_error(80007);
  const auto account = judged(response);
  EXPECT_EQ(account.signal.kind, Signal::kThrottled);
  EXPECT_GE(account.signal.wait, Millis{420'000});
  EXPECT_EQ(account.signal.usage_percent, 100);
  response.body = graph_error(130429);
  EXPECT_LE(judged(response).signal.wait, Millis{1'200})
      << "the number's throughput has nothing to do with it";
}

TEST(Judge, UsageIsReadFromSuccessesToo) {
  net::ClientResponse response;
  response.status = 200;
  response.headers.emplace_back("X-App-Usage", R"({"call_count":80,"total_time":1,"total_cputime":1})");
  response.body = R"({"messages":[{"id":"wamid.X"}]})";
  const auto end = judged(response);
  EXPECT_EQ(end.signal.kind, Signal::kAnswered);
  EXPECT_EQ(end.signal.usage_percent, 80);
}

TEST(Judge, FaultsAndLostAnswersCountForTheBreaker) {
  for (const auto& result :
       {failure(ErrorCode::kConnectFailed, net::Written::kNothing),
        failure(ErrorCode::kTimeout, net::Written::kMaybe), answer(502, "<html>"),
        answer(500, graph_error(131000)), answer(400, graph_error(1)), answer(200, "not json")}) {
    const auto end = judged(result);
    EXPECT_EQ(end.signal.kind, Signal::kServerFault);
    EXPECT_TRUE(end.counts);
  }
}

TEST(Judge, PermanentCodesFailAtOnce) {
  for (const int code : {100, 131008, 131009, 131026, 131047, 131051, 132000, 132001}) {
    const auto end = judged(answer(400, graph_error(code)));
    EXPECT_EQ(end.state, IntentState::kFailed) << code;
    EXPECT_EQ(end.signal.kind, Signal::kAnswered) << code;
  }
}

TEST(Judge, WithheldMarketingIsPermanent) {
  EXPECT_EQ(judged(answer(400, graph_error(131049))).state, IntentState::kFailed);
}

TEST(Judge, ATenantFatalErrorStopsTheSenderAndTheMessageWaits) {
  for (const int code : {33, 131031, 131042, 368}) {
    const auto end = judged(answer(400, graph_error(code)), Repeatable::kNo, RetryRules{}.max_attempts);
    EXPECT_EQ(end.state, IntentState::kRetryWait) << code;
    EXPECT_FALSE(end.counts) << code;
    EXPECT_EQ(end.signal.kind, Signal::kStop) << code;
    EXPECT_EQ(end.signal.code, static_cast<std::uint32_t>(code));
    EXPECT_FALSE(end.signal.until_new_credential) << code;
  }
}

TEST(Judge, ARefusedTokenStopsUntilAnotherOneComes) {
  for (const int code : {0, 10, 190, 200, 205, 131005}) {
    const auto end = judged(answer(401, graph_error(code)));
    EXPECT_EQ(end.signal.kind, Signal::kStop) << code;
    EXPECT_TRUE(end.signal.until_new_credential) << code;
    EXPECT_EQ(end.error_code, static_cast<std::uint32_t>(code));
  }
  EXPECT_TRUE(judged(answer(401, "who are you")).signal.until_new_credential);
}

TEST(Judge, AFeatureSwitchedOffFailsTheMessageAndNotTheSender) {
  const auto end = judged(answer(400, graph_error(131044)));
  EXPECT_EQ(end.state, IntentState::kFailed);
  EXPECT_EQ(end.signal.kind, Signal::kAnswered);
}

TEST(Judge, TheLastAttemptIsDeadInsteadOfRetried) {
  const RetryRules rules;
  EXPECT_EQ(
      judged(failure(ErrorCode::kConnectFailed, net::Written::kNothing), Repeatable::kNo, rules.max_attempts)
          .state,
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

TEST(Judge, KeepsWhatMetaSaysForTheCaller) {
  EXPECT_EQ(expose(judged(answer(400, graph_error(131009))).detail, Purpose::kValidate),
            "parameter value invalid: (#1) x");
  EXPECT_TRUE(judged(answer(502, "<html>")).detail.empty());
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
