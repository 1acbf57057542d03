#include "telemetry/metrics.h"

#include "telemetry/version.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

namespace wac::telemetry {
namespace {

/// The value of a series in the exposition, or nothing.
std::optional<double> sample(const std::string& text, const std::string& series) {
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(series + " ")) return std::stod(line.substr(series.size() + 1));
  }
  return std::nullopt;
}

TEST(Metrics, HasASeriesForEveryCounterUnderTheNameOfItsComment) {
  // The header's comments are the contract with dashboards: they are read here.
  std::ifstream header{WAC_SOURCE_DIR "/src/telemetry/metrics.h"};
  std::vector<std::string> names;
  for (std::string line;
       std::getline(header, line) && line.find("enum class Histogram") == std::string::npos;) {
    const auto start = line.find("///< whatsapp_");
    if (start != std::string::npos) names.push_back(line.substr(start + 5));
  }
  ASSERT_EQ(names.size(), static_cast<std::size_t>(Counter::kCount));
  for (std::size_t i = 0; i < names.size(); ++i) {
    MetricsRegistry registry;
    registry.add_loop().add(static_cast<Counter>(i), i + 1);
    const std::string text = registry.render();
    for (std::size_t j = 0; j < names.size(); ++j) {
      EXPECT_EQ(sample(text, names[j]), j == i ? static_cast<double>(i + 1) : 0.0) << names[j];
    }
  }
}

TEST(Metrics, SumsOverLoops) {
  MetricsRegistry registry;
  LoopMetrics& one = registry.add_loop();
  LoopMetrics& two = registry.add_loop();
  one.add(Counter::kMessagesSent, 2);
  two.add(Counter::kMessagesSent);
  one.observe(Histogram::kSendLatency, Micros{300});
  two.observe(Histogram::kSendLatency, Micros{300});
  EXPECT_EQ(registry.total(Counter::kMessagesSent), 3U);
  const std::string text = registry.render();
  EXPECT_EQ(sample(text, "whatsapp_messages_sent_total"), 3);
  EXPECT_EQ(sample(text, "whatsapp_send_latency_ms_count"), 2);
  EXPECT_EQ(sample(text, "whatsapp_send_latency_ms_sum"), 0.6);
}

TEST(Metrics, PutsATimeIntoTheFirstBucketThatHoldsIt) {
  MetricsRegistry registry;
  LoopMetrics& loop = registry.add_loop();
  for (const int micros : {-7, 0, 250, 251, 30'000'000, 30'000'001}) {
    loop.observe(Histogram::kRedisLatency, Micros{micros});
  }
  const std::string text = registry.render();
  const std::string bucket = "whatsapp_redis_latency_ms_bucket{le=\"";
  EXPECT_EQ(sample(text, bucket + "0.25\"}"), 3);
  EXPECT_EQ(sample(text, bucket + "0.5\"}"), 4);
  EXPECT_EQ(sample(text, bucket + "20000\"}"), 4);
  EXPECT_EQ(sample(text, bucket + "30000\"}"), 5);
  EXPECT_EQ(sample(text, bucket + "+Inf\"}"), 6);
  EXPECT_EQ(sample(text, "whatsapp_redis_latency_ms_count"), 6);
}

TEST(Metrics, ExposesEveryHistogram) {
  const std::string text = MetricsRegistry{}.render();
  for (const char* series :
       {"whatsapp_send_latency_ms", "whatsapp_redis_latency_ms", "whatsapp_store_latency_ms",
        "whatsapp_webhook_ack_latency_ms", "whatsapp_intent_latency_ms"}) {
    EXPECT_EQ(sample(text, std::string{series} + "_count"), 0) << series;
    EXPECT_THAT(text, ::testing::HasSubstr("# TYPE " + std::string{series} + " histogram\n"));
  }
}

TEST(Metrics, CountsFailuresByCode) {
  MetricsRegistry registry;
  LoopMetrics& one = registry.add_loop();
  LoopMetrics& two = registry.add_loop();
  one.add_failure(131047);
  two.add_failure(131047);
  two.add_failure(131026);
  const std::string text = registry.render();
  EXPECT_EQ(sample(text, R"(whatsapp_messages_failed_by_code_total{code="131047"})"), 2);
  EXPECT_EQ(sample(text, R"(whatsapp_messages_failed_by_code_total{code="131026"})"), 1);
}

TEST(Metrics, BoundsTheNumberOfFailureCodes) {
  MetricsRegistry registry;
  LoopMetrics& loop = registry.add_loop();
  for (std::uint32_t code = 1; code <= 300; ++code) loop.add_failure(code);
  loop.add_failure(1);
  const std::string text = registry.render();
  EXPECT_EQ(sample(text, R"(whatsapp_messages_failed_by_code_total{code="1"})"), 2);
  EXPECT_EQ(sample(text, R"(whatsapp_messages_failed_by_code_total{code="256"})"), 1);
  EXPECT_EQ(sample(text, R"(whatsapp_messages_failed_by_code_total{code="257"})"), std::nullopt);
  EXPECT_EQ(sample(text, R"(whatsapp_messages_failed_by_code_total{code="0"})"), 44);
}

TEST(Metrics, KnowsTheShareOfDuplicates) {
  MetricsRegistry registry;
  LoopMetrics& loop = registry.add_loop();
  EXPECT_EQ(sample(registry.render(), "whatsapp_dedupe_hit_rate"), 0);
  loop.add(Counter::kIntentsAccepted, 3);
  loop.add(Counter::kMessagesDeduped);
  EXPECT_EQ(sample(registry.render(), "whatsapp_dedupe_hit_rate"), 0.25);
}

TEST(Metrics, ReadsGaugesWhenAsked) {
  MetricsRegistry registry;
  double depth = 1;
  registry.add_gauge("whatsapp_queue_depth", "Intents that wait.", [&depth] { return depth; });
  EXPECT_EQ(sample(registry.render(), "whatsapp_queue_depth"), 1);
  depth = 7;
  EXPECT_EQ(sample(registry.render(), "whatsapp_queue_depth"), 7);
  EXPECT_THAT(registry.render(), ::testing::HasSubstr("# HELP whatsapp_queue_depth Intents that wait.\n"));
}

TEST(MetricsDeathTest, RefusesAGaugeOfTheSameName) {
  MetricsRegistry registry;
  registry.add_gauge("a", "", [] { return 0.0; });
  EXPECT_DEATH(registry.add_gauge("a", "", [] { return 0.0; }), "");
}

TEST(Metrics, TellsVersionAndProcess) {
  const std::string text = MetricsRegistry{}.render();
  EXPECT_EQ(sample(text, "whatsapp_build_info{version=\"" + std::string{version()} + "\"}"), 1);
  EXPECT_GT(sample(text, "process_resident_memory_bytes"), 1e6);
  EXPECT_GE(sample(text, "process_cpu_seconds_total"), 0);
  EXPECT_GE(sample(text, "process_open_fds"), 3);
  const double now = static_cast<double>(std::time(nullptr));
  EXPECT_NEAR(sample(text, "process_start_time_seconds").value(), now, 600);
}

TEST(Metrics, CanBeReadWhileLoopsWrite) {
  MetricsRegistry registry;
  LoopMetrics& loop = registry.add_loop();
  std::jthread writer{[&loop] {
    for (int i = 0; i < 20'000; ++i) {
      loop.add(Counter::kSendAttempts);
      loop.observe(Histogram::kSendLatency, Micros{i});
      loop.add_failure(static_cast<std::uint32_t>(i % 300));
    }
  }};
  for (int i = 0; i < 20; ++i) registry.render();
  writer.join();
  EXPECT_EQ(sample(registry.render(), "whatsapp_send_attempts_total"), 20'000);
}

/// promtool's complaints and its exit status (0 fine, 3 style, 1 cannot be parsed).
std::pair<std::string, int> promtool(const std::string& text) {
  const std::string file = ::testing::TempDir() + "metrics.txt";
  std::ofstream{file} << text;
  FILE* pipe = ::popen(("promtool check metrics < '" + file + "' 2>&1").c_str(), "r");
  std::string output;
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;) output += static_cast<char>(c);
  return {output, WEXITSTATUS(::pclose(pipe))};
}

TEST(Metrics, PassesPromtool) {
  if (promtool("").second == 127) GTEST_SKIP() << "promtool is not installed (Debian package prometheus)";
  MetricsRegistry registry;
  registry.add_loop().add_failure(131047);
  registry.add_gauge("whatsapp_queue_depth", "Intents that wait.", [] { return 1.5; });
  const auto [output, status] = promtool(registry.render());
  EXPECT_TRUE(status == 0 || status == 3) << output;
  // The readiness checklist fixes names in milliseconds; promtool would have seconds. Nothing else may be
  // said.
  std::istringstream lines{output};
  for (std::string line; std::getline(lines, line);) {
    EXPECT_THAT(line, ::testing::MatchesRegex("whatsapp_[a-z_]*_ms .*(abbreviated|base) unit.*"));
  }
  EXPECT_EQ(promtool("not a metric at all\n").second, 1);
}

}  // namespace
}  // namespace wac::telemetry
