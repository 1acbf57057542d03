#pragma once
// Durable intents. Every member is one atomic decision (one Lua script, one SQLite transaction); when it
// returns a value, that decision survives a crash. Errors: kUnavailable (nothing was done) and
// kUnknownOutcome (it may have been done; repeating a claim or a settle is harmless).

#include "base/error.h"
#include "base/task.h"
#include "store/intent.h"
#include "store/pace.h"

#include <span>

namespace wac::store {

enum class ClaimMode : std::uint8_t {
  kQueue,  ///< record it as accepted; take_due() will hand it out
  /// Record it as sending, attempt 1 marked as started, leased to the caller. Where order, pace, breaker or a
  /// stop forbid to start it now: as kQueue, with `hold`, and `due` at the earliest time it could go as far
  /// as that is known now (an intent that waits for its turn becomes due when the one before it has left).
  kSendNow,
  kSendNowOrRefuse,  ///< as kSendNow, but kRefused instead of waiting for a breaker or a stop
};

enum class ClaimOutcome : std::uint8_t {
  /// Ours; with kSendNow the caller holds `record.token`. When `expires_at` had already passed, the record is
  /// kExpired from the start: nothing is to be sent.
  kNew,
  kDuplicate,     ///< known already; `record` tells how it stands
  kBodyConflict,  ///< known with another body; nothing changed
  kIdConflict,    ///< the intent id is in use under another dedupe key; nothing changed
  /// The sender's breaker is open or it is stopped (`record.hold`); nothing is recorded. `record.due`: when
  /// to
  /// try again.
  kRefused,
};
// A settled intent whose retention has passed counts as never seen, for claim() and everything else.

struct ClaimResult {
  ClaimOutcome outcome = ClaimOutcome::kNew;
  IntentRecord record;  ///< wamid filled when known; payload never
};

/// The end of an attempt, or a step of its record.
struct Settlement {
  Partition partition;
  IntentKey key;
  std::uint64_t token = 0;
  /// kSent, kFailed, kRetryWait, kUnknown, kDead, kExpired; anything else is kInvalid. The final ones drop
  /// the payload, leave the due queue and start the retention. kDead keeps the payload for the retention
  /// given (DueRules::undecided_retention is meant), because a person may redrive it.
  IntentState state = IntentState::kSent;
  std::uint32_t error_code = 0;
  std::uint32_t upstream_status = 0;
  WallTime due;              ///< for kRetryWait and kUnknown: when it is due again
  crypto::SealedBlob wamid;  ///< for kSent
  /// For kSent: fingerprint of the message id, by which later evidence finds the intent (Evidence::message).
  crypto::Fingerprint message = {};
  /// Applied once, together with the settlement: not when it is stale, repeated or behind evidence.
  PaceSignal signal;
  bool counts = true;        ///< false: the attempt does not count towards DueRules::max_attempts
  bool alternative = false;  ///< as IntentRecord::alternative
};

enum class SettleOutcome : std::uint8_t {
  /// Done. Or, with the newest token: evidence had already moved it (then only a missing wamid is added), or
  /// this very settlement was applied before (repeating one is harmless).
  kApplied,
  kStaleToken,  ///< somebody else's claim is newer, or it is not being sent; nothing changed
};

struct SettleResult {
  SettleOutcome outcome = SettleOutcome::kApplied;
  IntentState state = IntentState::kSent;  ///< as it stands afterwards
  /// The next one of its recipient may go now: the partition is worth a look.
  bool follower_due = false;
  // What the signal changed about the sender, told to the one whose settlement did it.
  bool stopped = false;         ///< a sender that was going is stopped
  bool breaker_opened = false;  ///< also again, after a failed probe
  bool breaker_closed = false;
  /// A status that had come before its message id was known to be this intent's was applied now, and moved
  /// it.
  bool evidence_applied = false;
  std::uint32_t error_code = 0;  ///< of the intent; only told where `state` is not the one asked for
};

/// What take_due() decided for one intent. kSend and kResend raise attempt and token; kNowUnknown and
/// kWaitsAgain raise the token, so that the late worker changes nothing.
enum class DueAction : std::uint8_t {
  kSend,        ///< claimed for us: attempt marked, token ours, payload filled
  kNowUnknown,  ///< its worker died while sending: it is unknown until `due`
  kWaitsAgain,  ///< its worker died while preparing: nothing was sent, it is in retry_wait, due now
  /// Its window closed without evidence, or policy says hold. It leaves the due queue; its payload stays for
  /// the retention, because a person may resend it.
  kUnconfirmed,
  /// Its window closed, policy says resend, attempts, age and expiry allow it, and evidence for its sender
  /// (any status) arrived after it became unknown: as kSend. It waits for its sender's pace, not for its
  /// turn.
  kResend,
  kExpired,  ///< its expiry passed first, due or not
  kDead,     ///< it had used up its attempts or time; as kUnconfirmed it keeps its payload
};

struct DueItem {
  DueAction action = DueAction::kSend;
  IntentRecord record;
};

struct DueRules {
  Millis lease{30'000};            ///< of what is handed out
  Millis unknown_window{600'000};  ///< from now, for kNowUnknown
  /// Silence before it says nothing (EvidenceFlow): nothing is resent before a whole window has passed since,
  /// and since the latest that any process brought to the partition.
  WallTime silence_from = {};
  std::uint32_t max_attempts = 10;  ///< an intent due again after that many (that count) is dead
  Millis max_age{86'400'000};    ///< likewise after that long since `created`, or the claimed `due` if later
  Millis retention{86'400'000};  ///< how long a settled intent is remembered (dedupe)
  /// How long an unconfirmed or dead intent waits for a person, payload and all.
  Millis undecided_retention{30LL * 86'400'000};
  std::size_t per_sender = 0;  ///< at most so many of one sender are handed out by one call; 0: no such limit
  std::vector<SenderId> skip;  ///< senders whose queue is left alone by this call
};

struct DueBatch {
  std::vector<DueItem> items;
  /// When the next call can find something to decide: the next time of a sender that was not skipped, of a
  /// lease, a window or an expiry. Nothing: not before something changes. Those that wait for their turn or
  /// for a stopped sender have no time.
  std::optional<WallTime> next_due;
};

/// What a person or the API may do to an intent.
enum class Command : std::uint8_t {
  kCancel,         ///< accepted, retry_wait → cancelled
  kResolveSent,    ///< unknown, unconfirmed → sent
  kResolveFailed,  ///< unknown, unconfirmed → failed
  kResolveResend,  ///< unknown, unconfirmed → accepted, due now
  kRedrive,        ///< dead → accepted, due now; attempts and age count anew
};

struct StateCounts {
  std::array<std::uint64_t, 32> by_state{};  ///< indexed by IntentState
  std::uint64_t due_now = 0;
  std::optional<WallTime> oldest_due;
  std::uint64_t& operator[](IntentState state) { return by_state[static_cast<std::size_t>(state)]; }
};

class IntentStore {
 public:
  virtual ~IntentStore() = default;

  virtual Task<Result<ClaimResult>> claim(NewIntent intent, ClaimMode mode, Millis lease, Millis retention,
                                          WallTime now) = 0;

  virtual Task<Result<SettleResult>> settle(Settlement settlement, Millis retention, WallTime now) = 0;

  /// An attempt is prepared (Preparation::kPending) and will now send: from here on the end of its claim
  /// leaves it unknown. kStaleToken: the claim has ended, nothing may be sent. Repeating it is harmless.
  virtual Task<Result<SettleOutcome>> start_sending(Partition partition, IntentKey key,
                                                    std::uint64_t token) = 0;

  /// Decides about at most `limit` intents of the partition whose time has come (see DueAction). First
  /// expired leases become unknown, closed windows are resolved and expired intents leave; then queued ones
  /// and retries are claimed for the caller: the senders take turns, high priority goes before normal, and
  /// none goes faster than its limits allow. What one call costs does not depend on how many wait.
  virtual Task<Result<DueBatch>> take_due(Partition partition, std::size_t limit, DueRules rules,
                                          WallTime now) = 0;

  /// By the caller's id; looks into the given partitions. wamid filled when known; `hold` and `due` of what
  /// waits as its gates stand at `now` (show_wait() of pace_rules.h).
  virtual Task<Result<std::optional<IntentRecord>>> find(crypto::Fingerprint id_fingerprint,
                                                         std::vector<Partition> partitions, WallTime now) = 0;

  /// kConflict when the state does not allow it, kNotFound when unknown.
  virtual Task<Result<IntentRecord>> command(Partition partition, IntentKey key, Command command,
                                             Millis retention, WallTime now) = 0;

  /// Counts open intents of a partition. `by_state` holds open states only.
  virtual Task<Result<StateCounts>> count(Partition partition, WallTime now) = 0;

  /// Reads records in no particular order, for the ledger: pass an empty cursor first, then what came back,
  /// until it is empty again. A record may come twice.
  struct ScanPage {
    std::vector<IntentRecord> records;
    std::string cursor;
  };
  virtual Task<Result<ScanPage>> scan(Partition partition, std::string cursor, std::size_t limit) = 0;

  /// Dead intents, newest first, those of one moment in descending order of their keys. What dies meanwhile
  /// does not disturb the paging. A cursor is a place in that order, "<updated>-<key in hex>" of the last one
  /// given (ms since the epoch), and good for every partition; empty at both ends. kInvalid: none.
  virtual Task<Result<ScanPage>> dead_letters(Partition partition, std::string cursor, std::size_t limit) = 0;

  /// The senders the store knows, in order of their ids, as they stand at `now`.
  virtual Task<Result<std::vector<SenderPace>>> senders(Partition partition, WallTime now) = 0;

  /// Ends a stop and closes the breaker. False: there was nothing to end.
  virtual Task<Result<bool>> resume(SenderId sender, WallTime now) = 0;

  /// The sender's token has this fingerprint now. Another one than before closes the breaker, and ends a stop
  /// that waits for one, as a claim that brings it would. False: there was nothing to end.
  virtual Task<Result<bool>> adopt_credential(SenderId sender, crypto::Fingerprint credential,
                                              WallTime now) = 0;
};

}  // namespace wac::store
