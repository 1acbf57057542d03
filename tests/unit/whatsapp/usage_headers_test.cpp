#include "whatsapp/usage_headers.h"

#include <gtest/gtest.h>

namespace wac::whatsapp {
namespace {

constexpr std::string_view kApp = R"({"call_count":28,"total_time":15,"total_cputime":24})";
constexpr std::string_view kBusiness =
    R"({"102290129340398":[{"type":"whatsapp","call_count":81,"total_cputime":1,"total_time":2,)"
    R"("estimated_time_to_regain_access":0}]})";

TEST(UsageHeaders, TheHighestShareOfEitherHeaderCounts) {
  EXPECT_EQ(parse_usage(kApp, "").percent, 28);
  EXPECT_EQ(parse_usage("", kBusiness).percent, 81);
  EXPECT_EQ(parse_usage(kApp, kBusiness).percent, 81);
  EXPECT_EQ(parse_usage(R"({"call_count":1,"total_time":99.7,"total_cputime":3})", "").percent, 99);
  EXPECT_EQ(parse_usage(kApp, kBusiness).regain, Millis{0});
}

TEST(UsageHeaders, MinutesUntilAccessReturns) {
  const Usage usage = parse_usage(
      "", R"({"1":[{"type":"whatsapp","call_count":100,"estimated_time_to_regain_access":7}],"2":[]})");
  EXPECT_EQ(usage.percent, 100);
  EXPECT_EQ(usage.regain, Millis{420'000});
}

TEST(UsageHeaders, ManagementCallsDoNotSlowSends) {
  const Usage usage =
      parse_usage("", R"({"1":[{"type":"whatsapp_business_management","call_count":95},{"call_count":10}]})");
  EXPECT_EQ(usage.percent, 10);
}

TEST(UsageHeaders, AbsurdNumbersAreBounded) {
  const Usage usage = parse_usage(
      R"({"call_count":4000000000000,"total_time":-5})",
      R"({"1":[{"estimated_time_to_regain_access":1e300},{"estimated_time_to_regain_access":-1}]})");
  EXPECT_EQ(usage.percent, 100);
  EXPECT_EQ(usage.regain, Millis{86'400'000});
}

TEST(UsageHeaders, WhatIsMissingOrMalformedSaysNothing) {
  for (const std::string_view text : {"", "x", "[]", "{}", "null", R"({"call_count":"80"})", R"({"1":[80]})",
                                      R"({"1":{"call_count":80}})", R"({"1":[{"call_count":[]}]})"}) {
    const Usage usage = parse_usage(text, text);
    EXPECT_EQ(usage.percent, 0) << text;
    EXPECT_EQ(usage.regain, Millis{0}) << text;
  }
}

}  // namespace
}  // namespace wac::whatsapp
