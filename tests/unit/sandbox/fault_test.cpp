#include "sandbox/faults.h"
#include "sandbox/seeded_random.h"

#include <gtest/gtest.h>

namespace wac::sandbox {
namespace {

boost::json::value json(const std::string& text) {
  return boost::json::parse(text);
}

std::string pattern(std::uint64_t seed) {
  SeededRandom random(seed);
  Faults faults(random);
  EXPECT_TRUE(faults.replace(json(R"([{"kind":"reset","percent":30},{"kind":"html","percent":10}])")));
  std::string out;
  for (int i = 0; i < 1'000; ++i) {
    const Strike strike = faults.strike("text");
    out += !strike.fault ? '.' : strike.fault->kind == FaultKind::kReset ? 'r' : 'h';
  }
  return out;
}

TEST(Faults, AreReproducibleWithASeedAndNearTheirShare) {
  EXPECT_EQ(pattern(1), pattern(1));
  EXPECT_NE(pattern(1), pattern(2));
  const std::string one = pattern(3);
  EXPECT_NEAR(static_cast<double>(std::ranges::count(one, 'r')), 300, 60);
  EXPECT_NEAR(static_cast<double>(std::ranges::count(one, 'h')), 70, 35);
}

TEST(Faults, StrikeTheNextOnesOfTheirTypeOnly) {
  SeededRandom random(1);
  Faults faults(random);
  ASSERT_TRUE(faults.replace(json(R"([{"kind":"throttle","next":2,"match":{"type":"template"}}])")));
  EXPECT_FALSE(faults.strike("text").fault);
  ASSERT_TRUE(faults.strike("template").fault);
  EXPECT_FALSE(faults.strike("audio").fault);
  const Strike second = faults.strike("template");
  ASSERT_TRUE(second.fault);
  EXPECT_EQ(second.fault->code, 130429);
  EXPECT_FALSE(faults.strike("template").fault);
  EXPECT_EQ(boost::json::serialize(faults.to_json()),
            R"([{"kind":"throttle","hits":2,"next":0,"match":{"type":"template"}}])");
}

TEST(Faults, LatencyAddsToTheFirstOther) {
  SeededRandom random(1);
  Faults faults(random);
  ASSERT_TRUE(faults.replace(json(R"({"faults":[{"kind":"latency","percent":100,"ms":30},
      {"kind":"error","percent":100,"code":131016},{"kind":"reset","percent":100}]})")));
  const Strike strike = faults.strike("text");
  EXPECT_EQ(strike.delay, Millis{30});
  ASSERT_TRUE(strike.fault);
  EXPECT_EQ(strike.fault->code, 131016);
}

TEST(Faults, MalformedListsChangeNothing) {
  SeededRandom random(1);
  Faults faults(random);
  ASSERT_TRUE(faults.replace(json(R"([{"kind":"reset","next":1}])")));
  for (const char* const bad :
       {R"(7)", R"([7])", R"([{"kind":"reset"}])", R"([{"kind":"explode","percent":1}])",
        R"([{"kind":"reset","percent":1,"next":1}])", R"([{"kind":"reset","percent":101}])",
        R"([{"kind":"reset","percent":-1}])", R"([{"kind":"reset","percent":"5"}])",
        R"([{"kind":"reset","next":0}])", R"([{"kind":"reset","next":1,"probability":2}])",
        R"([{"kind":"reset","next":1,"match":{"to":"x"}}])", R"([{"kind":"error","next":1,"status":200}])",
        R"({"fault":[]})"}) {
    EXPECT_FALSE(faults.replace(json(bad))) << bad;
  }
  EXPECT_TRUE(faults.strike("text").fault);
  ASSERT_TRUE(faults.replace(json("[]")));
  EXPECT_FALSE(faults.strike("text").fault);
}

TEST(Chance, HasExactEnds) {
  SeededRandom random(1);
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_FALSE(happens(random, 0));
    EXPECT_TRUE(happens(random, 100));
  }
}

}  // namespace
}  // namespace wac::sandbox
