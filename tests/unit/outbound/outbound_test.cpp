#include "outbound/outbound.h"

#include "outbound_fixture.h"
#include "store/attempt_id.h"

namespace wac::outbound {
namespace {

using telemetry::Counter;

using OutboundTest = OutboundFixture;

TEST_F(OutboundTest, SendsOnceAndReportsTheMessageId) {
  graph_.answers.push_back(accepted("wamid.A"));
  std::optional<Result<Outcome>> out;
  submit(intent(), Wait::kForOutcome, &out);
  ASSERT_TRUE(out && *out);
  EXPECT_EQ((*out)->submission, Submission::kNew);
  EXPECT_EQ((*out)->record.state, IntentState::kSent);
  EXPECT_EQ(expose((*out)->wamid, Purpose::kValidate), "wamid.A");
  EXPECT_EQ(graph_.requests.size(), 1U);
  EXPECT_EQ(store_.calls, 2U) << "one claim, one settle";
}

TEST_F(OutboundTest, TheRequestCarriesTheAttemptsName) {
  graph_.answers.push_back(accepted("wamid.A"));
  std::optional<Result<Outcome>> out;
  submit(intent(), Wait::kForOutcome, &out);
  const auto body = boost::json::parse(graph_.requests.at(0).body).as_object();
  const auto attempt =
      store::parse_attempt_id(std::string_view{body.at("biz_opaque_callback_data").as_string()});
  ASSERT_TRUE(attempt);
  EXPECT_EQ(attempt->key, store_.only().intent.key);
  EXPECT_EQ(attempt->attempt, 1U);
  EXPECT_EQ(body.at("to").as_string(), "+15550001111");
}

TEST_F(OutboundTest, TheAttemptIsMarkedBeforeAnythingIsSent) {
  std::optional<Result<Outcome>> out;
  submit(intent(), Wait::kForOutcome, &out);
  ASSERT_EQ(graph_.requests.size(), 1U);
  EXPECT_EQ(store_.only().progress.state, IntentState::kSending);
  EXPECT_EQ(store_.only().progress.attempt, 1U);
  graph_.answers.push_back(accepted("wamid.A"));
  graph_.requests[0].answered.set(true);
  EXPECT_TRUE(out);
}

TEST_F(OutboundTest, ADuplicateReturnsWhatIsRecordedAndSendsNothing) {
  graph_.answers.push_back(accepted("wamid.A"));
  std::optional<Result<Outcome>> first;
  std::optional<Result<Outcome>> second;
  submit(intent(), Wait::kForOutcome, &first);
  submit(intent(), Wait::kForOutcome, &second);
  ASSERT_TRUE(second && *second);
  EXPECT_EQ((*second)->submission, Submission::kDuplicate);
  EXPECT_EQ((*second)->record.state, IntentState::kSent);
  EXPECT_EQ(expose((*second)->wamid, Purpose::kValidate), "wamid.A");
  EXPECT_EQ(graph_.requests.size(), 1U);
}

TEST_F(OutboundTest, ADuplicateOfOneInFlightWaitsForItsOutcome) {
  std::optional<Result<Outcome>> first;
  std::optional<Result<Outcome>> second;
  submit(intent(), Wait::kForOutcome, &first);
  submit(intent(), Wait::kForOutcome, &second);
  EXPECT_FALSE(second);
  graph_.answers.push_back(accepted("wamid.A"));
  graph_.requests[0].answered.set(true);
  loop_.advance(Millis{50});
  ASSERT_TRUE(second && *second);
  EXPECT_EQ((*second)->record.state, IntentState::kSent);
  EXPECT_EQ(graph_.requests.size(), 1U);
}

TEST_F(OutboundTest, TheSameKeyWithAnotherBodyIsRefused) {
  graph_.answers.push_back(accepted("wamid.A"));
  std::optional<Result<Outcome>> first;
  std::optional<Result<Outcome>> second;
  submit(intent(), Wait::kForOutcome, &first);
  submit(intent("01J9Z3NDEKTSV4RRFFQ69G5FAV", "another body"), Wait::kForOutcome, &second);
  ASSERT_TRUE(second && *second);
  EXPECT_EQ((*second)->submission, Submission::kBodyConflict);
  EXPECT_EQ(graph_.requests.size(), 1U);
}

TEST_F(OutboundTest, AcceptedWithoutAnAnswerMakesOnePostAndIsUnknown) {
  graph_.answers.push_back(lost(net::Written::kMaybe));
  std::optional<Result<Outcome>> out;
  submit(intent(), Wait::kForOutcome, &out);
  loop_.advance(Millis{24'999});
  ASSERT_TRUE(out && *out);
  EXPECT_EQ((*out)->record.state, IntentState::kUnknown);
  EXPECT_EQ(graph_.requests.size(), 1U);
  EXPECT_EQ(metrics_.total(Counter::kUnknownEntered), 1U);
}

TEST_F(OutboundTest, AWaitingCallerLearnsWhatAWebhookSettled) {
  graph_.answers.push_back(lost(net::Written::kMaybe));
  std::optional<Result<Outcome>> out;
  submit(intent(), Wait::kForOutcome, &out);
  EXPECT_FALSE(out);
  store::Evidence evidence;
  evidence.key = store_.only().intent.key;
  evidence.attempt = 1;
  evidence.state = IntentState::kDelivered;
  store::apply_evidence(store_.only().progress, evidence, Millis{1'000}, loop_.wall_now());
  loop_.advance(Millis{2'000});
  ASSERT_TRUE(out && *out);
  EXPECT_EQ((*out)->record.state, IntentState::kDelivered);
}

TEST_F(OutboundTest, ASafeFailureWaitsAndWakesTheDispatcher) {
  graph_.answers.push_back(refused(130429));
  std::optional<Result<Outcome>> out;
  submit(intent(), Wait::kForRecord, &out);
  ASSERT_TRUE(out && *out);
  EXPECT_EQ((*out)->record.state, IntentState::kAccepted);
  EXPECT_EQ(woken_.size(), 1U);
  EXPECT_TRUE(graph_.requests.empty());
}

TEST_F(OutboundTest, WithoutAFreeSlotTheCallerWaitsItsTurn) {
  std::vector<Slot> taken;
  while (Slot slot = outbound_->caller_slots().all().try_take()) taken.push_back(std::move(slot));
  graph_.answers.push_back(accepted("wamid.A"));
  std::optional<Result<Outcome>> out;
  submit(intent(), Wait::kForOutcome, &out);
  EXPECT_TRUE(store_.entries.empty()) << "nothing is spent on it before its turn";
  taken.pop_back();
  loop_.run_ready();
  ASSERT_TRUE(out && *out);
  EXPECT_EQ((*out)->record.state, IntentState::kSent);
}

TEST_F(OutboundTest, WithoutASlotInTimeTheIntentIsQueuedAndPending) {
  std::vector<Slot> taken;
  while (Slot slot = outbound_->caller_slots().all().try_take()) taken.push_back(std::move(slot));
  std::optional<Result<Outcome>> out;
  submit(intent(), Wait::kForOutcome, &out, Millis{100});
  loop_.advance(Millis{100});
  ASSERT_TRUE(out && *out);
  EXPECT_EQ(store_.only().progress.state, IntentState::kAccepted);
  EXPECT_EQ(woken_.size(), 1U);
  EXPECT_TRUE(graph_.requests.empty());
}

TEST_F(OutboundTest, ASubmissionHoldsItsSlotOnlyWhileItSends) {
  const std::size_t before = outbound_->caller_slots().all().free();
  graph_.answers.push_back(lost(net::Written::kMaybe));
  std::optional<Result<Outcome>> out;
  submit(intent(), Wait::kForOutcome, &out);
  EXPECT_FALSE(out) << "still waiting for a webhook";
  EXPECT_EQ(outbound_->caller_slots().all().free(), before);
  loop_.advance(Millis{25'000});
}

TEST_F(OutboundTest, AStoreThatFailsBeforeTheClaimMeansNothingWasSent) {
  store_.fail_claims = Error{ErrorCode::kUnavailable, 0, "test"};
  std::optional<Result<Outcome>> out;
  submit(intent(), Wait::kForOutcome, &out);
  ASSERT_TRUE(out);
  EXPECT_FALSE(*out);
  EXPECT_TRUE(graph_.requests.empty());
}

TEST_F(OutboundTest, AClaimWhoseAnswerWasLostIsRepeatedAndTheMessageSentOnce) {
  store_.lose_answers = 1;
  graph_.answers.push_back(accepted("wamid.A"));
  std::optional<Result<Outcome>> out;
  submit(intent(), Wait::kForOutcome, &out);
  EXPECT_TRUE(graph_.requests.empty()) << "not before the claim is certain";
  loop_.advance(Millis{50});
  ASSERT_TRUE(out && *out);
  EXPECT_EQ((*out)->submission, Submission::kNew);
  EXPECT_EQ((*out)->record.state, IntentState::kSent);
  EXPECT_EQ(graph_.requests.size(), 1U);
}

TEST_F(OutboundTest, AClaimThatBecomesCertainTooLateForItsLeaseIsLeftToTheQueue) {
  config_.lease = config_.graph_timeout + Millis{2'000};
  store_.lose_answers = 1;
  std::optional<Result<Outcome>> out;
  submit(intent(), Wait::kForOutcome, &out);
  store_.fail_claims = Error{ErrorCode::kUnavailable, 0, "test"};
  loop_.advance(Millis{4'000});
  store_.fail_claims.reset();
  loop_.advance(Millis{1'000});
  EXPECT_EQ(store_.only().progress.state, IntentState::kRetryWait);
  EXPECT_TRUE(graph_.requests.empty());
  EXPECT_EQ(woken_.size(), 1U);
  loop_.advance(Millis{25'000});
  EXPECT_TRUE(out);
}

TEST_F(OutboundTest, AClaimThatStaysUncertainIsReportedAsSuch) {
  store_.lose_answers = 1'000;
  std::optional<Result<Outcome>> out;
  submit(intent(), Wait::kForOutcome, &out);
  loop_.advance(Millis{25'000});
  ASSERT_TRUE(out);
  ASSERT_FALSE(*out);
  EXPECT_EQ(out->error().code, ErrorCode::kUnknownOutcome);
  EXPECT_TRUE(graph_.requests.empty());
}

TEST_F(OutboundTest, AnOutcomeThatCannotBeRecordedIsOfferedAgainUntilItIs) {
  store_.fail_settles = Error{ErrorCode::kUnavailable, 0, "test"};
  graph_.answers.push_back(refused(131026));
  std::optional<Result<Outcome>> out;
  submit(intent(), Wait::kForOutcome, &out);
  loop_.advance(Millis{3'000});
  EXPECT_FALSE(out);
  store_.fail_settles.reset();
  loop_.advance(Millis{2'000});
  ASSERT_TRUE(out && *out);
  EXPECT_EQ((*out)->record.state, IntentState::kFailed);
  EXPECT_EQ(graph_.requests.size(), 1U);
}

TEST_F(OutboundTest, AnOutcomeThatIsNeverRecordedIsNotSentAgain) {
  store_.fail_settles = Error{ErrorCode::kUnavailable, 0, "test"};
  graph_.answers.push_back(accepted("wamid.A"));
  std::optional<Result<Outcome>> out;
  submit(intent(), Wait::kForOutcome, &out);
  loop_.advance(config_.lease + Millis{1'000});
  ASSERT_TRUE(out && *out);
  EXPECT_TRUE(store::is_open((*out)->record.state));
  EXPECT_EQ(graph_.requests.size(), 1U);
}

TEST_F(OutboundTest, WhoDoesNotWaitForAPausedSenderIsToldAndNothingIsRecorded) {
  store_.hold = store::Hold::kBreaker;
  store_.held_until = loop_.wall_now() + Millis{4'000};
  for (const Wait wait : {Wait::kForOutcome, Wait::kForRecord}) {
    Intent made = intent();
    made.when_paused = WhenPaused::kRefuse;
    std::optional<Result<Outcome>> out;
    submit(std::move(made), wait, &out);
    ASSERT_TRUE(out && *out);
    EXPECT_EQ((*out)->submission, Submission::kRefused);
    EXPECT_EQ((*out)->retry_after, Millis{4'000});
  }
  EXPECT_TRUE(store_.entries.empty());
  EXPECT_EQ(metrics_.total(telemetry::Counter::kApiPaused), 2U);
}

TEST_F(OutboundTest, WhoWaitsForAPausedSenderIsQueued) {
  store_.hold = store::Hold::kBreaker;
  store_.held_until = loop_.wall_now() + Millis{60'000};
  std::optional<Result<Outcome>> out;
  submit(intent(), Wait::kForOutcome, &out);
  loop_.advance(Millis{25'000});
  ASSERT_TRUE(out && *out);
  EXPECT_EQ((*out)->record.state, IntentState::kAccepted);
  EXPECT_EQ((*out)->record.hold, store::Hold::kBreaker);
  ASSERT_EQ(woken_.size(), 1U);
  EXPECT_EQ(woken_[0].second, store_.held_until);
}

TEST_F(OutboundTest, WhatWaitsForItsTurnOrAPersonWakesNobody) {
  for (const store::Hold hold : {store::Hold::kOrder, store::Hold::kStopped}) {
    for (const Wait wait : {Wait::kForRecord, Wait::kForOutcome}) {
      store_.entries.clear();
      store_.hold = hold;
      std::optional<Result<Outcome>> out;
      submit(intent(), wait, &out);
      loop_.advance(Millis{25'000});
      ASSERT_TRUE(out && *out);
      EXPECT_EQ((*out)->record.state, IntentState::kAccepted);
      EXPECT_TRUE(woken_.empty());
    }
  }
}

TEST_F(OutboundTest, AClaimCarriesItsConversationCredentialAndLimits) {
  config_.limits.sender_per_second = 7;
  directory_->replace(config_);
  graph_.answers.push_back(accepted("wamid.A"));
  graph_.answers.push_back(accepted("wamid.B"));
  std::optional<Result<Outcome>> out;
  Intent made = intent();
  made.priority = store::Priority::kHigh;
  submit(std::move(made), Wait::kForOutcome, &out);
  const store::NewIntent first = store_.only().intent;
  EXPECT_EQ(first.limits.sender_per_second, 7U);
  EXPECT_EQ(first.limits.pair_burst, 45U);
  EXPECT_EQ(first.priority, store::Priority::kHigh);
  EXPECT_NE(first.recipient, crypto::Fingerprint{});
  EXPECT_NE(first.credential, crypto::Fingerprint{});
  store_.entries.clear();
  submit(intent("01J9Z3NDEKTSV4RRFFQ69G5FAW", "another text"), Wait::kForOutcome, &out);
  EXPECT_EQ(store_.only().intent.recipient, first.recipient) << "the same recipient, the same conversation";
  EXPECT_EQ(store_.only().intent.credential, first.credential);
  config_.tenants[0].senders[0].token = Secret{"another"};
  directory_->replace(config_);
  store_.entries.clear();
  submit(intent("01J9Z3NDEKTSV4RRFFQ69G5FAX"), Wait::kForRecord, &out);
  EXPECT_NE(store_.only().intent.credential, first.credential);
}

TEST_F(OutboundTest, ATenantsFloodLeavesHalfOfTheSlotsToOthers) {
  config_.sends_in_flight = 4;
  add_tenant();
  std::vector<std::optional<Result<Outcome>>> flood(6);
  for (std::size_t i = 0; i < flood.size(); ++i) {
    submit(intent("01J9Z3NDEKTSV4RRFFQ69G5FA" + std::to_string(i)), Wait::kForOutcome, &flood[i]);
  }
  EXPECT_EQ(graph_.requests.size(), 2U);
  std::optional<Result<Outcome>> other;
  submit(intent("01J9Z3NDEKTSV4RRFFQ69G5FAV", "hi", "other"), Wait::kForOutcome, &other);
  EXPECT_EQ(graph_.requests.size(), 3U);
  for (int i = 0; i < 10; ++i) graph_.answers.push_back(accepted("wamid.A"));
  for (std::size_t i = 0; i < 3; ++i) graph_.requests[i].answered.set(true);
  loop_.run_ready();
  EXPECT_TRUE(other && *other);
  for (const auto& out : flood) EXPECT_TRUE(out && *out);
}

TEST_F(OutboundTest, AStoppedSenderIsLoggedWithAdviceAndCountedOnce) {
  graph_.answers.push_back(refused(131031));
  store_.news.stopped = true;
  std::optional<Result<Outcome>> out;
  submit(intent(), Wait::kForOutcome, &out, Millis{100});
  loop_.advance(Millis{100});
  EXPECT_EQ(store_.only().progress.state, IntentState::kRetryWait);
  ASSERT_EQ(store_.signals.size(), 1U);
  EXPECT_EQ(store_.signals[0].kind, store::PaceSignal::Kind::kStop);
  EXPECT_EQ(metrics_.total(telemetry::Counter::kSenderStops), 1U);
  EXPECT_NE(log_text_.find("sender stopped"), std::string::npos) << log_text_;
  EXPECT_NE(log_text_.find("WhatsApp Manager"), std::string::npos) << "with advice";
}

TEST_F(OutboundTest, AThrottleThatNoPaceRepairsIsLoggedWithAdvice) {
  const std::string words = "throttled for long";
  graph_.answers.push_back(refused(130429));
  std::optional<Result<Outcome>> out;
  submit(intent(), Wait::kForOutcome, &out, Millis{1});
  EXPECT_EQ(log_text_.find(words), std::string::npos) << "the pace adapts by itself";
  graph_.answers.push_back(refused(131048));
  submit(intent("01J9Z3NDEKTSV4RRFFQ69G5FAW"), Wait::kForOutcome, &out, Millis{1});
  EXPECT_NE(log_text_.find(words), std::string::npos) << log_text_;
  EXPECT_NE(log_text_.find("quality rating"), std::string::npos) << "with advice";
}

TEST_F(OutboundTest, WhoWaitsForAStopIsToldSoAtOnce) {
  graph_.answers.push_back(refused(131031));
  std::optional<Result<Outcome>> out;
  submit(intent(), Wait::kForOutcome, &out, Millis{1});
  ASSERT_TRUE(out && *out);
  EXPECT_EQ((*out)->record.state, IntentState::kRetryWait);
  EXPECT_EQ((*out)->record.hold, store::Hold::kStopped);
}

TEST_F(OutboundTest, ACallerIsToldWhatMetaSaysOfARefusal) {
  graph_.answers.push_back(refused(131009));
  std::optional<Result<Outcome>> out;
  submit(intent(), Wait::kForOutcome, &out);
  ASSERT_TRUE(out && *out);
  EXPECT_EQ(expose((*out)->detail, Purpose::kValidate), "parameter value invalid: m");
  EXPECT_EQ(log_text_.find("value invalid"), std::string::npos) << "it may repeat what was sent";
}

TEST_F(OutboundTest, WhatMetaSaidOfAnAttemptIsNotSaidOfALaterOne) {
  graph_.answers.push_back(refused(131056));
  std::optional<Result<Outcome>> out;
  submit(intent(), Wait::kForOutcome, &out);
  ASSERT_FALSE(out);
  auto& later = store_.entries.begin()->second.progress;
  later.state = IntentState::kFailed;
  later.attempt = 2;
  later.error_code = 131026;
  loop_.advance(Millis{5'000});
  ASSERT_TRUE(out && *out);
  EXPECT_EQ((*out)->record.error_code, 131026U);
  EXPECT_TRUE((*out)->detail.empty());
}

TEST_F(OutboundTest, AnIntentAgesFromItsTimeOnAndDiesWhenItWouldWaitLonger) {
  config_.tenants[0].policies.max_age = Millis{60'000};
  directory_->replace(config_);
  Intent made = intent();
  made.send_at = loop_.wall_now() + Millis{120'000};
  std::optional<Result<Outcome>> out;
  submit(std::move(made), Wait::kForRecord, &out);
  const auto attempt = [this](int code) {
    auto batch = testing::run_now(loop_, store_.take_due(Partition::of(config_.tenants[0].senders[0].id), 1,
                                                         outbound_->due_rules(), loop_.wall_now()));
    ASSERT_TRUE(batch && batch->items.size() == 1);
    graph_.answers.push_back(refused(code));
    scope_.spawn(outbound_->process(std::move(batch->items[0]), Slot{}));
    loop_.run_ready();
  };
  loop_.advance(Millis{120'000});
  attempt(131056);
  EXPECT_EQ(store_.only().progress.state, IntentState::kRetryWait) << "it is young";
  loop_.advance(Millis{10'000});
  attempt(132069);
  EXPECT_EQ(store_.only().progress.state, IntentState::kDead) << "an hour is more than it has";
}

TEST_F(OutboundTest, AFollowerThatBecameDueIsLookedAtAtOnce) {
  graph_.answers.push_back(accepted("wamid.A"));
  store_.news.follower_due = true;
  std::optional<Result<Outcome>> out;
  submit(intent(), Wait::kForOutcome, &out);
  ASSERT_EQ(woken_.size(), 1U);
  EXPECT_EQ(woken_[0].second, loop_.wall_now());
}

TEST_F(OutboundTest, ARefusalIsLoggedWithWhatMetasSupportAsksFor) {
  net::ClientResult refusal = refused(131026);
  refusal->body.replace(refusal->body.find("\"code\""), 6, R"("fbtrace_id":"Az8or2yhqkZfEZ","code")");
  graph_.answers.push_back(std::move(refusal));
  std::optional<Result<Outcome>> out;
  submit(intent(), Wait::kForOutcome, &out);
  EXPECT_NE(log_text_.find(R"("errorCode":131026)"), std::string::npos) << log_text_;
  EXPECT_NE(log_text_.find("Az8or2yhqkZfEZ"), std::string::npos);
}

TEST_F(OutboundTest, LogsCarryNoPersonalData) {
  graph_.answers.push_back(accepted("wamid.SECRET"));
  std::optional<Result<Outcome>> out;
  submit(intent("01J9Z3NDEKTSV4RRFFQ69G5FAV", "planted text"), Wait::kForOutcome, &out);
  EXPECT_NE(log_text_.find("01J9Z3NDEKTSV4RRFFQ69G5FAV"), std::string::npos);
  for (const char* planted : {"15550001111", "planted text", "wamid.SECRET", "token", "key-01J9"}) {
    EXPECT_EQ(log_text_.find(planted), std::string::npos) << planted;
  }
}

}  // namespace
}  // namespace wac::outbound
