#include "sandbox/faults.h"
#include "sandbox/seeded_random.h"
#include "support/manual_scheduler.h"

#include <gtest/gtest.h>

namespace wac::sandbox {
namespace {

boost::json::value json(const std::string& text) {
  return boost::json::parse(text);
}

constexpr FaultTarget kTextTo{.type = "text", .sender = "106540352242922", .recipient = "16505551234"};

std::string pattern(std::uint64_t seed) {
  const testing::ManualScheduler clock;
  SeededRandom random(seed);
  Faults faults(random, clock);
  EXPECT_TRUE(faults.replace(json(R"([{"kind":"reset","percent":30},{"kind":"html","percent":10}])")));
  std::string out;
  for (int i = 0; i < 1'000; ++i) {
    const Strike strike = faults.strike(kTextTo);
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
  const testing::ManualScheduler clock;
  SeededRandom random(1);
  Faults faults(random, clock);
  ASSERT_TRUE(faults.replace(json(R"([{"kind":"throttle","next":2,"match":{"type":"template"}}])")));
  EXPECT_FALSE(faults.strike(kTextTo).fault);
  ASSERT_TRUE(faults.strike({.type = "template", .sender = "1", .recipient = "16505551234"}).fault);
  EXPECT_FALSE(faults.strike({.type = "audio", .sender = "1", .recipient = "16505551234"}).fault);
  const Strike second = faults.strike({.type = "template", .sender = "1", .recipient = "16505551234"});
  ASSERT_TRUE(second.fault);
  EXPECT_EQ(second.fault->code, 130429);
  EXPECT_FALSE(faults.strike({.type = "template", .sender = "1", .recipient = "16505551234"}).fault);
  EXPECT_EQ(boost::json::serialize(faults.to_json()),
            R"([{"kind":"throttle","hits":2,"next":0,"match":{"type":"template"}}])");
}

TEST(Faults, LatencyAddsToTheFirstOther) {
  const testing::ManualScheduler clock;
  SeededRandom random(1);
  Faults faults(random, clock);
  ASSERT_TRUE(faults.replace(json(R"({"faults":[{"kind":"latency","percent":100,"ms":30},
      {"kind":"error","percent":100,"code":131016},{"kind":"reset","percent":100}]})")));
  const Strike strike = faults.strike(kTextTo);
  EXPECT_EQ(strike.delay, Millis{30});
  ASSERT_TRUE(strike.fault);
  EXPECT_EQ(strike.fault->code, 131016);
}

TEST(Faults, OfARuleDependOnWhatMatchesItOnly) {
  const testing::ManualScheduler clock;
  const auto run = [&clock](bool others) {
    SeededRandom random(7);
    Faults faults(random, clock);
    EXPECT_TRUE(faults.replace(json(R"([{"kind":"latency","percent":50,"ms":1,"match":{"type":"audio"}},
        {"kind":"throttle","percent":30,"match":{"type":"text"}}])")));
    std::string out;
    for (int i = 0; i < 200; ++i) {
      if (others && i % 3 == 0) faults.strike({.type = "audio", .sender = "1", .recipient = "2"});
      out += faults.strike(kTextTo).fault ? 'x' : '.';
    }
    return out;
  };
  EXPECT_EQ(run(false), run(true)) << "audio in between changes nothing for texts";
}

TEST(Faults, MatchSenderAndRecipientAndEndAfterTheirCount) {
  const testing::ManualScheduler clock;
  SeededRandom random(1);
  Faults faults(random, clock);
  ASSERT_TRUE(faults.replace(json(R"([{"kind":"error","code":131056,"percent":100,"count":2,
      "match":{"sender":"106540352242922","recipient":"+16505551234"}}])")));
  EXPECT_FALSE(faults.strike({.type = "text", .sender = "9", .recipient = "16505551234"}).fault);
  EXPECT_FALSE(faults.strike({.type = "text", .sender = "106540352242922", .recipient = "1"}).fault);
  EXPECT_TRUE(faults.strike(kTextTo).fault);
  EXPECT_TRUE(faults.strike(kTextTo).fault);
  EXPECT_FALSE(faults.strike(kTextTo).fault) << "its count is reached";
}

TEST(Faults, HaveATimeOfTheirOwn) {
  testing::ManualScheduler clock;
  SeededRandom random(1);
  Faults faults(random, clock);
  ASSERT_TRUE(faults.replace(json(R"([{"kind":"throttle","percent":100,"after_ms":1000,"for_ms":10000}])")));
  EXPECT_FALSE(faults.strike(kTextTo).fault);
  clock.advance(Millis{1'000});
  EXPECT_TRUE(faults.strike(kTextTo).fault);
  clock.advance(Millis{9'999});
  EXPECT_TRUE(faults.strike(kTextTo).fault);
  clock.advance(Millis{1});
  EXPECT_FALSE(faults.strike(kTextTo).fault);
}

TEST(Faults, LatencyVaries) {
  const testing::ManualScheduler clock;
  SeededRandom random(1);
  Faults faults(random, clock);
  ASSERT_TRUE(faults.replace(json(R"([{"kind":"latency","percent":100,"ms":10,"jitter_ms":90}])")));
  Millis least{1'000};
  Millis most{0};
  for (int i = 0; i < 200; ++i) {
    const Millis delay = faults.strike(kTextTo).delay;
    least = std::min(least, delay);
    most = std::max(most, delay);
  }
  EXPECT_GE(least, Millis{10});
  EXPECT_LE(most, Millis{100});
  EXPECT_GT(most - least, Millis{60});
}

TEST(Faults, MalformedListsChangeNothing) {
  const testing::ManualScheduler clock;
  SeededRandom random(1);
  Faults faults(random, clock);
  ASSERT_TRUE(faults.replace(json(R"([{"kind":"reset","next":1}])")));
  for (const char* const bad :
       {R"(7)", R"([7])", R"([{"kind":"reset"}])", R"([{"kind":"explode","percent":1}])",
        R"([{"kind":"reset","percent":1,"next":1}])", R"([{"kind":"reset","percent":101}])",
        R"([{"kind":"reset","percent":-1}])", R"([{"kind":"reset","percent":"5"}])",
        R"([{"kind":"reset","next":0}])", R"([{"kind":"reset","next":1,"probability":2}])",
        R"([{"kind":"reset","next":1,"match":{"to":"x"}}])", R"([{"kind":"error","next":1,"status":200}])",
        R"([{"kind":"reset","next":1,"count":2}])", R"([{"kind":"reset","next":1,"match":{}}])",
        R"([{"kind":"failed_status","next":1,"code":0}])", R"([{"kind":"error","next":1,"status":302}])",
        R"([{"kind":"reset","next":1,"for_ms":0}])", R"({"fault":[]})"}) {
    EXPECT_FALSE(faults.replace(json(bad))) << bad;
  }
  EXPECT_TRUE(faults.strike(kTextTo).fault);
  ASSERT_TRUE(faults.replace(json("[]")));
  EXPECT_FALSE(faults.strike(kTextTo).fault);
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
