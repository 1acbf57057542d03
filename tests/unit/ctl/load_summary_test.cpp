#include "ctl/load_summary.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace wac::ctl {
namespace {

TEST(LoadSummary, FindsPercentilesByRank) {
  LoadSummary summary;
  for (int i = 100; i >= 1; --i) summary.add("sent", Micros{i * 1'000});
  EXPECT_EQ(summary.percentile(0.5), Micros{50'000});
  EXPECT_EQ(summary.percentile(0.99), Micros{99'000});
  EXPECT_EQ(summary.percentile(1), Micros{100'000});
  EXPECT_EQ(LoadSummary{}.percentile(0.5), Micros{0});
}

TEST(LoadSummary, IsGoodWhenEveryWantedIntentWasSent) {
  LoadSummary summary;
  summary.add("sent", Micros{1});
  EXPECT_FALSE(summary.all_good(2, false));
  summary.add("pending", Micros{1});
  EXPECT_FALSE(summary.all_good(2, false));
  EXPECT_TRUE(summary.all_good(2, true));
  summary.add("http 503", Micros{1});
  EXPECT_FALSE(summary.all_good(3, true));
}

TEST(LoadSummary, PrintsCountsRateAndLatencies) {
  LoadSummary summary;
  summary.add("sent", Micros{1'500});
  summary.add("sent", Micros{2'500});
  summary.add("http 503", Micros{9'000});
  EXPECT_EQ(summary.text(Micros{1'500'000}),
            "3 intents in 1.50 s, 2/s\n"
            "  http 503 1\n"
            "  sent 2\n"
            "  latency p50 2.5 ms, p95 9.0 ms, p99 9.0 ms, max 9.0 ms\n");
  EXPECT_EQ(summary.json(Micros{1'500'000}).at("outcomes"), boost::json::parse(R"({"http 503":1,"sent":2})"));
}

}  // namespace
}  // namespace wac::ctl
