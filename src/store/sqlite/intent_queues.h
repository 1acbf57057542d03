#pragma once
// The table of intents by what is to be done next: leases, expiries, the queue of a sender, the lane of a
// recipient, dead letters. Each look-up is one step into an index.

#include "store/sqlite/intent_rows.h"

namespace wac::store::sqlite {

class IntentQueues {
 public:
  explicit IntentQueues(Connection& connection);

  /// Sending and unknown rows of the partition due by `now`, earliest first, with their payloads.
  std::vector<FullIntentRow> leases(Partition partition, std::size_t limit, WallTime now);
  /// Accepted and waiting rows whose expiry has passed.
  std::vector<FullIntentRow> expired(Partition partition, std::size_t limit, WallTime now);
  /// The earliest of the two above; nothing: there is none.
  std::optional<WallTime> next_lease_or_expiry(Partition partition);

  /// `ready` of the first in a sender's queue. Nothing: there is none, or all are blocked.
  std::optional<std::int64_t> first_ready(Partition partition, const SenderId& sender, Priority priority);
  /// The first in a sender's queue that is ready by `now`, high priority first, with its payload.
  std::optional<FullIntentRow> next(Partition partition, const SenderId& sender, WallTime now);

  /// When the first of the accepted or of the waiting ones is due.
  std::optional<WallTime> first_due(Partition partition, IntentState state);
  /// How many of them are due by `now`, of `all`. Takes as long as the smaller part is: mostly nearly all are
  /// due, or nearly none.
  std::uint64_t count_due(Partition partition, IntentState state, std::uint64_t all, WallTime now);

  /// The next in the lane of a recipient, behind the place `lane`.
  std::optional<IntentRow> next_in_lane(Partition partition, const crypto::Fingerprint& recipient,
                                        std::int64_t lane);
  /// The last place in the lane of a recipient.
  std::optional<std::int64_t> last_in_lane(Partition partition, const crypto::Fingerprint& recipient);
  void set_lane(std::int64_t row, std::int64_t lane);

  struct DeadBefore {
    WallTime updated = WallTime::max();
    IntentKey key;
  };
  /// Newest first, from behind `before`.
  std::vector<IntentRecord> dead(Partition partition, const DeadBefore& before, std::size_t limit);

 private:
  std::vector<FullIntentRow> all(Query& query);

  Connection& connection_;
  Statement leases_, expired_, next_lease_, next_expiry_, first_ready_, next_, first_due_, due_, not_due_,
      lane_, lane_end_, set_lane_, dead_;
};

}  // namespace wac::store::sqlite
