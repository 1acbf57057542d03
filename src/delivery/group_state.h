#pragma once
// How the readers of one group share a tenant's events: who gets what, when it comes back, when it is given
// up. Plain rules on values; whoever keeps the state writes it down before an event leaves the house.
//
// The place of a group is how far the log has been gone through, and the events before it that are not
// acknowledged yet. So an event that is stuck costs a line, whatever was acknowledged after it.

#include "base/error.h"
#include "base/time.h"
#include "config/consumer.h"
#include "crypto/fingerprint.h"
#include "delivery/event_view.h"

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wac::delivery {

/// An event that was gone through and is not acknowledged.
struct GroupItem {
  crypto::Fingerprint id;
  crypto::Fingerprint conversation;  ///< EventView::conversation
  std::string before;                ///< cursor a page or less before it
  WallTime time;                     ///< the event's own
  std::uint32_t attempts = 0;        ///< hand-outs so far
  std::string holder;                ///< whom it was handed out to last; empty: nobody yet
  bool leased = false;               ///< the holder still has it, until:
  WallTime until;                    ///< leased: the end of that; else it is not handed out before
};

/// An event that was handed out too often. It stays in the log for as long as any other.
struct GroupDeadLetter {
  crypto::Fingerprint id;
  crypto::Fingerprint conversation;
  std::string before;
  WallTime time;
  std::uint32_t attempts = 0;
  WallTime at;  ///< when it was given up
};

struct GroupState {
  std::string cursor;            ///< what lies before it is acknowledged, but for the items
  std::vector<GroupItem> items;  ///< in the order of the log
  std::vector<GroupDeadLetter> dead;
  std::uint64_t acknowledged = 0;
  EventFilter filter;  ///< what the group was made for; never changes
};

/// More are not given up: they are handed out on until dead letters are redriven or forgotten.
inline constexpr std::size_t kGroupDeadMax = 500;

/// What a reader acknowledges: one event of a hand-out, or all that it still has of it. Its text is opaque to
/// readers: "<holder>" or "<holder>-<event id>".
struct AckToken {
  std::string holder;  ///< 16 hex digits
  std::optional<crypto::Fingerprint> id;
  std::string text() const;
  static std::optional<AckToken> parse(std::string_view text);
};

/// One hand-out: to whom, when, for how long.
struct Hand {
  std::string holder;
  WallTime now;
  WallTime until;
};

/// Ends leases that are over; events handed out too often become dead letters. Returns those.
std::vector<GroupDeadLetter> expire(GroupState& state, const config::GroupRules& rules, WallTime now);

/// Hands out events of a state, in order within each conversation: while another holder has events of a
/// conversation, or an earlier one of it has to wait, none of it is handed out. After expire(). The state
/// outlives it.
class HandOut {
 public:
  HandOut(GroupState& state, const config::GroupRules& rules, Hand hand);

  /// What was gone through before: at most `limit` events that nobody has, oldest first. Once, at first.
  std::vector<GroupItem> again(std::size_t limit);
  /// The next event of the log (id, conversation, before, time). True: it is handed out. False: it waits.
  bool offer(GroupItem item);
  /// Whether there is room for another event.
  bool room() const { return state_.items.size() < window_; }
  const std::string& holder() const { return hand_.holder; }

 private:
  void give(GroupItem& item) const;

  GroupState& state_;
  std::size_t window_;
  Hand hand_;
  std::set<crypto::Fingerprint> closed_;  ///< conversations of which nothing may be handed out now
};

/// The event is no longer in the log.
void forget(GroupState& state, const crypto::Fingerprint& id);

/// What came of tokens.
struct TokenOutcome {
  std::size_t events = 0;                 ///< that they stood for
  std::vector<std::size_t> unknown = {};  ///< which tokens stand for none: settled, or handed to another
};

/// The reader has done its work. Also after the end of its lease, unless another one has got the event.
TokenOutcome acknowledge(GroupState& state, std::span<const AckToken> tokens);
/// Leases that still run now end at `until`.
TokenOutcome extend(GroupState& state, std::span<const AckToken> tokens, WallTime now, WallTime until);
/// The reader will not do its work: the events are handed out again after `delay`. What the reader has of the
/// same conversation after one of them comes back with it, so that the order stays, and does not count as
/// handed out.
TokenOutcome give_back(GroupState& state, std::span<const AckToken> tokens, WallTime now, Millis delay);

/// Why a stream ended.
enum class StreamEnd : std::uint8_t {
  kReader,  ///< closed, or dead: whatever it had may be the cause, so it counts as handed out
  kOurs,    ///< we stop, or may not go on: as if its events had not been handed out
};
/// Everything of a holder comes back: at once, and when the reader is the cause the second time after a
/// second, then two, doubling up to the lease. Returns how many.
std::size_t release(GroupState& state, const std::string& holder, StreamEnd end,
                    const config::GroupRules& rules, WallTime now);

/// Begins anew at a cursor; nothing is handed out.
void restart(GroupState& state, std::string cursor);
/// Dead letters are handed out again, as many as there is room for: behind what waits. Returns how many.
std::size_t redrive(GroupState& state, const config::GroupRules& rules);

/// Events a holder has (empty: that all have).
std::size_t in_flight(const GroupState& state, std::string_view holder = {});
/// When events come back by themselves next, after now.
std::optional<WallTime> next_change(const GroupState& state, WallTime now);
/// The oldest event that is not acknowledged, by its own time.
std::optional<WallTime> oldest(const GroupState& state);

// The form in the store: JSON, sealed by whoever keeps it. kCorrupt: not what encode() gave.
std::string encode(const GroupState& state);
Result<GroupState> decode_group(std::string_view text);

}  // namespace wac::delivery
