#include "whatsapp/graph_response.h"

#include <gtest/gtest.h>

namespace wac::whatsapp {
namespace {

// Sun, 06 Nov 1994 08:49:37 GMT, the date of RFC 9110's examples.
constexpr WallTime kNow{std::chrono::seconds{784'111'777}};

std::optional<std::int64_t> wait(std::string_view value) {
  const auto parsed = parse_retry_after(value, kNow);
  return parsed ? std::optional{parsed->count()} : std::nullopt;
}

TEST(RetryAfter, ReadsSeconds) {
  EXPECT_EQ(wait("0"), 0);
  EXPECT_EQ(wait("120"), 120'000);
  EXPECT_EQ(wait(" \t120 "), 120'000);
  EXPECT_EQ(wait("00007"), 7'000);
}

TEST(RetryAfter, CapsAbsurdNumbersInsteadOfOverflowing) {
  EXPECT_EQ(wait("99999999999999999999999999"), 1'000'000'000'000);
}

TEST(RetryAfter, ReadsTheThreeFormsOfDates) {
  EXPECT_EQ(wait("Sun, 06 Nov 1994 08:50:37 GMT"), 60'000);
  EXPECT_EQ(wait("Sunday, 06-Nov-94 08:50:37 GMT"), 60'000);
  EXPECT_EQ(wait("Sun Nov  6 08:50:37 1994"), 60'000);
  EXPECT_EQ(wait("Wed Nov 16 08:49:37 1994"), 10LL * 24 * 3600 * 1000);
}

TEST(RetryAfter, ReadsATwoDigitYearAsTheNearest) {
  EXPECT_EQ(wait("Sunday, 06-Nov-45 08:50:37 GMT"), 0) << "1945";
  EXPECT_GT(wait("Saturday, 06-Nov-04 08:50:37 GMT"), 9LL * 365 * 24 * 3600 * 1000) << "2004";
}

TEST(RetryAfter, TakesADateOfThePastForNow) {
  EXPECT_EQ(wait("Sun, 06 Nov 1994 08:49:36 GMT"), 0);
}

TEST(RetryAfter, IsNothingWhenAbsentOrMalformed) {
  for (const std::string_view value :
       {"", " ", "-1", "+1", "1.5", "1 2", "soon", "0x10", "Sun, 06 Nov 1994 08:50:37",
        "Sun, 06 Nov 1994 08:50:37 GMT x", "Sun, 31 Feb 1995 08:50:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 6 Nov 1994 08:50:37 GMT", "Sun, 06 Foo 1994 08:50:37 GMT",
        "Sun, 00 Nov 1994 08:50:37 GMT", ", 06", "Sun Nov", "2026-01-01T00:00:00Z"}) {
    EXPECT_EQ(wait(value), std::nullopt) << value;
  }
}

}  // namespace
}  // namespace wac::whatsapp
