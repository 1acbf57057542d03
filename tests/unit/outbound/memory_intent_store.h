#pragma once
// An IntentStore in memory over the same rules as the real engines, with a switch that makes it fail.

#include "store/intent_store.h"
#include "store/rules.h"

#include <algorithm>
#include <map>
#include <utility>

namespace wac::testing {

class MemoryIntentStore final : public store::IntentStore {
 public:
  struct Entry {
    store::NewIntent intent;
    store::Progress progress;
    std::string wamid;
  };

  std::map<store::IntentKey, Entry> entries;
  std::optional<Error> fail_claims;
  std::optional<OneShot<bool>> take_gate;  ///< take_due() waits for it
  /// This many claims and takes are done, but their answers are lost.
  std::size_t lose_answers = 0;
  std::optional<Error> fail_finds;
  std::size_t takes = 0;
  std::optional<Error> fail_settles;
  std::optional<Error> fail_starts;
  std::optional<Error> fail_paces;
  std::optional<Error> fail_adoptions;
  std::vector<std::pair<SenderId, crypto::Fingerprint>> adopted;
  std::optional<WallTime> evidence_at;
  /// Holds new intents back: kBreaker and kStopped are those a caller may refuse to wait for.
  store::Hold hold = store::Hold::kNone;
  std::vector<store::SenderPace> paces;
  bool resumable = false;
  WallTime held_until;
  /// What settlements said about their sender, in order.
  std::vector<store::PaceSignal> signals;
  /// What the next settlement answers besides its state.
  store::SettleResult news;
  /// The rules of the last take_due().
  store::DueRules last_rules;
  std::size_t calls = 0;

  Task<Result<store::ClaimResult>> claim(store::NewIntent intent, store::ClaimMode mode, Millis lease,
                                         Millis retention, WallTime now) override {
    ++calls;
    if (fail_claims) co_return std::unexpected(*fail_claims);
    store::ClaimResult result;
    const auto known = entries.find(intent.key);
    if (known != entries.end()) {
      const bool same = known->second.intent.body == intent.body;
      result.outcome = same ? store::ClaimOutcome::kDuplicate : store::ClaimOutcome::kBodyConflict;
      result.record = record(known->second);
      if (same && store::is_same_claim(intent, result.record)) result.outcome = store::ClaimOutcome::kNew;
      if (lose_answers > 0) {
        --lose_answers;
        co_return fail(ErrorCode::kUnknownOutcome, "test");
      }
      co_return result;
    }
    const bool may_wait = mode != store::ClaimMode::kSendNowOrRefuse;
    if (hold != store::Hold::kNone && mode != store::ClaimMode::kQueue) {
      mode = store::ClaimMode::kQueue;
      intent.due = std::max(intent.due, held_until);
    }
    Entry entry;
    entry.progress = store::first_progress(intent, mode, lease, retention, now);
    entry.progress.hold = hold;
    if (hold != store::Hold::kNone && !may_wait) {
      entry.intent = std::move(intent);
      result.outcome = store::ClaimOutcome::kRefused;
      result.record = record(entry);
      co_return result;
    }
    const store::IntentKey key = intent.key;
    entry.intent = std::move(intent);
    const auto at = entries.emplace(key, std::move(entry)).first;
    result.record = record(at->second);
    if (lose_answers > 0) {
      --lose_answers;
      co_return fail(ErrorCode::kUnknownOutcome, "test");
    }
    co_return result;
  }

  Task<Result<store::SettleResult>> settle(store::Settlement settlement, Millis retention,
                                           WallTime now) override {
    ++calls;
    if (fail_settles) co_return std::unexpected(*fail_settles);
    Entry& entry = entries.at(settlement.key);
    const auto decision = store::settle(entry.progress, settlement, retention, now);
    if (!decision) co_return std::unexpected(decision.error());
    if (decision->message_id == store::MessageId::kTake) entry.wamid = settlement.wamid.bytes;
    signals.push_back(settlement.signal);
    store::SettleResult result = std::exchange(news, {});
    result.outcome = decision->outcome;
    result.state = entry.progress.state;
    co_return result;
  }

  Task<Result<store::DueBatch>> take_due(Partition /*partition*/, std::size_t limit, store::DueRules rules,
                                         WallTime now) override {
    ++calls;
    ++takes;
    if (take_gate) co_await *take_gate;
    if (fail_claims) co_return std::unexpected(*fail_claims);
    last_rules = rules;
    store::DueBatch batch;
    std::map<SenderId, std::size_t> taken;
    for (auto& [key, entry] : entries) {
      if (!store::is_open(entry.progress.state)) continue;
      if (std::ranges::find(rules.skip, entry.intent.sender) != rules.skip.end()) continue;
      if (rules.per_sender != 0 && entry.progress.due <= now &&
          taken[entry.intent.sender]++ >= rules.per_sender) {
        batch.next_due = now;
        continue;
      }
      if (entry.progress.due > now || batch.items.size() == limit) {
        if (!batch.next_due || entry.progress.due < *batch.next_due) batch.next_due = entry.progress.due;
        continue;
      }
      store::DueItem item;
      item.action = store::decide_due(entry.progress, rules, evidence_at, now);
      item.record = record(entry);
      item.record.payload.bytes = entry.intent.payload.bytes;
      batch.items.push_back(std::move(item));
      if (store::is_open(entry.progress.state) && (!batch.next_due || entry.progress.due < *batch.next_due)) {
        batch.next_due = entry.progress.due;
      }
    }
    if (lose_answers > 0) {
      --lose_answers;
      co_return fail(ErrorCode::kUnknownOutcome, "test");
    }
    co_return batch;
  }

  Task<Result<std::optional<store::IntentRecord>>> find(crypto::Fingerprint id, std::vector<Partition>,
                                                        WallTime /*now*/) override {
    ++calls;
    if (fail_finds) co_return std::unexpected(*fail_finds);
    for (const auto& [key, entry] : entries) {
      if (entry.intent.id_fingerprint == id) co_return std::optional{record(entry)};
    }
    co_return std::optional<store::IntentRecord>{};
  }

  Task<Result<store::IntentRecord>> command(Partition /*partition*/, store::IntentKey key,
                                            store::Command command, Millis retention, WallTime now) override {
    Entry& entry = entries.at(key);
    if (auto done = store::apply_command(entry.progress, command, retention, now); !done) {
      co_return std::unexpected(done.error());
    }
    co_return record(entry);
  }

  Task<Result<store::StateCounts>> count(Partition, WallTime) override { co_return store::StateCounts{}; }
  Task<Result<ScanPage>> scan(Partition, std::string, std::size_t) override { co_return ScanPage{}; }
  Task<Result<ScanPage>> dead_letters(Partition partition, std::string cursor, std::size_t limit) override {
    std::vector<store::IntentRecord> dead;
    for (const auto& [key, entry] : entries) {
      if (entry.progress.state != store::IntentState::kDead) continue;
      if (Partition::of(entry.intent.sender) == partition) dead.push_back(record(entry));
    }
    const auto place = [](const store::IntentRecord& one) { return std::pair(one.updated, one.key); };
    std::ranges::sort(dead, std::ranges::greater{}, place);
    if (!cursor.empty()) {
      const std::size_t dash = cursor.find('-');
      const auto last = std::pair(from_millis(std::stoll(cursor.substr(0, dash))),
                                  *store::IntentKey::from_hex(cursor.substr(dash + 1)));
      std::erase_if(dead, [&](const auto& one) { return place(one) >= last; });
    }
    ScanPage page;
    if (dead.size() > limit) {
      dead.resize(limit);
      page.cursor = std::to_string(to_millis(dead.back().updated)) + '-' + dead.back().key.hex();
    }
    page.records = std::move(dead);
    co_return page;
  }
  Task<Result<std::vector<store::SenderPace>>> senders(Partition, WallTime) override {
    ++calls;
    if (fail_paces) co_return std::unexpected(*fail_paces);
    co_return paces;
  }
  Task<Result<bool>> resume(SenderId, WallTime) override { co_return resumable; }
  Task<Result<store::SettleOutcome>> start_sending(Partition, store::IntentKey key,
                                                   std::uint64_t token) override {
    ++calls;
    if (fail_starts) co_return std::unexpected(*fail_starts);
    const bool started = store::start_sending(entries.at(key).progress, token);
    co_return started ? store::SettleOutcome::kApplied : store::SettleOutcome::kStaleToken;
  }
  Task<Result<bool>> adopt_credential(SenderId sender, crypto::Fingerprint credential, WallTime) override {
    ++calls;
    if (fail_adoptions) co_return std::unexpected(*fail_adoptions);
    adopted.emplace_back(std::move(sender), credential);
    co_return resumable;
  }

  Entry& only() { return entries.begin()->second; }

 private:
  static store::IntentRecord record(const Entry& entry) {
    store::IntentRecord out;
    out.key = entry.intent.key;
    out.body = entry.intent.body;
    out.tenant = entry.intent.tenant;
    out.id = entry.intent.id;
    out.sender = entry.intent.sender;
    out.correlation = entry.intent.correlation;
    out.created = entry.intent.created;
    store::show(entry.progress, out);
    out.wamid.bytes = entry.wamid;
    return out;
  }
};

}  // namespace wac::testing
