#include "outbound/dispatcher.h"

#include "outbound_fixture.h"

namespace wac::outbound {
namespace {

class DispatcherTest : public OutboundFixture {
 protected:
  void start() {
    dispatcher_ = std::make_unique<Dispatcher>(loop_, store_, *outbound_, directory_->partitions(),
                                               DispatcherRules{}, *log_);
    scope_.spawn(dispatcher_->run());
    loop_.run_ready();
  }
  void stop() {
    scope_.spawn(dispatcher_->stop());
    loop_.run_ready();
  }
  void queue(const std::string& id, std::optional<WallTime> send_at = std::nullopt) {
    Intent made = intent(id);
    made.send_at = send_at;
    std::optional<Result<Outcome>> out;
    submit(std::move(made), Wait::kForRecord, &out);
    ASSERT_TRUE(out && *out);
    if (!dispatcher_) return;
    for (const auto& [partition, at] : std::exchange(woken_, {})) dispatcher_->wake(partition, at);
    loop_.run_ready();
  }
  /// Answers whatever was asked and will be, so that the dispatcher can stop.
  void release_all() {
    for (int i = 0; i < 100; ++i) graph_.answers.push_back(accepted("wamid.A"));
    for (std::size_t i = 0; i < graph_.requests.size(); ++i) graph_.requests[i].answered.set(true);
    loop_.advance(Millis{10});
    stop();
  }
  IntentState state() { return store_.only().progress.state; }

  std::unique_ptr<Dispatcher> dispatcher_;
};

TEST_F(DispatcherTest, SendsWhatWasQueuedBeforeItStarted) {
  queue("01J9Z3NDEKTSV4RRFFQ69G5FAV");
  graph_.answers.push_back(accepted("wamid.A"));
  start();
  EXPECT_EQ(state(), IntentState::kSent);
  stop();
}

TEST_F(DispatcherTest, SendsAWokenIntentAtOnce) {
  start();
  graph_.answers.push_back(accepted("wamid.A"));
  queue("01J9Z3NDEKTSV4RRFFQ69G5FAV");
  EXPECT_EQ(state(), IntentState::kSent);
  stop();
}

Task<void> stop_and_tell(Dispatcher* dispatcher, bool* stopped) {
  co_await dispatcher->stop();
  *stopped = true;
}

TEST_F(DispatcherTest, HasNotStoppedBeforeWhatItIsTakingIsSettled) {
  start();
  store_.take_gate.emplace();
  queue("01J9Z3NDEKTSV4RRFFQ69G5FAV");
  bool stopped = false;
  scope_.spawn(stop_and_tell(dispatcher_.get(), &stopped));
  loop_.run_ready();
  EXPECT_FALSE(stopped) << "the store is handing something out";
  store_.take_gate->set(true);
  loop_.run_ready();
  ASSERT_EQ(graph_.requests.size(), 1U);
  EXPECT_FALSE(stopped) << "it is being sent";
  graph_.answers.push_back(accepted("wamid.A"));
  graph_.requests[0].answered.set(true);
  loop_.run_ready();
  EXPECT_TRUE(stopped);
  EXPECT_EQ(state(), IntentState::kSent);
}

TEST_F(DispatcherTest, WaitsForItsSendingTime) {
  start();
  graph_.answers.push_back(accepted("wamid.A"));
  queue("01J9Z3NDEKTSV4RRFFQ69G5FAV", loop_.wall_now() + Millis{60'000});
  loop_.advance(Millis{59'000});
  EXPECT_TRUE(graph_.requests.empty());
  loop_.advance(Millis{2'000});
  EXPECT_EQ(state(), IntentState::kSent);
  stop();
}

TEST_F(DispatcherTest, RetriesASafeFailureAfterItsBackoff) {
  start();
  graph_.answers.push_back(refused(130429));
  graph_.answers.push_back(accepted("wamid.A"));
  queue("01J9Z3NDEKTSV4RRFFQ69G5FAV");
  EXPECT_EQ(state(), IntentState::kRetryWait);
  loop_.advance(Millis{120'000});
  EXPECT_EQ(state(), IntentState::kSent);
  EXPECT_EQ(graph_.requests.size(), 2U);
  stop();
}

TEST_F(DispatcherTest, ADeadWorkersIntentBecomesUnknownAndIsHeld) {
  std::optional<Result<Outcome>> out;
  submit(intent(), Wait::kForOutcome, &out);
  ASSERT_EQ(state(), IntentState::kSending) << "its worker never comes back";
  start();
  loop_.advance(config_.lease + Millis{3'000});
  EXPECT_EQ(state(), IntentState::kUnknown);
  loop_.advance(config_.unknown_window + Millis{3'000});
  EXPECT_EQ(state(), IntentState::kUnconfirmed);
  EXPECT_EQ(graph_.requests.size(), 1U) << "never a blind resend";
  stop();
  graph_.answers.push_back(accepted("wamid.late"));
  graph_.requests[0].answered.set(true);
  loop_.run_ready();
  EXPECT_EQ(state(), IntentState::kUnconfirmed) << "a late writer with an old token changes nothing";
}

TEST_F(DispatcherTest, AnUnknownIntentIsResentOnlyWithEvidenceAndPolicy) {
  start();
  graph_.answers.push_back(lost(net::Written::kMaybe));
  Intent made = intent();
  made.on_unknown = store::OnUnknown::kResend;
  std::optional<Result<Outcome>> out;
  submit(std::move(made), Wait::kForOutcome, &out);
  ASSERT_EQ(state(), IntentState::kUnknown);
  loop_.advance(Millis{1'000});
  store_.evidence_at = loop_.wall_now();
  graph_.answers.push_back(accepted("wamid.B"));
  loop_.advance(config_.unknown_window + Millis{3'000});
  EXPECT_EQ(state(), IntentState::kSent);
  EXPECT_EQ(graph_.requests.size(), 2U);
  stop();
}

TEST_F(DispatcherTest, WithoutEvidenceAnUnknownIntentIsNotResent) {
  start();
  graph_.answers.push_back(lost(net::Written::kMaybe));
  Intent made = intent();
  made.on_unknown = store::OnUnknown::kResend;
  std::optional<Result<Outcome>> out;
  submit(std::move(made), Wait::kForOutcome, &out);
  loop_.advance(config_.unknown_window + Millis{30'000});
  EXPECT_EQ(state(), IntentState::kUnconfirmed);
  EXPECT_EQ(graph_.requests.size(), 1U);
  stop();
}

TEST_F(DispatcherTest, AFailingStoreIsTriedAgainAndNothingIsLost) {
  queue("01J9Z3NDEKTSV4RRFFQ69G5FAV");
  store_.fail_claims = Error{ErrorCode::kUnavailable, 0, "test"};
  graph_.answers.push_back(accepted("wamid.A"));
  start();
  loop_.advance(Millis{5'000});
  EXPECT_EQ(state(), IntentState::kAccepted);
  store_.fail_claims.reset();
  loop_.advance(Millis{5'000});
  EXPECT_EQ(state(), IntentState::kSent);
  stop();
}

TEST_F(DispatcherTest, NothingIsTakenWhileTheStoreAcknowledgesNothing) {
  queue("01J9Z3NDEKTSV4RRFFQ69G5FAV");
  store_.lose_answers = 100;
  store_.fail_finds = Error{ErrorCode::kUnknownOutcome, 0, "test"};
  start();
  loop_.advance(Millis{10'000});
  EXPECT_EQ(store_.takes, 1U) << "whatever is taken meanwhile is lost to everybody until its lease ends";
  store_.lose_answers = 0;
  store_.fail_finds.reset();
  loop_.advance(Millis{5'000});
  EXPECT_GT(store_.takes, 1U);
  loop_.advance(config_.lease + config_.unknown_window + Millis{5'000});
  stop();
}

TEST_F(DispatcherTest, WithReplicasToWaitForWhatWasTakenUnheardIsSentWhenItsLeaseEnds) {
  config_.redis_wait = 1;
  make_outbound();
  queue("01J9Z3NDEKTSV4RRFFQ69G5FAV");
  store_.lose_answers = 1;
  graph_.answers.push_back(accepted("wamid.A"));
  start();
  EXPECT_EQ(state(), IntentState::kSending);
  loop_.advance(config_.lease + Millis{5'000});
  EXPECT_EQ(state(), IntentState::kSent);
  EXPECT_EQ(graph_.requests.size(), 1U);
  stop();
}

TEST_F(DispatcherTest, AnIdleDispatcherAsksTheStoreLessThanOnceASecond) {
  start();
  const std::size_t before = store_.calls;
  loop_.advance(Millis{60'000});
  EXPECT_LT(store_.calls - before, 60U);
  stop();
}

TEST_F(DispatcherTest, OneSenderAloneMayUseEverySlot) {
  config_.sends_in_flight = 8;
  make_outbound();
  for (int i = 10; i < 30; ++i) queue("01J9Z3NDEKTSV4RRFFQ69G5F" + std::to_string(i));
  start();
  EXPECT_EQ(graph_.requests.size(), 8U);
  EXPECT_EQ(store_.last_rules.per_sender, 0U);
  release_all();
}

TEST_F(DispatcherTest, ABusySenderLeavesHalfOfTheSlotsToOthers) {
  config_.sends_in_flight = 8;
  add_tenant();
  for (int i = 10; i < 60; ++i) queue("01J9Z3NDEKTSV4RRFFQ69G5F" + std::to_string(i));
  start();
  EXPECT_EQ(graph_.requests.size(), 4U);
  std::optional<Result<Outcome>> out;
  submit(intent("01J9Z3NDEKTSV4RRFFQ69G5FAV", "first", "other"), Wait::kForRecord, &out);
  for (const auto& [partition, at] : std::exchange(woken_, {})) dispatcher_->wake(partition, at);
  loop_.run_ready();
  ASSERT_EQ(graph_.requests.size(), 5U) << "the other tenant's first message does not wait";
  EXPECT_NE(graph_.requests.back().body.find("first"), std::string::npos);
  graph_.answers.push_back(accepted("wamid.A"));
  graph_.requests.front().answered.set(true);
  loop_.run_ready();
  EXPECT_EQ(graph_.requests.size(), 6U) << "what is done makes room for the busy one's next";
  release_all();
}

TEST_F(DispatcherTest, AThrottledIntentIsNeverUsedUp) {
  start();
  for (std::uint32_t i = 0; i < config_.max_attempts * 2; ++i) graph_.answers.push_back(refused(130429));
  graph_.answers.push_back(accepted("wamid.A"));
  queue("01J9Z3NDEKTSV4RRFFQ69G5FAV");
  loop_.advance(Millis{300'000});
  EXPECT_EQ(state(), IntentState::kSent);
  EXPECT_EQ(graph_.requests.size(), config_.max_attempts * 2 + 1);
  EXPECT_EQ(metrics_.total(telemetry::Counter::kThrottlesSender), config_.max_attempts * 2);
  EXPECT_EQ(metrics_.total(telemetry::Counter::kMessagesFailed), 0U);
  stop();
}

TEST_F(DispatcherTest, APartitionThatIsAddedIsLookedAtAtOnceAndSweptFromThenOn) {
  queue("01J9Z3NDEKTSV4RRFFQ69G5FAV");
  graph_.answers.push_back(accepted("wamid.A"));
  dispatcher_ = std::make_unique<Dispatcher>(loop_, store_, *outbound_, std::vector<Partition>{},
                                             DispatcherRules{}, *log_);
  scope_.spawn(dispatcher_->run());
  loop_.advance(Millis{60'000});
  EXPECT_EQ(state(), IntentState::kAccepted) << "it is not this loop's";
  dispatcher_->serve(directory_->partitions());
  loop_.run_ready();
  EXPECT_EQ(state(), IntentState::kSent);
  const std::size_t before = store_.calls;
  loop_.advance(Millis{10'000});
  EXPECT_GT(store_.calls, before);
  dispatcher_->serve({});
  loop_.advance(Millis{60'000});
  const std::size_t after = store_.calls;
  loop_.advance(Millis{60'000});
  EXPECT_EQ(store_.calls, after) << "and left alone when it has no sender any more";
  stop();
}

TEST_F(DispatcherTest, StopWaitsForWhatIsInFlight) {
  start();
  queue("01J9Z3NDEKTSV4RRFFQ69G5FAV");
  ASSERT_EQ(graph_.requests.size(), 1U);
  stop();
  EXPECT_EQ(dispatcher_->in_flight(), 1U);
  graph_.answers.push_back(accepted("wamid.A"));
  graph_.requests[0].answered.set(true);
  loop_.run_ready();
  EXPECT_EQ(dispatcher_->in_flight(), 0U);
  EXPECT_EQ(state(), IntentState::kSent);
}

}  // namespace
}  // namespace wac::outbound
