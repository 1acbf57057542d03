#pragma once
// Keeps consumers' states, dead letters and orders in the store, sealed.

#include "base/scheduler.h"
#include "delivery/consumer_state.h"
#include "store/keyed_records.h"

namespace wac::delivery {

/// A consumer, by its names.
struct ConsumerName {
  TenantId tenant;
  ConsumerId consumer;
  friend auto operator<=>(const ConsumerName&, const ConsumerName&) = default;
};

/// One per loop. Errors are those of the store, and kCorrupt.
class ConsumerRecords {
 public:
  ConsumerRecords(Scheduler& loop, store::KeyedRecords& records, crypto::Fingerprinter& fingerprints,
                  crypto::Sealer& sealer)
      : loop_(loop), records_(records), fingerprints_(fingerprints), sealer_(sealer) {}

  struct Loaded {
    std::optional<ConsumerState> state;  ///< nothing: it was never served
    std::uint64_t version = 0;           ///< of the state; 0: there is none
    Orders orders;
    std::uint64_t orders_version = 0;
  };
  Task<Result<Loaded>> load(ConsumerName name);
  /// kConflict: another instance wrote since. Returns the new version.
  Task<Result<std::uint64_t>> save(ConsumerName name, ConsumerState state, std::uint64_t expected);

  Task<Result<std::vector<DeadLetter>>> letters(ConsumerName name);
  /// Only by who serves the consumer.
  Task<Result<void>> save_letters(ConsumerName name, std::vector<DeadLetter> letters);

  /// Adds to what is ordered already.
  Task<Result<void>> order(ConsumerName name, Orders orders);
  /// kConflict: there are new ones.
  Task<Result<void>> take_orders(ConsumerName name, std::uint64_t expected);

 private:
  store::RecordKey key(const ConsumerName& name, store::RecordKind kind);
  crypto::SealedBlob seal(const store::RecordKey& key, std::string_view text);
  Result<PersonalText> open(const store::RecordKey& key, const store::Record& record);

  Scheduler& loop_;
  store::KeyedRecords& records_;
  crypto::Fingerprinter& fingerprints_;
  crypto::Sealer& sealer_;
};

}  // namespace wac::delivery
