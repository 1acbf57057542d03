#include "api/dead_letters_api.h"

#include <gtest/gtest.h>

namespace wac::api {
namespace {

using outbound::RedriveOrder;

std::string refused(std::string_view body) {
  const auto parsed = parse_redrive(body);
  const auto* bad = std::get_if<BadRedrive>(&parsed);
  return bad == nullptr ? "accepted" : bad->pointer;
}

TEST(Redrive, SaysWhatAndHowMuchAndWhetherForReal) {
  const auto dry = std::get<RedriveOrder>(parse_redrive(R"({"dryRun":true})"));
  EXPECT_EQ(dry.run, RedriveOrder::Run::kDry);
  EXPECT_FALSE(dry.error_code);
  EXPECT_EQ(dry.limit, 100U);
  const auto real =
      std::get<RedriveOrder>(parse_redrive(R"({"dryRun":false,"errorCode":"131026","limit":1000})"));
  EXPECT_EQ(real.run, RedriveOrder::Run::kReal);
  EXPECT_EQ(real.error_code, 131026U);
  EXPECT_EQ(real.limit, 1000U);
  const auto used_up =
      std::get<RedriveOrder>(parse_redrive(R"({"dryRun":true,"errorCode":"attempts_used_up"})"));
  EXPECT_EQ(used_up.error_code, 0U);
}

TEST(Redrive, NothingIsGuessed) {
  EXPECT_EQ(refused(""), "");
  EXPECT_EQ(refused("[]"), "");
  EXPECT_EQ(refused("{}"), "/dryRun") << "for real or not must be said";
  EXPECT_EQ(refused(R"({"dryRun":"no"})"), "/dryRun");
  for (const char* code : {"131026", R"("")", R"("x")", R"("0")", R"("-1")", R"("99999999999")", "null"}) {
    EXPECT_EQ(refused(R"({"dryRun":true,"errorCode":)" + std::string{code} + "}"), "/errorCode") << code;
  }
  for (const char* limit : {"0", "1001", "-1", "1.5", R"("5")"}) {
    EXPECT_EQ(refused(R"({"dryRun":true,"limit":)" + std::string{limit} + "}"), "/limit") << limit;
  }
  EXPECT_EQ(refused(R"({"dryRun":true,"all":true})"), "/all");
}

}  // namespace
}  // namespace wac::api
