#include "api/dry_run.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace wac::api {
namespace {

const IntentId kId = *IntentId::parse("3f2b8c1e-9d4a-4c7e-8a55-0b6f1d2e3a4b");

TEST(DryRun, IsAskedForInTheQuery) {
  EXPECT_EQ(wants_dry_run(""), false);
  EXPECT_EQ(wants_dry_run("a=b"), false);
  EXPECT_EQ(wants_dry_run("dryRun=false"), false);
  EXPECT_EQ(wants_dry_run("dryRun=true"), true);
  EXPECT_EQ(wants_dry_run("x=1&dryRun=true"), true);
  for (const std::string_view odd : {"dryRun=", "dryRun=1", "dryRun=True", "dryRun=yes"})
    EXPECT_EQ(wants_dry_run(odd), std::nullopt) << odd << ": whoever means a dry run must not send";
}

TEST(DryRun, ShowsEveryIntentWithItsRules) {
  std::vector<DryRunLine> lines;
  lines.push_back(checked_line(kId, {}, "/intents/0"));
  outbound::DryRun unfit;
  unfit.fault.emplace(
      whatsapp::TemplateFault{whatsapp::LocalError::kTemplateParameters,
                              {{"/template/components", "must have a body with 2 parameters"}}});
  unfit.warnings.push_back({"/payload/template", "w"});
  lines.push_back(checked_line(kId, std::move(unfit), "/intents/1"));
  RejectedIntent rejected;
  rejected.id = kId;
  rejected.code = "invalid_recipient";
  rejected.field = "to";
  rejected.message = "must be a number";
  lines.push_back(rejected_line(std::move(rejected), "/intents/2"));
  EXPECT_EQ(
      dry_run_json(lines),
      R"({"ok":true,"dryRun":true,"result":{"summary":{"total":3,"valid":1,"invalid":2},"results":[)"
      R"({"intentId":"3f2b8c1e-9d4a-4c7e-8a55-0b6f1d2e3a4b","status":"valid","errors":[],"warnings":[]},)"
      R"({"intentId":"3f2b8c1e-9d4a-4c7e-8a55-0b6f1d2e3a4b","status":"invalid","errorCode":"template_parameters",)"
      R"("errors":[{"pointer":"/intents/1/payload/template/components","rule":"must have a body with 2 parameters"}],)"
      R"("warnings":[{"pointer":"/intents/1/payload/template","rule":"w"}]},)"
      R"({"intentId":"3f2b8c1e-9d4a-4c7e-8a55-0b6f1d2e3a4b","status":"invalid","errorCode":"invalid_recipient",)"
      R"("errors":[{"pointer":"/intents/2/to","rule":"must be a number"}],"warnings":[]}]}})");
}

TEST(DryRun, WhatIsWrongWithAFallbackIsNamedThere) {
  outbound::DryRun found;
  found.fault.emplace(
      whatsapp::TemplateFault{whatsapp::LocalError::kTemplateUnknown, {{"/template/name", "r"}}});
  found.place = "/fallback";
  const DryRunLine line = checked_line(kId, std::move(found), "/intents/3");
  EXPECT_EQ(line.error_code, "template_unknown");
  ASSERT_EQ(line.errors.size(), 1U);
  EXPECT_EQ(line.errors[0].pointer, "/intents/3/fallback/template/name");
}

}  // namespace
}  // namespace wac::api
