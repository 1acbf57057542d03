#pragma once
// What may happen to an intent, as plain functions without I/O. The SQLite engine loads a Progress, lets one
// rule decide and stores it in the same transaction; the Redis scripts say the same in Lua. The conformance
// suite (tests/integration/store) holds both to it.

#include "store/event_log.h"
#include "store/intent_store.h"

namespace wac::store {

/// The moving part of an intent.
struct Progress {
  IntentState state = IntentState::kAccepted;
  OnUnknown on_unknown = OnUnknown::kHold;
  Hold hold = Hold::kNone;
  Preparation preparation = Preparation::kNone;
  std::uint32_t attempt = 0;
  std::uint32_t uncounted = 0;
  std::uint64_t token = 0;
  WallTime age_from;  ///< what DueRules::max_age counts from
  WallTime updated;   ///< when the state last changed
  WallTime due;
  std::optional<WallTime> expires_at;
  std::optional<WallTime> forget_at;  ///< end of the retention; nothing while open
  std::uint32_t error_code = 0;
  std::uint32_t upstream_status = 0;
  bool alternative = false;
  std::uint32_t duplicates = 0;
  /// The attempt whose message id is known; 0: none is.
  std::uint32_t message_attempt = 0;
  /// Attempts counted in `duplicates`: bit n for attempt n, the last bit for all beyond.
  std::uint64_t counted = 0;
  std::string pricing;
  std::vector<std::pair<IntentState, WallTime>> timeline;
};

/// Open states, unconfirmed and dead: it may still have to be sent.
bool keeps_payload(IntentState state);
/// Its retention has passed: it counts as never seen.
bool forgotten(const Progress& progress, WallTime now);

/// Whether `known` was made by this very claim, which is repeated because its answer was lost.
bool is_same_claim(const NewIntent& intent, const IntentRecord& known);

/// The fencing token a claim that sends at once starts with.
std::uint64_t first_token(const NewIntent& intent);

/// What a claim of an unknown key records.
Progress first_progress(const NewIntent& intent, ClaimMode mode, Millis lease, Millis retention,
                        WallTime now);

enum class MessageId : std::uint8_t {
  kKeep,  ///< as it is
  kTake,  ///< the one that was brought is the intent's from here on
};

struct SettleDecision {
  SettleOutcome outcome = SettleOutcome::kApplied;
  MessageId message_id = MessageId::kKeep;
  bool names_message = false;  ///< evidence by its message id finds the intent from here on
};
/// kInvalid: not a state that a settlement may bring.
Result<SettleDecision> settle(Progress& progress, const Settlement& settlement, Millis retention,
                              WallTime now);

/// An attempt that was pending may have sent from now on. False: its claim has ended.
bool start_sending(Progress& progress, std::uint64_t token);

/// Whether an accepted or waiting intent may not be sent any more: expired, or attempts or age used up.
bool at_its_end(const Progress& progress, const DueRules& rules, WallTime now);
/// When a window of an unknown outcome ends: where it may lead to another attempt, not before silence has
/// counted for as long as the window is.
WallTime window_end(const Progress& progress, const DueRules& rules, WallTime now);
/// Whether a closed window of an unknown outcome leads to another attempt.
bool may_resend(const Progress& progress, const DueRules& rules, std::optional<WallTime> evidence_at,
                WallTime now);

/// For an intent that is open and due. `evidence_at`: when its sender last had evidence.
DueAction decide_due(Progress& progress, const DueRules& rules, std::optional<WallTime> evidence_at,
                     WallTime now);

struct EvidenceDecision {
  std::optional<std::pair<IntentState, IntentState>> moved;
  bool duplicate_message = false;
  MessageId message_id = MessageId::kKeep;
  bool priced = false;
  bool answers = false;  ///< it is as good as the answer to the attempt under way: Meta took the message
  bool changed() const { return moved || duplicate_message || message_id == MessageId::kTake || priced; }
};
/// Evidence by message id speaks of `progress.message_attempt`.
EvidenceDecision apply_evidence(Progress& progress, const Evidence& evidence, Millis retention, WallTime now);
/// Of two statuses of a message that no intent is known by yet: what there is to apply.
void merge(Evidence& waiting, const Evidence& later);

/// kConflict when the state does not allow it.
Result<void> apply_command(Progress& progress, Command command, Millis retention, WallTime now);

/// A claim ends with its process: what was sending is unknown, what only prepared waits again.
void end_lease(Progress& progress, Millis unknown_window, WallTime now);

/// Copies the moving part into a record.
void show(const Progress& progress, IntentRecord& record);

}  // namespace wac::store
