#include "sandbox/profile.h"

#include "sandbox/faults.h"
#include "support/manual_scheduler.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace wac::sandbox {
namespace {

namespace json = boost::json;

std::string yaml(const std::string& text) {
  const auto value = json_of_yaml(text);
  return value ? json::serialize(*value) : std::string("refused");
}

TEST(Yaml, BecomesTheJsonItLooksLike) {
  EXPECT_EQ(yaml("a: 1\nb: [true, null, -2.5, text]\nc: {d: \"7\"}"),
            R"({"a":1,"b":[true,null,-2.5E0,"text"],"c":{"d":"7"}})");
  EXPECT_EQ(yaml("phone: \"+16505551234\"\nid: 0123\nplus: +5"),
            R"({"phone":"+16505551234","id":"0123","plus":"+5"})");
  EXPECT_EQ(yaml(R"([{"kind":"reset","next":1}])"), R"([{"kind":"reset","next":1}])") << "JSON is YAML";
  EXPECT_EQ(yaml(""), "null");
  EXPECT_EQ(yaml("a: [1"), "refused");
  EXPECT_EQ(yaml("[a]: 1"), "refused");
  EXPECT_EQ(yaml(std::string(40, '[') + std::string(40, ']')), "refused") << "too deep";
}

Result<Profile> profile(const std::string& text) {
  auto value = json_of_yaml(text);
  if (!value) return std::unexpected(value.error());
  return read_profile(*value);
}

TEST(Profile, HasFaultsWebhooksAndLimits) {
  const auto read = profile(R"(
description: all of it
faults:
  - {kind: reset, percent: 5}
webhooks: {duplicate_percent: 1, reorder_percent: 2.5, drop_percent: 3, delay_percent: 4, delay_ms: 50, batch: 7}
limits: {per_second: 80, pair_interval_ms: 6000}
)");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->faults.size(), 1U);
  ASSERT_TRUE(read->webhooks);
  EXPECT_EQ(read->webhooks->reorder_percent, 2.5);
  EXPECT_EQ(read->webhooks->delay, Millis{50});
  EXPECT_EQ(read->webhooks->batch, 7U);
  ASSERT_TRUE(read->limits);
  EXPECT_EQ(read->limits->per_second, 80U);
  EXPECT_EQ(read->limits->pair_burst, 45U);
  EXPECT_EQ(profile("limits: meta")->limits->management_per_hour, 5'000U);
  EXPECT_FALSE(profile("faults: []")->webhooks);
}

TEST(Profile, RefusesWhatItDoesNotKnow) {
  for (const char* const bad :
       {"7", "fault: []", "faults: {}", "webhooks: {drop: 1}", "webhooks: {drop_percent: 101}",
        "webhooks: {batch: 0}", "limits: none", "limits: {per_second: -1}", "limits: {per_minute: 1}"}) {
    EXPECT_FALSE(profile(bad)) << bad;
  }
}

TEST(Profile, EveryShippedOneIsGood) {
  std::size_t count = 0;
  const testing::ManualScheduler clock;
  for (const auto& entry : std::filesystem::directory_iterator(WAC_PROFILE_DIR)) {
    std::ifstream in(entry.path());
    std::ostringstream text;
    text << in.rdbuf();
    const auto read = profile(text.str());
    ASSERT_TRUE(read) << entry.path() << ": " << read.error().where;
    SeededRandom random(1);
    Faults faults(random, clock);
    EXPECT_TRUE(faults.replace(read->faults)) << entry.path();
    ++count;
  }
  EXPECT_GE(count, 3U);
}

}  // namespace
}  // namespace wac::sandbox
