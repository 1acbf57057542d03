#include "base/rfc3339.h"

#include <gtest/gtest.h>

namespace wac {
namespace {

TEST(Rfc3339, FormatsInUtcWithMilliseconds) {
  EXPECT_EQ(format_time(from_millis(1'739'321'024'007)), "2025-02-12T00:43:44.007Z");
  EXPECT_EQ(format_time(from_millis(0)), "1970-01-01T00:00:00.000Z");
}

TEST(Rfc3339, ParsesOffsetsAndFractions) {
  const WallTime expected = from_millis(1'739'321'024'000);
  EXPECT_EQ(parse_time("2025-02-12T00:43:44Z"), expected);
  EXPECT_EQ(parse_time("2025-02-12t00:43:44z"), expected);
  EXPECT_EQ(parse_time("2025-02-11T21:43:44-03:00"), expected);
  EXPECT_EQ(parse_time("2025-02-12T06:13:44+05:30"), expected);
  EXPECT_EQ(parse_time("2025-02-12T00:43:44.5Z"), expected + Millis{500});
  EXPECT_EQ(parse_time("2025-02-12T00:43:44.123456789Z"), expected + Millis{123});
}

TEST(Rfc3339, RefusesEverythingElse) {
  for (const char* text : {"", "2025-02-12", "2025-02-12T00:43:44", "2025-02-30T00:00:00Z",
                           "2025-13-01T00:00:00Z", "2025-02-12T24:00:00Z", "2025-02-12T00:60:00Z",
                           "2025-02-12T00:43:44.Z", "2025-02-12T00:43:44.1234567890Z",
                           "2025-02-12T00:43:44Zx", "2025-02-12 00:43:44Z", "1999-12-31T23:59:59Z",
                           "2025-02-12T00:43:44+24:00", "+025-02-12T00:43:44Z", "-025-02-12T00:43:44Z"}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
}

}  // namespace
}  // namespace wac
