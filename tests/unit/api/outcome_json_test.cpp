#include "api/outcome_json.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace wac::api {
namespace {

namespace json = boost::json;
using outbound::Submission;
using store::IntentState;

ResultLine line(Submission submission, IntentState state, std::uint32_t error_code = 0) {
  ResultLine made;
  made.id = *IntentId::parse("3f2b8c1e-9d4a-4c7e-8a55-0b6f1d2e3a4b");
  made.dedupe_key = "key";
  made.correlation = *CorrelationId::parse("c-1");
  made.outcome.emplace();
  made.outcome->submission = submission;
  made.outcome->record.state = state;
  made.outcome->record.attempt = 1;
  made.outcome->record.error_code = error_code;
  made.outcome->record.upstream_status = error_code != 0 ? 400 : 200;
  made.outcome->wamid = Wamid{"wamid.A"};
  return made;
}

TEST(Results, CountsEveryLineOnce) {
  std::vector<ResultLine> lines;
  lines.push_back(line(Submission::kNew, IntentState::kSent));
  lines.push_back(line(Submission::kNew, IntentState::kUnknown));
  lines.push_back(line(Submission::kNew, IntentState::kFailed, 131026));
  lines.push_back(line(Submission::kDuplicate, IntentState::kDelivered));
  lines.push_back(line(Submission::kBodyConflict, IntentState::kSent));
  const auto body = json::parse(results_json(lines));
  const auto& summary = body.at("result").at("summary");
  EXPECT_EQ(summary.at("total"), 5);
  EXPECT_EQ(summary.at("sent"), 1);
  EXPECT_EQ(summary.at("pending"), 1);
  EXPECT_EQ(summary.at("deduped"), 1);
  EXPECT_EQ(summary.at("failed"), 2);
  EXPECT_TRUE(body.at("ok").as_bool());
}

TEST(Results, WhatWaitsSaysForWhatAndUntilWhen) {
  std::vector<ResultLine> lines;
  lines.push_back(line(Submission::kNew, IntentState::kAccepted));
  lines.back().outcome->record.hold = store::Hold::kSenderPace;
  lines.push_back(line(Submission::kNew, IntentState::kAccepted));
  lines.back().outcome->record.hold = store::Hold::kOrder;
  lines.push_back(line(Submission::kNew, IntentState::kSent));
  lines.back().outcome->record.hold = store::Hold::kSenderPace;
  const auto results = json::parse(results_json(lines)).at("result").at("results").as_array();
  EXPECT_EQ(results[0].at("hold"), "sender_pace");
  EXPECT_TRUE(results[0].as_object().contains("dueAt"));
  EXPECT_EQ(results[1].at("hold"), "order");
  EXPECT_FALSE(results[1].as_object().contains("dueAt")) << "nobody knows when its turn comes";
  EXPECT_FALSE(results[2].as_object().contains("hold"));
}

TEST(Results, ARefusedIntentSaysWhyAndWhenToTryAgain) {
  std::vector<ResultLine> lines;
  lines.push_back(line(Submission::kRefused, IntentState::kAccepted));
  lines.back().error_code = "sender_paused";
  lines.back().error_message = "paused";
  lines.back().outcome->record.hold = store::Hold::kBreaker;
  lines.back().outcome->retry_after = Millis{4'000};
  const auto body = json::parse(results_json(lines));
  EXPECT_EQ(body.at("result").at("summary").at("failed"), 1);
  const auto& result = body.at("result").at("results").at(0).as_object();
  EXPECT_EQ(result.at("status"), "failed");
  EXPECT_EQ(result.at("errorCode"), "sender_paused");
  EXPECT_EQ(result.at("hold"), "breaker");
  EXPECT_EQ(result.at("retryAfterMs"), 4'000);
  EXPECT_FALSE(result.contains("state")) << "nothing is recorded";
}

TEST(Results, ARefusalCarriesCodeMeaningAndAdvice) {
  std::vector<ResultLine> lines;
  lines.push_back(line(Submission::kNew, IntentState::kFailed, 131047));
  const auto body = json::parse(results_json(lines));
  const auto& result = body.at("result").at("results").at(0);
  EXPECT_EQ(result.at("status"), "failed");
  EXPECT_EQ(result.at("errorCode"), "131047");
  EXPECT_FALSE(result.at("errorMessage").as_string().empty());
  EXPECT_FALSE(result.at("advice").as_string().empty());
  EXPECT_EQ(result.at("upstreamStatus"), 400);
}

TEST(Results, AnErrorOfOursHasItsNameAndEveryRule) {
  std::vector<ResultLine> lines;
  lines.push_back(line(Submission::kNew, IntentState::kFailed, 4'000'000'003));
  lines.push_back(line(Submission::kDuplicate, IntentState::kFailed, 4'000'000'003));
  lines[0].outcome->detail = PersonalText{"/template/components must have a body with 2 parameters"};
  const auto body = json::parse(results_json(lines));
  const auto& results = body.at("result").at("results");
  EXPECT_EQ(results.at(0).at("errorCode"), "template_parameters");
  EXPECT_EQ(results.at(0).at("errorMessage"), "/template/components must have a body with 2 parameters");
  EXPECT_EQ(results.at(1).at("errorMessage"),
            "the parameters do not fit the template's definition; nothing was sent");
  EXPECT_FALSE(results.at(1).at("advice").as_string().empty());
}

TEST(Results, RefusalsOfOursHaveNames) {
  std::vector<ResultLine> lines;
  lines.push_back(line(Submission::kNew, IntentState::kFailed, 4'000'000'021));
  lines.push_back(line(Submission::kNew, IntentState::kFailed, 4'000'000'022));
  const auto body = json::parse(results_json(lines));
  const auto& results = body.at("result").at("results").as_array();
  EXPECT_EQ(results[0].at("errorCode"), "window_closed");
  EXPECT_FALSE(results[0].at("advice").as_string().empty());
  EXPECT_EQ(results[1].at("errorCode"), "opted_out");
  EXPECT_FALSE(results[1].at("advice").as_string().empty());
}

TEST(Results, AFallbackThatWentOutIsSaidAndIsNoError) {
  std::vector<ResultLine> lines;
  lines.push_back(line(Submission::kNew, IntentState::kSent));
  lines.back().outcome->record.alternative = true;
  lines.push_back(line(Submission::kNew, IntentState::kUnknown));
  lines.back().outcome->record.alternative = true;
  lines.push_back(line(Submission::kNew, IntentState::kSent));
  const auto body = json::parse(results_json(lines));
  const auto& results = body.at("result").at("results").as_array();
  EXPECT_EQ(results[0].at("fallbackUsed"), true);
  EXPECT_FALSE(results[0].as_object().contains("errorCode"));
  EXPECT_EQ(results[1].at("fallbackUsed"), true);
  EXPECT_EQ(results[1].at("errorCode"), "unknown_outcome");
  EXPECT_FALSE(results[2].as_object().contains("fallbackUsed"));
}

TEST(Results, AReasonOfOursIsShownByName) {
  std::vector<ResultLine> lines;
  lines.push_back(line(Submission::kNew, IntentState::kFailed, 4'000'000'012));
  const auto body = json::parse(results_json(lines));
  const auto& result = body.at("result").at("results").at(0);
  EXPECT_EQ(result.at("errorCode"), "media_too_large");
  EXPECT_FALSE(result.at("errorMessage").as_string().empty());
  EXPECT_FALSE(result.at("advice").as_string().empty());
}

TEST(Results, AConflictTellsNothingOfTheOtherIntent) {
  std::vector<ResultLine> lines;
  lines.push_back(line(Submission::kBodyConflict, IntentState::kDelivered));
  const auto body = json::parse(results_json(lines));
  const auto& result = body.at("result").at("results").at(0).as_object();
  EXPECT_FALSE(result.contains("wamid"));
  EXPECT_FALSE(result.contains("state"));
}

TEST(Results, AnUnknownOutcomeIsPendingAndSaysSo) {
  EXPECT_EQ(status_of(line(Submission::kNew, IntentState::kUnknown)), "pending");
  EXPECT_EQ(status_of(line(Submission::kNew, IntentState::kUnconfirmed)), "pending");
  EXPECT_EQ(status_of(line(Submission::kNew, IntentState::kRead)), "sent");
  EXPECT_EQ(status_of(line(Submission::kNew, IntentState::kDead)), "failed");
}

json::object intent_of(const ResultLine& made) {
  return json::parse(intent_json(*made.outcome)).as_object();
}

TEST(Results, WhatStaysUnconfirmedIsForAPersonWhateverItsCode) {
  for (const std::uint32_t code : {0U, 131000U}) {
    std::vector<ResultLine> lines;
    lines.push_back(line(Submission::kNew, IntentState::kUnconfirmed, code));
    const auto body = json::parse(results_json(lines));
    const std::string advice{body.at("result").at("results").at(0).at("advice").as_string()};
    EXPECT_NE(advice.find("resolve the intent"), std::string::npos) << code << ' ' << advice;
  }
}

TEST(Results, WhatDiedWithoutAnAnswerCanBeRedriven) {
  std::vector<ResultLine> lines;
  lines.push_back(line(Submission::kNew, IntentState::kDead, 0));
  const auto body = json::parse(results_json(lines));
  const auto& result = body.at("result").at("results").at(0);
  EXPECT_EQ(result.at("errorCode"), "attempts_used_up");
  EXPECT_NE(std::string_view{result.at("advice").as_string()}.find("redrive"), std::string_view::npos);
}

TEST(Intent, ShowsItsTimeline) {
  auto made = line(Submission::kDuplicate, IntentState::kDelivered);
  made.outcome->record.timeline = {{IntentState::kSending, from_millis(1'739'321'024'000)},
                                   {IntentState::kDelivered, from_millis(1'739'321'025'000)}};
  const auto body = intent_of(made);
  EXPECT_EQ(body.at("timeline").at(1).at("state"), "delivered");
  EXPECT_EQ(body.at("timeline").at(1).at("at"), "2025-02-12T00:43:45.000Z");
}

TEST(Intent, ShowsWhatMetaSaidOfThePrice) {
  auto made = line(Submission::kDuplicate, IntentState::kDelivered);
  EXPECT_FALSE(intent_of(made).contains("pricing"));
  made.outcome->record.pricing = "utility,regular,PMP,1";
  EXPECT_EQ(json::serialize(intent_of(made).at("pricing")),
            R"({"category":"utility","type":"regular","model":"PMP","billable":true})");
  made.outcome->record.pricing = "not ours";
  EXPECT_FALSE(intent_of(made).contains("pricing"));
}

TEST(Intent, ShowsTheErrorOfAStatusThatFailedAfterwards) {
  auto made = line(Submission::kDuplicate, IntentState::kFailed, 131049);
  made.outcome->record.upstream_status = 200;
  made.outcome->record.timeline = {{IntentState::kSent, from_millis(1'739'321'024'000)},
                                   {IntentState::kFailed, from_millis(1'739'321'025'000)}};
  const auto body = intent_of(made);
  EXPECT_EQ(body.at("errorCode"), "131049");
  EXPECT_FALSE(body.at("advice").as_string().empty());
  EXPECT_EQ(body.at("timeline").at(1).at("state"), "failed");
}

}  // namespace
}  // namespace wac::api
