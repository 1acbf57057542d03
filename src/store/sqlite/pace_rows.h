#pragma once
// The tables of senders' paces, recipients' paces and tenants' quotas. What may happen to them is in
// store/pace_rules.h.

#include "store/pace_rules.h"
#include "store/sqlite/connection.h"

#include <map>

namespace wac::store::sqlite {

/// A sender as it is kept.
struct SenderRow {
  SenderGate gate;
  std::optional<double> next;  ///< when take_due() looks at it again
  /// How many of its intents are accepted, and how many wait for a retry.
  std::int64_t accepted = 0, retrying = 0;

  friend bool operator==(const SenderRow&, const SenderRow&) = default;
};

/// A recipient's pace as it is kept.
struct PairRow {
  PairGate gate;
  bool stored = false;  ///< it has a row in the file

  friend bool operator==(const PairRow&, const PairRow&) = default;
};

/// Senders are kept in memory within a transaction, for many operations of a group are of the same one.
class PaceRows {
 public:
  explicit PaceRows(Connection& connection);

  /// Before a commit: writes the senders down, and forgets them.
  void write();
  /// After it.
  void written() { undo_.clear(); }
  /// The transaction's changes are gone.
  void rolled_back();
  /// After an operation that only read: another connection may change the senders.
  void was_read() { kept_.clear(); }

  /// Nothing: not known yet.
  std::optional<SenderRow> load(Partition partition, const SenderId& sender);
  void save(Partition partition, const SenderId& sender, const SenderRow& row);
  std::vector<std::pair<SenderId, SenderRow>> all(Partition partition);
  /// Accepted and retrying of all of them.
  std::pair<std::int64_t, std::int64_t> queued(Partition partition);
  /// Senders whose next time has come, in the order of their turns.
  std::vector<SenderId> ready(Partition partition, std::size_t limit, WallTime now);
  /// The earliest next times of the partition, at most `limit`.
  std::vector<std::pair<SenderId, double>> next(Partition partition, std::size_t limit);

  PairRow load_pair(Partition partition, const crypto::Fingerprint& recipient);
  /// One that has no effect is not kept, one that has is forgotten some time after its last. Returns whether
  /// it has a row now.
  bool save_pair(Partition partition, const crypto::Fingerprint& recipient, const PairRow& row, WallTime now);

  /// The row that is being sent to a recipient while nobody waits behind it; 0: none. Its turn stands in
  /// memory only, for most messages find their recipient free, and leases end when the file is opened again.
  std::int64_t alone(Partition partition, const crypto::Fingerprint& recipient) const;
  void set_alone(Partition partition, const crypto::Fingerprint& recipient, std::int64_t row);

  /// The arrival time of a tenant's quota.
  double load_quota(Partition partition, const TenantId& tenant);
  void save_quota(Partition partition, const TenantId& tenant, double arrival);

  /// Removes idle pairs; returns how many.
  std::size_t forget(WallTime now, std::size_t limit);

 private:
  struct Kept {
    std::optional<SenderRow> row;
    bool changed = false;
  };
  using Pair = std::pair<Partition, crypto::Fingerprint>;
  /// Writes what changed, for statements that look at many senders.
  void flush();

  Connection& connection_;
  Statement load_, save_, all_, queued_, ready_, next_, load_pair_, save_pair_, drop_pair_, load_quota_,
      save_quota_, forget_;
  std::map<std::pair<Partition, SenderId>, Kept> kept_;
  std::map<Pair, std::int64_t> alone_;
  /// What the transaction changed in it, as it was.
  std::vector<std::pair<Pair, std::int64_t>> undo_;
};

}  // namespace wac::store::sqlite
