#include "telemetry/trace_context.h"

#include "support/manual_scheduler.h"

#include <gtest/gtest.h>

namespace wac::telemetry {
namespace {

const std::string kExample = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST(TraceContext, ReadsTheSpecificationsExample) {
  const auto context = TraceContext::parse(kExample);
  ASSERT_TRUE(context);
  EXPECT_EQ(context->trace.hex(), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(context->span.hex(), "b7ad6b7169203331");
  EXPECT_EQ(context->flags, 1);
  EXPECT_EQ(context->header(), kExample);
}

TEST(TraceContext, RefusesEverythingElse) {
  for (const char* header : {
           "",
           "00",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-011",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
           "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-B7AD6B7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0A",
           "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-zz",
           "00-00000000000000000000000000000000-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
           "00 0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331_01",
       }) {
    EXPECT_FALSE(TraceContext::parse(header)) << header;
  }
}

TEST(TraceContext, StartsWithNewIdsThatParse) {
  testing::SeededRandom random{3};
  const TraceContext first = TraceContext::start(random);
  const TraceContext second = TraceContext::start(random);
  EXPECT_NE(first.trace, second.trace);
  EXPECT_NE(first.span, second.span);
  EXPECT_EQ(TraceContext::parse(first.header()), first);
}

TEST(TraceContext, KeepsTraceAndFlagsInAChild) {
  testing::SeededRandom random{3};
  const TraceContext parent = TraceContext::parse(kExample).value();
  const TraceContext child = parent.child(random);
  EXPECT_EQ(child.trace, parent.trace);
  EXPECT_EQ(child.flags, parent.flags);
  EXPECT_NE(child.span, parent.span);
}

TEST(TraceContext, NeverMakesAZeroId) {
  struct ZeroFirst final : Random {
    int calls = 0;
    void fill(std::span<std::uint8_t> out) override { std::ranges::fill(out, calls++ % 2 == 0 ? 0 : 9); }
  } random;
  const TraceContext context = TraceContext::start(random);
  EXPECT_EQ(context.trace.hex(), "09090909090909090909090909090909");
  EXPECT_EQ(context.span.hex(), "0909090909090909");
}

}  // namespace
}  // namespace wac::telemetry
