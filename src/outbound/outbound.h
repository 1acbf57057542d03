#pragma once
// Outbound: takes checked intents, sees each to its end, and writes every step down before the next.

#include "base/semaphore.h"
#include "crypto/fingerprint.h"
#include "outbound/caller_slots.h"
#include "outbound/courier.h"
#include "outbound/intent.h"
#include "outbound/new_intent.h"

#include <memory>
#include <optional>

namespace wac::outbound {

/// How long a submission takes.
enum class Wait : std::uint8_t {
  kForOutcome,  ///< until the intent is settled or the deadline passes
  kForRecord,   ///< until it is durable
};

/// What would become of an intent, as far as it can be known without recording or sending it.
struct DryRun {
  std::optional<whatsapp::TemplateFault> fault;  ///< its pointers begin at `place`
  std::string_view place = "/payload";           ///< or "/fallback"
  std::vector<whatsapp::Violation> warnings;     ///< pointers into the intent
};

/// One per loop.
class Outbound {
 public:
  explicit Outbound(OutboundParts parts);
  Outbound(const Outbound&) = delete;
  Outbound& operator=(const Outbound&) = delete;

  /// Records the intent and (kForOutcome) sends it. An error means: not accepted as far as we know
  /// (kUnavailable, kOverloaded) or perhaps accepted (kUnknownOutcome); submitting it again is safe.
  Task<Result<Outcome>> submit(Intent intent, Wait wait, Deadline deadline);

  /// Touches neither the store nor the messages edge. Waits for the account's templates when they are not
  /// known yet.
  Task<DryRun> dry_run(Intent intent, Deadline deadline);

  /// By the caller's id; nothing when unknown.
  Task<Result<std::optional<Outcome>>> find(TenantId tenant, IntentId id);

  /// Cancel, resolve or redrive. kNotFound, kConflict as IntentStore::command().
  Task<Result<Outcome>> command(TenantId tenant, IntentId id, store::Command command);

  /// Sends one intent handed out by take_due() and settles it, or accounts for what take_due() decided.
  Task<void> process(store::DueItem item, Slot slot);

  /// Bounds what the dispatcher sends; waiting callers have slots of their own, so that neither starves.
  Slots& queue_slots() { return queue_slots_; }
  /// How many of the queue's slots one sender may hold, half of them; 0 where it is the only one: all.
  std::size_t queue_share() const;
  CallerSlots& caller_slots() { return caller_slots_; }
  store::DueRules due_rules() const;

 private:
  Task<CallerSlots::Held> slot_for(const Intent& intent, Wait wait, Deadline deadline);
  Task<void> dry_run_template(const config::SenderEntry& sender, const Content& content,
                              std::string_view place, Deadline deadline, DryRun* dry);
  Task<Result<store::ClaimResult>> claim(store::NewIntent intent, store::ClaimMode mode, Deadline deadline);
  /// Sends a new intent, hands it to the queue or counts its refusal. Arguments as of Courier::deliver().
  Task<void> begin(Submission submission, store::IntentRecord& record, Content& content,
                   const contacts::Known& known, Told* told);
  bool has_time_to_send(const store::IntentRecord& record) const;
  /// Until the deadline, as long as that can change what a caller is told.
  Task<void> await_outcome(store::IntentRecord& record, Deadline deadline);
  /// `wamid` where it is known in the clear.
  Outcome outcome_of(Submission submission, store::IntentRecord record, MonoTime started, Wamid wamid = {});

  OutboundParts parts_;
  Courier courier_;
  RecipientCheck recipients_;
  ClaimMaker claims_;
  CallerSlots caller_slots_;
  Slots queue_slots_;
};

}  // namespace wac::outbound
