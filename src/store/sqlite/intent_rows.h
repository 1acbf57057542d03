#pragma once
// The table of intents: reading and writing rows. What may happen to them is in store/rules.h.

#include "store/rules.h"
#include "store/sqlite/connection.h"

namespace wac::store::sqlite {

/// `ready` of an intent that waits for its turn in the lane of its recipient.
inline constexpr std::int64_t kBlocked = 9'000'000'000'000'000;

/// Where an intent waits; see turns.h.
struct Place {
  IntentKey key;
  TenantId tenant;
  SenderId sender;
  crypto::Fingerprint recipient;
  Priority priority = Priority::kNormal;
  std::optional<std::int64_t> ready;  ///< of accepted and waiting ones: place in their sender's queue
  std::optional<std::int64_t> lane;   ///< place in the lane of its recipient; the first there has the turn

  /// Waits for its turn.
  bool blocked() const { return ready == kBlocked; }
};

/// A row as the rules need it.
struct IntentRow {
  std::int64_t row = 0;
  Progress progress;
  Place place;
};

/// A row as callers see it, with the progress already shown in `record`.
struct FullIntentRow : IntentRow {
  IntentRecord record;
};

class IntentRows {
 public:
  explicit IntentRows(Connection& connection);

  /// The new row. Nothing, and nothing is written, when the key or the id is in use.
  std::optional<std::int64_t> insert(Partition partition, const NewIntent& intent, const Progress& progress,
                                     const Place& place);
  std::optional<IntentRow> load(Partition partition, const IntentKey& key);
  /// By the fingerprint of the message id that save() was given.
  std::optional<IntentRow> load_by_message(Partition partition, const crypto::Fingerprint& message);
  std::optional<FullIntentRow> load_full(Partition partition, const IntentKey& key);
  std::optional<FullIntentRow> load_by_id(Partition partition, const crypto::Fingerprint& id_print);
  /// Writes progress and place back. A payload goes as soon as its state keeps none; `wamid`: nothing to keep
  /// it, and `message` its fingerprint, all zeros for none.
  void save(const IntentRow& saved, const crypto::SealedBlob* wamid, const crypto::Fingerprint& message = {});
  void remove(std::int64_t row);

  std::vector<IntentRow> all_sending();
  /// Of sending and unknown ones.
  StateCounts count_leases(Partition partition, WallTime now);
  /// In order of the key, from behind `after` (empty: from the first).
  std::vector<IntentRecord> scan(Partition partition, std::string_view after, std::size_t limit);
  /// Removes rows whose retention has passed; returns how many.
  std::size_t forget(WallTime now, std::size_t limit);

 private:
  Connection& connection_;
  Statement insert_, load_, load_by_message_, load_full_, load_by_id_, save_, save_dropping_, set_wamid_,
      remove_, sending_, count_, scan_, forget_;
};

}  // namespace wac::store::sqlite
