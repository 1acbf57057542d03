#pragma once
// The durable, deduplicated log of what Meta told us. One ingest() is one atomic step per item: dedupe it,
// append it, (a status) settle the intent it speaks of, and note when its people wrote.

#include "base/error.h"
#include "base/task.h"
#include "store/contact_log.h"
#include "store/intent.h"

#include <optional>
#include <string>
#include <vector>

namespace wac::store {

/// A status webhook's meaning for an intent. It moves the intent as evidence_may_move() allows, except that
/// `failed` of an earlier attempt says nothing of the later one and changes nothing. An unknown intent is
/// ignored. Whatever it speaks of, it counts as evidence for its sender (DueAction::kResend).
///
/// It names its intent by key and attempt, or, where the status carried no name of ours, by the fingerprint
/// of its message id, which a settlement left behind (Settlement::message). Then it speaks of the attempt
/// whose message id is known. Where no intent is known by that id yet, the answer to its send may be on its
/// way: what the status says (of several: what would have moved the intent last, and the latest price) is
/// kept for EventRules::pending_retention, and the settlement that brings the id applies it.
///
/// Evidence other than `failed` of the attempt under way also teaches its sender's pace what the answer to
/// that attempt would have (PaceSignal::kAnswered), because that answer may never come.
struct Evidence {
  IntentKey key;
  std::uint32_t attempt = 0;
  IntentState state = IntentState::kSent;
  std::uint32_t error_code = 0;
  crypto::SealedBlob wamid;          ///< context outcome_context(key); empty without a key
  crypto::Fingerprint message = {};  ///< without a key: of the message id
  /// What the status says of the price: at most kMaxPricing bytes, no personal data, empty for nothing. The
  /// latest one is kept, whether or not the state moves. The store does not look into it.
  std::string pricing = {};

  static constexpr std::size_t kMaxPricing = 64;
  /// No attempt has the number 0.
  bool by_message() const { return attempt == 0; }
};

struct NewEvent {
  crypto::Fingerprint dedupe;  ///< identity of the item; also the event's id
  TenantId tenant;
  SenderId sender;          ///< empty when the item names none
  crypto::SealedBlob body;  ///< the event as consumers get it, context event_context(dedupe)
  std::optional<Evidence> evidence;
  std::vector<ContactTouch> touches = {};  ///< who wrote or called
};

struct Ingested {
  bool appended = false;  ///< false: a duplicate; nothing changed (not even its evidence, applied before)
  /// When evidence moved an intent: from where to where.
  std::optional<std::pair<IntentState, IntentState>> moved;
  /// Meta took another attempt's message than the one whose wamid is known: a doubled message. Told (and
  /// counted in IntentRecord::duplicates) once for each attempt.
  bool duplicate_message = false;
  bool follower_due = false;    ///< the next one of its recipient may go now: the partition is worth a look
  bool breaker_closed = false;  ///< its sender's: likewise
};

/// A reader's position in a tenant's events: opaque text, url-safe, made by the engine. Empty: from the
/// oldest kept event; "$": from now on.
struct EventCursor {
  std::string text;
};

struct StoredEvent {
  crypto::Fingerprint id;
  crypto::SealedBlob body;
  EventCursor cursor;  ///< position after this event
};

struct EventPage {
  std::vector<StoredEvent> events;
  EventCursor cursor;  ///< where to read on
};

struct EventRules {
  Millis dedupe_retention{8LL * 86'400'000};  ///< not below event_retention
  Millis event_retention{7LL * 86'400'000};
  Millis intent_retention{86'400'000};  ///< for intents that evidence settles
  /// How long evidence of an unknown message waits for the settlement that brings its id: as long as an
  /// attempt can last. Messages that other systems send from the same number never get one.
  Millis pending_retention{60'000};
  Millis contact_retention{180LL * 86'400'000};  ///< for when contacts last wrote
};

std::string event_context(const crypto::Fingerprint& dedupe);

class EventLog {
 public:
  virtual ~EventLog() = default;

  /// Items of one partition, in order; answers in the same order. All items are durable when it returns.
  /// kUnavailable / kUnknownOutcome: the caller asks Meta to repeat (dedupe makes that harmless).
  virtual Task<Result<std::vector<Ingested>>> ingest(Partition partition, std::vector<NewEvent> events,
                                                     EventRules rules, WallTime now) = 0;

  /// Events of a tenant after the cursor, oldest first, over the given partitions. kInvalid: no cursor of
  /// ours.
  virtual Task<Result<EventPage>> read_after(TenantId tenant, std::vector<Partition> partitions,
                                             EventCursor cursor, std::size_t limit) = 0;
};

}  // namespace wac::store
