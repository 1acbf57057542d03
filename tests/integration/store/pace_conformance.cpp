// The suite's operations for pace, order and breaker.

#include "integration/store/store_conformance.h"

namespace wac::testing {

NewIntent StoreConformance::message() {
  return message(fingerprint());
}

NewIntent StoreConformance::message(const crypto::Fingerprint& recipient) {
  NewIntent made = intent();
  made.recipient = recipient;
  made.limits = limits_;
  return made;
}

SenderId StoreConformance::other_sender(int number) const {
  for (int id = 200'000'000;; ++id) {
    auto sender = *SenderId::parse(std::to_string(id));
    if (Partition::of(sender) == partition_ && number-- == 0) return sender;
  }
}

IntentRecord StoreConformance::send(const NewIntent& intent, WallTime now) {
  return claim_new(intent, ClaimMode::kSendNow, now);
}

void StoreConformance::end(const IntentRecord& record, IntentState state, WallTime now, PaceSignal signal) {
  Settlement made = settlement(record, state);
  made.signal = signal;
  made.due = now;
  EXPECT_EQ(settle(made, now).outcome, SettleOutcome::kApplied);
}

PaceSignal StoreConformance::signal(PaceSignal::Kind kind, Millis wait) {
  PaceSignal made;
  made.kind = kind;
  made.wait = wait;
  return made;
}

std::vector<store::IntentKey> StoreConformance::sent_keys(WallTime now, DueRules rules, std::size_t limit) {
  std::vector<store::IntentKey> keys;
  for (const auto& item : take_due(now, std::move(rules), limit).items) {
    EXPECT_EQ(static_cast<int>(item.action), static_cast<int>(DueAction::kSend));
    keys.push_back(item.record.key);
  }
  return keys;
}

SenderPace StoreConformance::pace_of(const SenderId& sender, WallTime now) {
  const auto all = run<Result<std::vector<SenderPace>>>([&] {
                     return store().intents().senders(partition_, now);
                   }).value();
  const auto found = std::ranges::find(all, sender, &SenderPace::sender);
  EXPECT_NE(found, all.end());
  return found == all.end() ? SenderPace{} : *found;
}

bool StoreConformance::resume(WallTime now) {
  return run<Result<bool>>([&] { return store().intents().resume(sender_, now); }).value();
}

bool StoreConformance::adopt_credential(const crypto::Fingerprint& credential, WallTime now) {
  return run<Result<bool>>([&] { return store().intents().adopt_credential(sender_, credential, now); })
      .value();
}

SettleOutcome StoreConformance::start_sending(const IntentRecord& record) {
  return run<Result<SettleOutcome>>(
             [&] { return store().intents().start_sending(partition_, record.key, record.token); })
      .value();
}

store::IntentStore::ScanPage StoreConformance::dead_letters(std::string cursor, std::size_t limit) {
  return run<Result<store::IntentStore::ScanPage>>(
             [&] { return store().intents().dead_letters(partition_, cursor, limit); })
      .value();
}

}  // namespace wac::testing
