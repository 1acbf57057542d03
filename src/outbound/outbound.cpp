#include "outbound/outbound.h"

#include "base/expose.h"

#include <algorithm>

namespace wac::outbound {
namespace {

using store::ClaimMode;
using store::ClaimOutcome;
using store::DueAction;
using store::IntentRecord;
using store::IntentState;
using telemetry::Counter;
using telemetry::Field;
using telemetry::Severity;

// A wait for somebody else's outcome looks again after this long, then doubling up to the maximum.
constexpr Millis kFirstLook{20};
constexpr Millis kLastLook{1'000};

/// How long nothing can happen to a queued intent; zero where that is not known.
Millis until_due(const IntentRecord& record, WallTime now) {
  const bool queued = record.state == IntentState::kAccepted || record.state == IntentState::kRetryWait;
  const bool timeless = record.hold == store::Hold::kOrder || record.hold == store::Hold::kStopped;
  return queued && !timeless ? std::max(record.due - now, Millis{0}) : Millis{0};
}

/// Whether waiting until `end` can still change what a caller is told. An unknown outcome can be settled by a
/// webhook at any moment; a retry or a later sending time cannot come sooner than it is due.
bool worth_waiting(const IntentRecord& record, WallTime end) {
  if (!store::is_open(record.state)) return false;
  const bool timed = record.state == IntentState::kAccepted || record.state == IntentState::kRetryWait;
  return !timed || record.due < end;
}

Submission submission_of(ClaimOutcome outcome) {
  switch (outcome) {
    case ClaimOutcome::kNew:
      return Submission::kNew;
    case ClaimOutcome::kDuplicate:
      return Submission::kDuplicate;
    case ClaimOutcome::kBodyConflict:
      return Submission::kBodyConflict;
    case ClaimOutcome::kIdConflict:
      return Submission::kIdConflict;
    case ClaimOutcome::kRefused:
      return Submission::kRefused;
  }
  return Submission::kIdConflict;
}

Micros since(MonoTime start, MonoTime end) {
  return std::chrono::duration_cast<Micros>(end - start);
}

}  // namespace

Outbound::Outbound(OutboundParts parts)
    : parts_(std::move(parts)),
      courier_(parts_),
      recipients_(parts_),
      claims_(parts_.config, parts_.directory, parts_.fingerprints, parts_.sealer, parts_.random),
      caller_slots_(parts_.loop, parts_.config.sends_in_flight),
      queue_slots_(parts_.loop, parts_.config.sends_in_flight) {}

store::DueRules Outbound::due_rules() const {
  store::DueRules rules;
  rules.lease = parts_.config.lease;
  rules.unknown_window = parts_.config.unknown_window;
  if (parts_.evidence_flow != nullptr) rules.silence_from = parts_.evidence_flow->silence_from();
  rules.max_attempts = parts_.config.max_attempts;
  rules.max_age = parts_.config.max_age;
  rules.retention = parts_.config.intent_retention;
  return rules;
}

std::size_t Outbound::queue_share() const {
  if (parts_.directory.sender_count() < 2) return 0;
  return std::max<std::size_t>(parts_.config.sends_in_flight / 2, 1);
}

Task<CallerSlots::Held> Outbound::slot_for(const Intent& intent, Wait wait, Deadline deadline) {
  const bool later = intent.send_at && *intent.send_at > parts_.loop.wall_now();
  if (later) co_return CallerSlots::Held{};
  // Who does not want the intent queued must be told now whether its sender may send: that takes an attempt.
  if (wait == Wait::kForRecord && intent.when_paused == WhenPaused::kWait) co_return CallerSlots::Held{};
  const auto tenants =
      parts_.directory.tenant_count() > 1 ? CallerSlots::Tenants::kSeveral : CallerSlots::Tenants::kOne;
  co_return co_await caller_slots_.take(intent.tenant, tenants, deadline);
}

Task<Result<Outcome>> Outbound::submit(Intent intent, Wait wait, Deadline deadline) {
  const MonoTime started = parts_.loop.now();
  const config::SenderRef sender = parts_.directory.sender_of(intent.tenant, intent.sender);
  if (sender == nullptr) co_return fail(ErrorCode::kNotFound, "sender");

  // Sending at once needs a slot. Who gets none in time has the intent queued, durably, and is told so.
  auto slot = co_await slot_for(intent, wait, deadline);
  // Not before: of a large batch, most wait here, and what is read now is at hand when it is used.
  auto content = intent.parsed ? Result<Content>{std::move(*intent.parsed)} : read_content(intent.content);
  if (!content) co_return std::unexpected(content.error());
  ClaimMode mode = ClaimMode::kQueue;
  if (slot)
    mode = intent.when_paused == WhenPaused::kRefuse ? ClaimMode::kSendNowOrRefuse : ClaimMode::kSendNow;
  // Beside the claim rather than before it, so that both share one round trip.
  contacts::Known recipient;
  TaskScope beside;
  if (const auto contact = slot ? recipients_.contact_of(sender->id, *content) : std::nullopt) {
    beside.spawn(recipients_.look_up(sender->id, *contact, &recipient));
  }
  auto claimed =
      co_await claim(claims_.make(intent, *content, sender, parts_.loop.wall_now()), mode, deadline);
  co_await beside.join();
  if (!claimed) {
    parts_.metrics.add(Counter::kStoreErrors);
    co_return std::unexpected(claimed.error());
  }
  const Submission submission = submission_of(claimed->outcome);
  Told told;
  IntentRecord& record = claimed->record;
  co_await begin(submission, record, *content, recipient, &told);
  slot = CallerSlots::Held{};
  const bool known = submission == Submission::kNew || submission == Submission::kDuplicate;
  if (known && wait == Wait::kForOutcome && store::is_open(record.state)) {
    const std::pair described{record.attempt, record.error_code};
    co_await await_outcome(record, deadline);
    told.wamid = {};
    // What an earlier attempt was told says nothing about a later one.
    if (described != std::pair{record.attempt, record.error_code}) told.detail = {};
  }
  Outcome outcome = outcome_of(submission, std::move(record), started, std::move(told.wamid));
  outcome.detail = std::move(told.detail);
  co_return outcome;
}

Task<void> Outbound::begin(Submission submission, IntentRecord& record, Content& content,
                           const contacts::Known& known, Told* told) {
  if (submission == Submission::kDuplicate) parts_.metrics.add(Counter::kMessagesDeduped);
  if (submission == Submission::kRefused) parts_.metrics.add(Counter::kApiPaused);
  if (submission != Submission::kNew) co_return;
  parts_.metrics.add(Counter::kIntentsAccepted);
  if (record.state == IntentState::kSending && has_time_to_send(record)) {
    co_await courier_.deliver(record, content, known, told);
  } else if (record.state == IntentState::kSending) {
    // The claim took so long to become certain that its lease could end while we send: the queue takes over.
    AttemptEnd end;
    end.state = IntentState::kRetryWait;
    end.counts = false;
    static_cast<void>(co_await courier_.settle(record, end));
  } else if (record.state == IntentState::kAccepted && record.hold != store::Hold::kOrder &&
             record.hold != store::Hold::kStopped) {
    // What waits for an earlier message or for a person becomes due by their doing, not by time.
    parts_.wake(Partition::of(record.sender), record.due);
  }
}

bool Outbound::has_time_to_send(const IntentRecord& record) const {
  return record.due >= parts_.loop.wall_now() + parts_.config.graph_timeout;
}

Task<Result<store::ClaimResult>> Outbound::claim(store::NewIntent intent, ClaimMode mode, Deadline deadline) {
  // A claim that may have been recorded without our knowing would look like a send of somebody who died. It
  // is repeated under its own id until it is certain: nothing has been sent yet.
  std::optional<Error> unsure;
  Millis pause = kFirstLook;
  for (;;) {
    auto claimed = co_await parts_.store.claim(intent, mode, parts_.config.lease,
                                               parts_.config.intent_retention, parts_.loop.wall_now());
    if (claimed) co_return claimed;
    if (claimed.error().code == ErrorCode::kUnknownOutcome) unsure = claimed.error();
    if (!unsure) co_return claimed;
    if (deadline.passed(parts_.loop.now() + pause)) co_return std::unexpected(*unsure);
    co_await sleep_until(parts_.loop, parts_.loop.now() + pause);
    pause = std::min(pause * 2, kLastLook);
  }
}

Task<void> Outbound::await_outcome(IntentRecord& record, Deadline deadline) {
  const WallTime end =
      parts_.loop.wall_now() + std::chrono::duration_cast<Millis>(deadline.at - parts_.loop.now());
  if (!worth_waiting(record, end)) co_return;
  const crypto::Fingerprint id =
      parts_.fingerprints.of(crypto::Domain::kIntentId, {record.tenant.str(), record.id.str()});
  const std::vector<Partition> where{Partition::of(record.sender)};
  Millis pause = kFirstLook;
  while (worth_waiting(record, end)) {
    const MonoTime look = parts_.loop.now() + std::max(pause, until_due(record, parts_.loop.wall_now()));
    if (deadline.passed(look)) break;
    co_await sleep_until(parts_.loop, look);
    pause = std::min(pause * 2, kLastLook);
    auto found = co_await parts_.store.find(id, where, parts_.loop.wall_now());
    // Not being able to look does not undo that the intent is recorded: it stays pending.
    if (found && *found) record = std::move(**found);
  }
}

Task<Result<std::optional<Outcome>>> Outbound::find(TenantId tenant, IntentId id) {
  const MonoTime started = parts_.loop.now();
  const auto fingerprint = parts_.fingerprints.of(crypto::Domain::kIntentId, {tenant.str(), id.str()});
  auto found =
      co_await parts_.store.find(fingerprint, parts_.directory.partitions_of(tenant), parts_.loop.wall_now());
  if (!found) co_return std::unexpected(found.error());
  if (!*found) co_return std::optional<Outcome>{};
  co_return std::optional<Outcome>{outcome_of(Submission::kDuplicate, std::move(**found), started)};
}

Task<Result<Outcome>> Outbound::command(TenantId tenant, IntentId id, store::Command command) {
  const MonoTime started = parts_.loop.now();
  const auto fingerprint = parts_.fingerprints.of(crypto::Domain::kIntentId, {tenant.str(), id.str()});
  const auto found =
      co_await parts_.store.find(fingerprint, parts_.directory.partitions_of(tenant), parts_.loop.wall_now());
  if (!found) co_return std::unexpected(found.error());
  if (!*found) co_return fail(ErrorCode::kNotFound, "intent");
  const IntentRecord& known = **found;
  const Partition partition = Partition::of(known.sender);
  auto changed = co_await parts_.store.command(partition, known.key, command, parts_.config.intent_retention,
                                               parts_.loop.wall_now());
  if (!changed) co_return std::unexpected(changed.error());
  // Also what was withdrawn matters: the next of its recipient may have the turn.
  parts_.wake(partition, store::is_open(changed->state) ? changed->due : parts_.loop.wall_now());
  co_return outcome_of(Submission::kDuplicate, std::move(*changed), started);
}

Task<void> Outbound::process(store::DueItem item, Slot /*held until the end*/) {
  IntentRecord record = std::move(item.record);
  switch (item.action) {
    case DueAction::kSend:
    case DueAction::kResend:
      break;
    case DueAction::kNowUnknown:
      parts_.metrics.add(Counter::kLeasesRecovered);
      parts_.metrics.add(Counter::kUnknownEntered);
      parts_.wake(Partition::of(record.sender), record.due);
      break;
    case DueAction::kWaitsAgain:
      parts_.metrics.add(Counter::kLeasesRecovered);
      parts_.wake(Partition::of(record.sender), record.due);
      break;
    case DueAction::kUnconfirmed:
      parts_.metrics.add(Counter::kUnknownUnconfirmed);
      break;
    case DueAction::kExpired:
    case DueAction::kDead:
      parts_.metrics.add(Counter::kMessagesFailed);
      break;
  }
  if (item.action == DueAction::kResend) parts_.metrics.add(Counter::kUnknownResent);
  if (item.action != DueAction::kSend && item.action != DueAction::kResend) {
    parts_.log.log(Severity::kWarning, "intent moved by time", Field{"correlationId", record.correlation},
                   Field{"intentId", record.id}, Field{"tenantId", record.tenant},
                   Field{"outcome", record.state}, Field{"attempt", record.attempt});
    co_return;
  }
  const auto text = parts_.sealer.open(record.payload, store::payload_context(record.key));
  auto content = text ? read_content(*text) : std::unexpected(text.error());
  if (!content) {
    // A payload that no key of ours opens can never be sent; it must not be tried for ever.
    AttemptEnd end;
    end.state = IntentState::kDead;
    const auto settled = co_await courier_.settle(record, end);
    parts_.metrics.add(Counter::kMessagesFailed);
    parts_.log.log(Severity::kCritical, "stored payload cannot be opened", Field{"intentId", record.id},
                   Field{"error", content.error()}, Field{"recorded", settled.has_value()});
    co_return;
  }
  record.payload = {};
  contacts::Known known;
  if (const auto contact = recipients_.contact_of(record.sender, *content)) {
    co_await recipients_.look_up(record.sender, *contact, &known);
  }
  co_await courier_.deliver(record, *content, known);
}

Outcome Outbound::outcome_of(Submission submission, IntentRecord record, MonoTime started, Wamid wamid) {
  Outcome outcome;
  outcome.submission = submission;
  outcome.wamid = std::move(wamid);
  if (outcome.wamid.empty() && !record.wamid.empty()) {
    if (auto opened = parts_.sealer.open(record.wamid, store::outcome_context(record.key))) {
      outcome.wamid = Wamid{std::string{expose(*opened, Purpose::kAnswer)}};
    }
  }
  if (submission == Submission::kRefused)
    outcome.retry_after = std::max(record.due - parts_.loop.wall_now(), Millis{0});
  outcome.record = std::move(record);
  outcome.latency = since(started, parts_.loop.now());
  return outcome;
}

}  // namespace wac::outbound
