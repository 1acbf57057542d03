#include "telemetry/log.h"

#include "base/personal.h"
#include "base/rfc3339.h"
#include "crypto/fingerprint.h"
#include "telemetry/log_line.h"
#include "telemetry/trace_context.h"

#include <boost/json.hpp>
#include <climits>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace wac::telemetry {
namespace {

static_assert(LogValue<bool> && LogValue<std::uint16_t> && LogValue<Literal> && LogValue<Error>);
static_assert(LogValue<TenantId> && LogValue<IntentId> && LogValue<SenderId> && LogValue<CorrelationId>);
static_assert(LogValue<ErrorCode> && LogValue<crypto::Fingerprint> && LogValue<TraceId> && LogValue<SpanId>);
static_assert(!LogValue<std::string> && !LogValue<std::string_view> && !LogValue<const char*>);
static_assert(!LogValue<char> && !LogValue<char[4]> && !LogValue<double>);
static_assert(!LogValue<Phone> && !LogValue<UserId> && !LogValue<Wamid> && !LogValue<PersonalText>);
static_assert(!LogValue<Secret> && !LogValue<std::exception> && !LogValue<crypto::Domain>);

LogOptions at(std::int64_t millis, std::string project = {}) {
  return {std::move(project), [millis] { return from_millis(millis); }};
}

TEST(Log, WritesOneLineInCloudLoggingsForm) {
  std::string out;
  const auto log = Logger::to_string(out, Severity::kInfo, at(1'790'000'000'007));
  log->log(Severity::kInfo, "intent accepted", Field("tenantId", TenantId::parse("acme").value()),
           Field("attempts", 3U), Field("waits", true), Field("latencyMs", Millis{12}));
  EXPECT_EQ(out, R"({"severity":"INFO","time":"2026-09-21T14:13:20.007Z","message":"intent accepted",)"
                 R"("tenantId":"acme","attempts":3,"waits":true,"latencyMs":12})"
                 "\n");
}

TEST(Log, RendersEachKindOfValue) {
  EXPECT_EQ(Field("k", false).value(), "false");
  EXPECT_EQ(Field("k", std::int64_t{INT64_MIN}).value(), "-9223372036854775808");
  EXPECT_EQ(Field("k", std::uint64_t{UINT64_MAX}).value(), "18446744073709551615");
  EXPECT_EQ(Field("k", std::uint8_t{65}).value(), "65");
  EXPECT_EQ(Field("k", Micros{-5}).value(), "-5");
  EXPECT_EQ(Field("k", Literal{"text"}).value(), R"("text")");
  EXPECT_EQ(Field("k", ErrorCode::kTimeout).value(), R"("timeout")");
  EXPECT_EQ(Field("k", SenderId::parse("106540352242922").value()).value(), R"("106540352242922")");
  EXPECT_EQ(Field("k", crypto::Fingerprint{}).value(), R"("00000000000000000000000000000000")");
  EXPECT_EQ(Field("k", TraceId{}).value(), R"("00000000000000000000000000000000")");
}

TEST(Log, RendersAnErrorAsAnObject) {
  const Error error = fail(ErrorCode::kProtocol, "graph: body", 502).error();
  EXPECT_EQ(Field("error", error).value(), R"({"code":"protocol_error","where":"graph: body","detail":502})");
}

TEST(Log, LeavesOutWhatIsBelowItsThreshold) {
  std::string out;
  const auto log = Logger::to_string(out, Severity::kWarning);
  log->log(Severity::kDebug, "a");
  log->log(Severity::kInfo, "b");
  EXPECT_EQ(out, "");
  EXPECT_FALSE(log->enabled(Severity::kInfo));
  log->log(Severity::kWarning, "c");
  log->log(Severity::kCritical, "d");
  EXPECT_THAT(out, ::testing::HasSubstr(R"({"severity":"WARNING",)"));
  EXPECT_THAT(out, ::testing::HasSubstr(R"({"severity":"CRITICAL",)"));
}

TEST(Log, StampsWithTheSystemClockUnlessToldOtherwise) {
  std::string out;
  const auto before = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  Logger::to_string(out, Severity::kInfo)->log(Severity::kInfo, "m");
  const auto after = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  EXPECT_THAT(out, ::testing::AnyOf(::testing::HasSubstr(format_time(before).substr(0, 10)),
                                    ::testing::HasSubstr(format_time(after).substr(0, 10))));
}

TEST(Log, JoinsLinesWithTracesOfTheGivenProject) {
  TraceContext context =
      TraceContext::parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").value();
  std::string out;
  Logger::to_string(out, Severity::kInfo, at(0, "my-project"))
      ->log(Severity::kInfo, "m", Field("traceId", context.trace));
  EXPECT_THAT(out, ::testing::HasSubstr(R"("traceId":"0af7651916cd43dd8448eb211c80319c",)"
                                        R"("logging.googleapis.com/trace":)"
                                        R"("projects/my-project/traces/0af7651916cd43dd8448eb211c80319c"})"));
  out.clear();
  Logger::to_string(out, Severity::kInfo, at(0))->log(Severity::kInfo, "m", Field("traceId", context.trace));
  EXPECT_THAT(out, ::testing::Not(::testing::HasSubstr("googleapis")));
}

TEST(Log, EscapesWhatJsonRequires) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  std::string quoted;
  append_json_string(quoted, all);
  const boost::json::value parsed = boost::json::parse(quoted);
  const std::string_view text{parsed.as_string()};
  EXPECT_EQ(text.substr(0, 128), std::string_view{all}.substr(0, 128));
  EXPECT_EQ(text.size(), 128 + 128 * 3U);
  EXPECT_EQ(text.substr(128, 3), "\xef\xbf\xbd");
  EXPECT_EQ(quoted.find('\n'), std::string::npos);
}

TEST(Log, WritesValidJsonWhateverTheProject) {
  std::string out;
  Logger::to_string(out, Severity::kInfo, at(0, "a\"b\n"))
      ->log(Severity::kInfo, "quote \" and\nline", Field("traceId", TraceId{}));
  const auto line = boost::json::parse(out.substr(0, out.size() - 1)).as_object();
  EXPECT_EQ(line.at("message").as_string(), "quote \" and\nline");
  EXPECT_EQ(line.at("logging.googleapis.com/trace").as_string(),
            "projects/a\"b\n/traces/00000000000000000000000000000000");
}

TEST(Log, KnowsTheWordsOfLogLevel) {
  EXPECT_EQ(parse_severity("debug"), Severity::kDebug);
  EXPECT_EQ(parse_severity("info"), Severity::kInfo);
  EXPECT_EQ(parse_severity("warning"), Severity::kWarning);
  EXPECT_EQ(parse_severity("error"), Severity::kError);
  EXPECT_EQ(parse_severity("INFO"), std::nullopt);
  EXPECT_EQ(name(Severity::kError), "ERROR");
}

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

TEST(StdoutLog, KeepsLinesUntilFlushed) {
  const auto log = Logger::to_stdout(Severity::kInfo, at(0));
  ::testing::internal::CaptureStdout();
  log->log(Severity::kInfo, "one");
  log->log(Severity::kInfo, "two");
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  ::testing::internal::CaptureStdout();
  log->flush();
  log->flush();
  EXPECT_EQ(::testing::internal::GetCapturedStdout(),
            "{\"severity\":\"INFO\",\"time\":\"1970-01-01T00:00:00.000Z\",\"message\":\"one\"}\n"
            "{\"severity\":\"INFO\",\"time\":\"1970-01-01T00:00:00.000Z\",\"message\":\"two\"}\n");
}

TEST(StdoutLog, WritesAWarningAtOnceAndTheLinesBeforeIt) {
  const auto log = Logger::to_stdout(Severity::kInfo);
  ::testing::internal::CaptureStdout();
  log->log(Severity::kInfo, "before");
  log->log(Severity::kWarning, "now");
  EXPECT_EQ(lines_in(::testing::internal::GetCapturedStdout()), 2U);
}

TEST(StdoutLog, WritesWhenItsBufferIsFullAndWhenItEnds) {
  ::testing::internal::CaptureStdout();
  auto log = Logger::to_stdout(Severity::kInfo);
  for (int i = 0; i < 1000; ++i) log->log(Severity::kInfo, "a line of some length", Field("number", i));
  const std::size_t written = lines_in(::testing::internal::GetCapturedStdout());
  EXPECT_GT(written, 500U);
  EXPECT_LT(written, 1000U);
  ::testing::internal::CaptureStdout();
  log.reset();
  EXPECT_EQ(written + lines_in(::testing::internal::GetCapturedStdout()), 1000U);
}

TEST(StdoutLog, KeepsLinesOfManyThreadsWhole) {
  ::testing::internal::CaptureStdout();
  auto log = Logger::to_stdout(Severity::kInfo);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&log, t] {
        for (int i = 0; i < 500; ++i) log->log(Severity::kInfo, "m", Field("thread", t), Field("i", i));
      });
    }
  }
  log.reset();
  std::istringstream lines{::testing::internal::GetCapturedStdout()};
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    boost::json::error_code error;
    boost::json::parse(line, error);
    EXPECT_FALSE(error) << line;
  }
  EXPECT_EQ(count, 2000U);
}

TEST(SilentLog, WritesNothing) {
  ::testing::internal::CaptureStdout();
  const auto log = Logger::silent();
  log->log(Severity::kCritical, "m");
  log->flush();
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
}

}  // namespace
}  // namespace wac::telemetry
