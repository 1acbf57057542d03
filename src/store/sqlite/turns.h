#pragma once
// Whose turn it is. An accepted or waiting intent stands in the queue of its sender, and in the lane of its
// recipient; only the first of a lane is ready in the queue, and stays the first until it is sent, the others
// are blocked. A sender stands in its partition's row of senders by the time it can send next.

#include "store/sqlite/intent_queues.h"
#include "store/sqlite/pace_rows.h"

#include <utility>

namespace wac::store::sqlite {

struct Session;

/// What an attempt does with the turn of its recipient.
enum class Turn : std::uint8_t {
  kTakes,  ///< or has it already
  kNone,   ///< it starts beside it
};

/// Of one operation, inside its transaction. What it learnt of senders is written by finish().
class Turns {
 public:
  Turns(Session& session, Partition partition, WallTime now)
      : session_(session), partition_(partition), now_(now) {}

  /// A place that would be taken.
  struct Seat {
    std::int64_t ready = 0;
    std::optional<std::int64_t> lane;  ///< nothing: without a recipient, or scheduled
    Hold hold = Hold::kNone;
  };
  /// For an intent that is due at `due`. `first`: it has the turn of its recipient.
  Seat find_seat(const Place& place, WallTime due, bool first);
  /// Whether it is the first of its recipient.
  bool has_turn(const Place& place, std::int64_t row) const;
  /// The row, which waits, stands at its place in the lane now. Who was alone there gets a place in the file
  /// as well.
  void join_lane(const Place& place, std::int64_t row);
  /// Moves a row that waits to what find_seat() found.
  void take(IntentRow& row, const Seat& seat);

  SenderGate& gate(const SenderId& sender) { return entry(sender).row.gate; }
  Opening opening(const Place& place);
  /// Others of the sender wait for its pace: who comes now must not pass them.
  bool others_wait(const Place& place);

  /// Its attempt starts under a lease.
  void start(const Place& place, std::int64_t row, Turn turn, WallTime lease_end);
  void learn(const IntentRow& row, const PaceSignal& signal, IntentState state);
  /// After the row's state changed from `from`, before it is saved: finds its new place, and lets the next of
  /// its recipient have the turn.
  void moved(IntentRow& row, IntentState from);
  /// Whether moved() gave a turn to the next of a recipient since this was last asked.
  bool take_passed_turn() { return std::exchange(passed_turn_, false); }
  /// A new intent stands in the queue of its sender.
  void joined(const SenderId& sender, IntentState state) { count(sender, state, 1); }
  /// A place in its queue changed other than through moved().
  void touch(const SenderId& sender) { entry(sender).touched = true; }
  /// It was looked at in a turn of its sender.
  void served(const SenderId& sender);

  /// When the sender can be served next, by its queue and its gates; nothing: not before something changes.
  std::optional<double> next_time(const SenderId& sender);

  void finish();

 private:
  struct Entry {
    SenderRow row;
    SenderRow stored;      ///< as it was loaded, to be written only when it changed
    bool touched = false;  ///< its queue changed
  };
  PairRow pair_of(const crypto::Fingerprint& recipient);
  void save_pair(const crypto::Fingerprint& recipient, PairRow pair);
  Entry& entry(const SenderId& sender);
  /// One more or less in the queue of the sender. Nothing where the state has no place there.
  void count(const SenderId& sender, IntentState state, int change);
  void pass_turn(const IntentRow& row);
  double& quota(const SenderGate& gate);

  Session& session_;
  Partition partition_;
  WallTime now_;
  bool passed_turn_ = false;
  std::map<SenderId, Entry> entries_;
  /// The recipient that was asked for last: an operation mostly is about one.
  std::optional<std::pair<crypto::Fingerprint, PairRow>> last_pair_;
  struct Quota {
    double arrival = 0, stored = 0;
  };
  std::map<TenantId, Quota> quotas_;
};

}  // namespace wac::store::sqlite
