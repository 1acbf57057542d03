#pragma once
// The suite that every engine passes: what src/store's headers promise, sentence by sentence. Times are the
// tests' own, beginning at the real time, because engines may have clocks of their own for retentions.

#include "base/random.h"
#include "integration/store/store_harness.h"

#include <gtest/gtest.h>

namespace wac::testing {

using store::BreakerState;
using store::ClaimMode;
using store::ClaimOutcome;
using store::ClaimResult;
using store::Command;
using store::DueAction;
using store::DueBatch;
using store::DueRules;
using store::EventCursor;
using store::EventPage;
using store::EventRules;
using store::Evidence;
using store::Hold;
using store::Ingested;
using store::IntentRecord;
using store::IntentState;
using store::NewEvent;
using store::NewIntent;
using store::OnUnknown;
using store::PaceLimits;
using store::PaceSignal;
using store::Priority;
using store::SenderPace;
using store::Settlement;
using store::SettleOutcome;
using store::SettleResult;
using store::StateCounts;

class StoreConformance : public ::testing::TestWithParam<EngineFactory> {
 protected:
  static constexpr Millis kLease{30'000};
  static constexpr Millis kRetention{86'400'000};

  void SetUp() override;
  void TearDown() override;
  /// Closes the store, restarts the engine and opens the store again.
  void restart();

  store::Store& store() { return open_->store(); }

  // Test data: everything made is different from everything made before.
  crypto::Fingerprint fingerprint();
  NewIntent intent();
  NewEvent event();
  NewEvent status(const NewIntent& of, std::uint32_t attempt, IntentState state, std::string wamid = "wamid");
  /// Evidence that names the message of that attempt, not the intent.
  NewEvent message_status(const NewIntent& of, std::uint32_t attempt, IntentState state);
  Settlement settlement(const IntentRecord& record, IntentState state);
  WallTime at(std::int64_t millis) const { return start_ + Millis{millis}; }

  // Operations on the first loop; a failure fails the test.
  ClaimResult claim(NewIntent intent, ClaimMode mode, WallTime now, Millis retention = kRetention);
  IntentRecord claim_new(const NewIntent& intent, ClaimMode mode, WallTime now);
  SettleResult settle(Settlement settlement, WallTime now, Millis retention = kRetention);
  DueBatch take_due(WallTime now, DueRules rules = {}, std::size_t limit = 100);
  /// The only item there is, which must be `action`.
  IntentRecord take_one(DueAction action, WallTime now, DueRules rules = {});
  std::vector<Ingested> ingest(std::vector<NewEvent> events, WallTime now, EventRules rules = {});
  Ingested ingest_one(NewEvent event, WallTime now, EventRules rules = {});
  Result<IntentRecord> command(const NewIntent& intent, Command command, WallTime now,
                               Millis retention = kRetention);
  std::optional<IntentRecord> find(const NewIntent& intent, std::optional<WallTime> now = {});
  /// As it stands at `now`, or at(0).
  IntentRecord found(const NewIntent& intent, std::optional<WallTime> now = {});
  StateCounts count(WallTime now);
  Result<EventPage> read(std::string cursor, std::size_t limit = 100);
  std::vector<IntentRecord> scan_all(std::size_t limit);
  void forget(WallTime now) { harness_->forget(*thread_, *open_, now); }

  // Pace, order and breaker.
  /// To a recipient of its own, or to `recipient`, under `limits_`.
  NewIntent message();
  NewIntent message(const crypto::Fingerprint& recipient);
  /// Another sender of the same partition, the same one for the same number.
  SenderId other_sender(int number) const;
  /// Claims to send at once.
  IntentRecord send(const NewIntent& intent, WallTime now);
  /// Ends the attempt of `record` at `now`; a retry is due at once.
  void end(const IntentRecord& record, IntentState state, WallTime now, PaceSignal signal = {});
  static PaceSignal signal(PaceSignal::Kind kind, Millis wait = Millis{0});
  /// Keys of what is handed out to be sent; anything else fails the test.
  std::vector<store::IntentKey> sent_keys(WallTime now, DueRules rules = {}, std::size_t limit = 100);
  SenderPace pace(WallTime now) { return pace_of(sender_, now); }
  SenderPace pace_of(const SenderId& sender, WallTime now);
  bool resume(WallTime now);
  bool adopt_credential(const crypto::Fingerprint& credential, WallTime now);
  SettleOutcome start_sending(const IntentRecord& record);
  store::IntentStore::ScanPage dead_letters(std::string cursor, std::size_t limit);
  PaceLimits limits_;

  template <class T>
  T run(std::function<Task<T>()> make) {
    return run_on<T>(*thread_, std::move(make));
  }

  /// A record in `state`, by the shortest way, at time at(0) or a little later.
  IntentRecord bring_to(const NewIntent& intent, IntentState state);

  SenderId sender_ = *SenderId::parse("100000001");
  Partition partition_ = Partition::of(sender_);
  TenantId tenant_ = *TenantId::parse("tenant");
  WallTime start_;
  std::unique_ptr<StoreHarness> harness_;
  std::unique_ptr<SuiteThread> thread_;
  std::unique_ptr<OpenStore> open_;

 private:
  void open_store();
  void close_store();
  std::unique_ptr<Random> random_ = make_system_random();
};

std::string engine_name(const ::testing::TestParamInfo<EngineFactory>& info);

}  // namespace wac::testing
