#include "whatsapp/error_catalogue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

namespace wac::whatsapp {
namespace {

// Facts §5.2, class by class.
const std::vector<std::uint32_t> kAmbiguousCodes{1,      2,      131000, 131016, 131057,
                                                 133004, 138004, 138007, 139102, 139103};
const std::vector<std::uint32_t> kThrottledCodes{
    4,      17,     32,     341,    613,    80007,  80008,  130429, 131048,  131056, 131064,
    131208, 131214, 132069, 133000, 133008, 133009, 133015, 133016, 134101,  136024, 138002,
    138005, 138009, 138012, 138019, 138020, 138021, 138022, 138023, 2388039, 2494100};
const std::vector<std::uint32_t> kTenantFatalCodes{
    0,      3,      10,     33,     102,    104,    190,    200,    201,    368,    131005, 131031,
    131037, 131042, 131044, 131045, 131215, 133005, 133006, 133010, 134011, 134102, 138000, 138014};
const std::vector<std::uint32_t> kPermanentCodes{
    100,     130403,  130472,  130497,  130501,  131008,  131009,  131020,  131021,  131026,  131030,
    131035,  131036,  131041,  131047,  131049,  131050,  131051,  131052,  131053,  131055,  131059,
    131060,  131062,  131063,  131201,  131202,  131204,  131207,  131209,  131210,  131211,  131212,
    131213,  132000,  132001,  132005,  132007,  132008,  132012,  132015,  132016,  132018,  132068,
    134100,  135000,  137000,  138001,  138003,  138006,  138013,  138015,  138017,  138018,  139000,
    139001,  139002,  139003,  139004,  139100,  139101,  147001,  147002,  147003,  147004,  200005,
    200006,  200007,  1752041, 2388001, 2388012, 2388019, 2388040, 2388047, 2388072, 2388073, 2388091,
    2388093, 2388103, 2388293, 2388299, 2593079, 2593085, 2593107, 2593108, 2593109};

void expect_class(const std::vector<std::uint32_t>& codes, ErrorClass expected) {
  for (const std::uint32_t code : codes) {
    const ErrorInfo info = explain(code, 400, false);
    EXPECT_TRUE(info.known) << code;
    EXPECT_EQ(info.code, code);
    EXPECT_EQ(name(info.error_class), name(expected)) << code;
  }
}

TEST(ErrorCatalogue, KnowsEveryCodeOfTheFacts) {
  expect_class(kAmbiguousCodes, ErrorClass::kAmbiguous);
  expect_class(kThrottledCodes, ErrorClass::kThrottled);
  expect_class(kTenantFatalCodes, ErrorClass::kTenantFatal);
  expect_class(kPermanentCodes, ErrorClass::kPermanent);
  EXPECT_EQ(error_catalogue().size(), kAmbiguousCodes.size() + kThrottledCodes.size() +
                                          kTenantFatalCodes.size() + kPermanentCodes.size());
}

TEST(ErrorCatalogue, IsSortedWithoutRepetition) {
  const auto table = error_catalogue();
  EXPECT_EQ(std::ranges::adjacent_find(table, std::ranges::greater_equal{}, &ErrorInfo::code), table.end());
}

TEST(ErrorCatalogue, SaysOfEveryCodeWhatItMeansAndWhatToDo) {
  for (const ErrorInfo& info : error_catalogue()) {
    EXPECT_FALSE(info.meaning.empty()) << info.code;
    EXPECT_GT(info.advice.size(), 10U) << info.code;
    EXPECT_TRUE(info.advice.ends_with('.')) << info.code;
    EXPECT_TRUE(info.known) << info.code;
  }
}

TEST(ErrorCatalogue, GivesEveryThrottleAWait) {
  for (const ErrorInfo& info : error_catalogue()) {
    if (info.error_class == ErrorClass::kThrottled) EXPECT_GT(info.wait.count(), 0) << info.code;
  }
  EXPECT_EQ(explain(131056, 400, false).wait, Millis{1000});
  EXPECT_EQ(explain(133016, 400, false).wait, std::chrono::hours{72});
}

TEST(ErrorCatalogue, WaitsAsTheFactsSay) {
  using namespace std::chrono_literals;
  const std::vector<std::pair<std::uint32_t, Millis>> waits{
      {4, 1min},      {17, 1min},     {32, 1min},     {613, 1min},     {341, 1min},    {80007, 5min},
      {80008, 5min},  {130429, 1s},   {131048, 1h},   {131056, 1s},    {131057, 2min}, {131064, 6h},
      {131208, 1min}, {131214, 168h}, {132069, 1h},   {133015, 5min},  {133016, 72h},  {134101, 10min},
      {138009, 24h},  {138012, 24h},  {2388039, 24h}, {2494100, 5min},
  };
  for (const auto& [code, wait] : waits) EXPECT_EQ(explain(code, 400, false).wait, wait) << code;
}

TEST(ErrorCatalogue, ScopesTheBreakersAsTheFactsDo) {
  const auto expect_scope = [](std::initializer_list<std::uint32_t> codes, ErrorScope scope) {
    for (const std::uint32_t code : codes)
      EXPECT_EQ(name(explain(code, 400, false).scope), name(scope)) << code;
  };
  expect_scope({0, 3, 4, 10, 190, 200, 201, 250, 299}, ErrorScope::kToken);
  expect_scope({33, 130429, 131031, 131042, 131045, 131048, 131057, 133010}, ErrorScope::kSender);
  expect_scope({368, 80007}, ErrorScope::kAccount);
  expect_scope({132001, 132007, 132015, 132016}, ErrorScope::kTemplate);
  expect_scope({131026, 131050, 131056}, ErrorScope::kRecipient);
  expect_scope({100, 131008, 131047, 138000, 131215, 134011}, ErrorScope::kMessage);
}

TEST(ErrorCatalogue, CoversTheRangeOfPermissions) {
  for (const std::uint32_t code : {201U, 230U, 299U}) {
    const ErrorInfo info = explain(code, 403, false);
    EXPECT_EQ(info.code, code);
    EXPECT_EQ(info.error_class, ErrorClass::kTenantFatal);
  }
  EXPECT_FALSE(explain(300, 400, false).known);
}

TEST(ErrorCatalogue, TheTableBeatsTheHttpStatus) {
  EXPECT_EQ(explain(3, 500, true).error_class, ErrorClass::kTenantFatal);
  EXPECT_EQ(explain(131000, 400, false).error_class, ErrorClass::kAmbiguous);
}

TEST(ErrorCatalogue, JudgesUnknownCodesByTheDefaultRules) {
  const auto judge = [](int status, bool transient) {
    return name(explain(999999, status, transient).error_class);
  };
  EXPECT_EQ(judge(500, false), "ambiguous");
  EXPECT_EQ(judge(503, false), "ambiguous");
  EXPECT_EQ(judge(400, true), "ambiguous");
  EXPECT_EQ(judge(429, false), "throttled");
  EXPECT_EQ(judge(401, false), "tenant_fatal");
  EXPECT_EQ(judge(400, false), "permanent");
  EXPECT_EQ(judge(404, false), "permanent");
  EXPECT_EQ(judge(200, false), "ambiguous");
  EXPECT_EQ(judge(302, false), "ambiguous");
  EXPECT_EQ(judge(0, false), "permanent") << "a webhook's failed is Meta's last word";
  EXPECT_FALSE(explain(999999, 429, false).known);
  EXPECT_GT(explain(999999, 429, false).wait.count(), 0);
  EXPECT_EQ(explain(999999, 400, false).code, 999999U);
}

TEST(ErrorCatalogue, NamesClassesAndScopesDifferently) {
  std::set<std::string_view> names;
  for (const auto c :
       {ErrorClass::kAmbiguous, ErrorClass::kThrottled, ErrorClass::kPermanent, ErrorClass::kTenantFatal}) {
    names.insert(name(c));
  }
  EXPECT_EQ(names.size(), 4U);
  names.clear();
  for (const auto s : {ErrorScope::kMessage, ErrorScope::kRecipient, ErrorScope::kTemplate,
                       ErrorScope::kSender, ErrorScope::kAccount, ErrorScope::kToken}) {
    names.insert(name(s));
  }
  EXPECT_EQ(names.size(), 6U);
}

}  // namespace
}  // namespace wac::whatsapp
