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

TEST_F(DispatcherTest, AnIdleDispatcherAsksTheStoreLessThanOnceASecond) {
  start();
  const std::size_t before = store_.calls;
  loop_.advance(Millis{60'000});
  EXPECT_LT(store_.calls - before, 60U);
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
