#pragma once
// A random walk through everything that moves an intent, the same one for the same seed.

#include "integration/store/store_conformance.h"

#include <array>
#include <map>
#include <random>

namespace wac::testing {

class StoreWalk : public StoreConformance {
 protected:
  enum class Restarts : std::uint8_t { kNone, kSome };

  void walk(unsigned seed, int steps, Restarts restarts) {
    random_.seed(seed);
    // Every other walk is one of recipients with a pace of their own.
    if (seed % 2 == 0) {
      limits_.pair_interval = Millis{2'000};
      limits_.pair_burst = 2;
    }
    limits_.breaker_min = 4;
    recipients_ = {fingerprint(), fingerprint(), fingerprint()};
    tokens_ = {fingerprint(), fingerprint()};
    for (int step = 0; step < steps; ++step) {
      if (below(2) == 0) now_ += below(4'000);
      one_step(restarts);
      check_order_and_counts();
    }
    drain();
  }

 private:
  int below(std::size_t limit) { return static_cast<int>(random_() % limit); }
  template <class Items>
  auto& any_of(Items& items) {
    return items[random_() % items.size()];
  }

  void one_step(Restarts restarts) {
    const int what = below(restarts == Restarts::kSome ? 101 : 100);
    if (what < 30) {
      claim_one();
    } else if (what < 55) {
      take();
    } else if (what < 85) {
      settle_one();
    } else if (what < 90) {
      evidence();
    } else if (what < 95) {
      command_one();
    } else if (what < 97) {
      resume(at(now_));
    } else if (what < 98) {
      adopt_credential(any_of(tokens_), at(now_));
    } else if (what < 100) {
      // Its worker dies.
      if (!held_.empty()) held_.pop_back();
    } else {
      restart();
    }
  }

  void claim_one() {
    NewIntent made = message(any_of(recipients_));
    made.prepares = below(2) == 0;
    made.on_unknown = below(2) == 0 ? OnUnknown::kResend : OnUnknown::kHold;
    made.credential = any_of(tokens_);
    if (below(4) == 0) made.priority = Priority::kHigh;
    made.created = at(now_);
    made.due = below(5) == 0 ? at(now_ + below(20'000)) : at(now_);
    if (below(8) == 0) made.expires_at = at(now_ + 1 + below(60'000));
    const bool queued = made.due > at(now_) || below(2) == 0;
    const ClaimResult result = claim(made, queued ? ClaimMode::kQueue : ClaimMode::kSendNow, at(now_));
    EXPECT_EQ(static_cast<int>(result.outcome), static_cast<int>(ClaimOutcome::kNew));
    all_.push_back(made);
    if (result.record.state == IntentState::kSending) held_.push_back(result.record);
  }

  DueBatch take() {
    DueRules rules;
    rules.unknown_window = Millis{60'000};
    rules.max_attempts = 6;
    DueBatch batch = take_due(at(now_), rules, 1 + random_() % 20);
    for (const auto& item : batch.items) {
      if (item.record.state == IntentState::kSending) held_.push_back(item.record);
    }
    return batch;
  }

  void settle_one() {
    if (held_.empty()) return;
    std::swap(any_of(held_), held_.back());
    const IntentRecord record = held_.back();
    held_.pop_back();
    if (below(2) == 0) start_sending(record);
    using enum IntentState;
    constexpr std::array kEnds{kSent, kSent, kSent, kRetryWait, kRetryWait, kUnknown, kFailed, kDead};
    using Kind = PaceSignal::Kind;
    constexpr std::array kKinds{Kind::kAnswered,      Kind::kAnswered,  Kind::kNone,
                                Kind::kPairThrottled, Kind::kThrottled, Kind::kServerFault};
    Settlement made = settlement(record, any_of(kEnds));
    made.due = at(now_ + below(30'000));
    made.signal = signal(any_of(kKinds), Millis{below(5'000)});
    if (below(20) == 0) {
      made.signal = signal(Kind::kStop);
      made.signal.until_new_credential = below(2) == 0;
      made.signal.credential = any_of(tokens_);
    }
    settle(made, at(now_));
  }

  void evidence() {
    if (all_.empty()) return;
    const IntentState state = below(3) == 0 ? IntentState::kFailed : IntentState::kSent;
    ingest_one(status(any_of(all_), 1 + random_() % 2, state), at(now_));
  }

  void command_one() {
    if (all_.empty()) return;
    constexpr std::array kCommands{Command::kCancel, Command::kResolveSent, Command::kResolveFailed,
                                   Command::kResolveResend, Command::kRedrive};
    static_cast<void>(command(any_of(all_), any_of(kCommands), at(now_)));
  }

  /// Of those that never were unknown at most one of a recipient is under way. And the counts are right.
  void check_order_and_counts() {
    std::map<crypto::Fingerprint, int> sending;
    std::map<IntentState, std::uint64_t> open;
    for (const NewIntent& one : all_) {
      const IntentRecord record = found(one, at(now_));
      if (store::is_open(record.state)) ++open[record.state];
      const auto is_unknown = [](const auto& entry) { return entry.first == IntentState::kUnknown; };
      if (record.state != IntentState::kSending || std::ranges::any_of(record.timeline, is_unknown)) continue;
      EXPECT_EQ(++sending[one.recipient], 1);
    }
    StateCounts counts = count(at(now_));
    for (const IntentState state :
         {IntentState::kAccepted, IntentState::kRetryWait, IntentState::kSending, IntentState::kUnknown}) {
      EXPECT_EQ(counts[state], open[state]);
    }
  }

  /// Keeps the times that take_due() names, and those only.
  void drain() {
    resume(at(now_));
    for (int round = 0; round < 3'000; ++round) {
      for (const IntentRecord& record : std::exchange(held_, {})) {
        settle(settlement(record, IntentState::kSent), at(now_));
      }
      const DueBatch batch = take();
      if (!batch.items.empty()) continue;
      if (!batch.next_due) break;
      now_ = std::max(now_ + 1, to_millis(*batch.next_due) - to_millis(at(0)));
    }
    for (const NewIntent& one : all_) {
      const IntentRecord record = found(one, at(now_));
      EXPECT_FALSE(store::is_open(record.state)) << "state " << static_cast<int>(record.state);
    }
    all_.clear();
    held_.clear();
  }

  std::mt19937 random_;
  std::int64_t now_ = 0;
  std::vector<crypto::Fingerprint> recipients_, tokens_;
  std::vector<NewIntent> all_;
  std::vector<IntentRecord> held_;
};

}  // namespace wac::testing
