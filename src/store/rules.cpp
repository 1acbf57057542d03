#include "store/rules.h"

#include <algorithm>

namespace wac::store {
namespace {

void enter(Progress& progress, IntentState state, WallTime now) {
  progress.state = state;
  progress.updated = now;
  const auto same = [state](const auto& entry) { return entry.first == state; };
  if (std::ranges::none_of(progress.timeline, same)) progress.timeline.emplace_back(state, now);
}

void enter_for(Progress& progress, IntentState state, Millis retention, WallTime now) {
  enter(progress, state, now);
  progress.forget_at = now + retention;
}

void claim(Progress& progress, Millis lease, WallTime now) {
  enter(progress, IntentState::kSending, now);
  ++progress.attempt;
  ++progress.token;
  progress.due = now + lease;
  progress.hold = Hold::kNone;
  if (progress.preparation != Preparation::kNone) progress.preparation = Preparation::kPending;
}

bool expired(const Progress& progress, WallTime now) {
  return progress.expires_at && *progress.expires_at <= now;
}

bool used_up(const Progress& progress, const DueRules& rules, WallTime now) {
  return progress.attempt - progress.uncounted >= rules.max_attempts ||
         now - progress.age_from > rules.max_age;
}

bool settled_by_meta(IntentState state) {
  return state >= IntentState::kSent && state <= IntentState::kFailed;
}

std::uint64_t attempt_bit(std::uint32_t attempt) {
  return std::uint64_t{1} << std::min(attempt, 63U);
}

}  // namespace

bool keeps_payload(IntentState state) {
  return is_open(state) || state == IntentState::kUnconfirmed || state == IntentState::kDead;
}

bool forgotten(const Progress& progress, WallTime now) {
  return progress.forget_at && *progress.forget_at <= now;
}

bool is_same_claim(const NewIntent& intent, const IntentRecord& known) {
  return intent.claim_id != 0 && known.state == IntentState::kSending && known.attempt == 1 &&
         known.token == intent.claim_id;
}

std::uint64_t first_token(const NewIntent& intent) {
  return intent.claim_id != 0 ? intent.claim_id : 1;
}

Progress first_progress(const NewIntent& intent, ClaimMode mode, Millis lease, Millis retention,
                        WallTime now) {
  Progress progress;
  progress.on_unknown = intent.on_unknown;
  if (intent.prepares) progress.preparation = Preparation::kPending;
  progress.age_from = std::max(intent.created, intent.due);
  progress.due = intent.due;
  progress.expires_at = intent.expires_at;
  if (expired(progress, now)) {
    enter_for(progress, IntentState::kExpired, retention, now);
  } else if (mode != ClaimMode::kQueue) {
    claim(progress, lease, now);
    progress.token = first_token(intent);
  } else {
    enter(progress, IntentState::kAccepted, now);
  }
  return progress;
}

Result<SettleDecision> settle(Progress& progress, const Settlement& settlement, Millis retention,
                              WallTime now) {
  const bool waits = settlement.state == IntentState::kRetryWait || settlement.state == IntentState::kUnknown;
  const bool final = settlement.state == IntentState::kSent || settlement.state == IntentState::kFailed ||
                     settlement.state == IntentState::kDead || settlement.state == IntentState::kExpired;
  if (!waits && !final) return fail(ErrorCode::kInvalid, "store: not a state to settle with");

  SettleDecision decision;
  if (progress.token != settlement.token) return SettleDecision{SettleOutcome::kStaleToken, MessageId::kKeep};
  if (progress.state != IntentState::kSending) {
    if (!settled_by_meta(progress.state)) {
      if (progress.state != settlement.state) decision.outcome = SettleOutcome::kStaleToken;
      return decision;
    }
    if (!settlement.wamid.empty() && progress.message_attempt == 0) decision.message_id = MessageId::kTake;
    // Evidence that named the attempt brought the id, but not its fingerprint.
    decision.names_message = !settlement.wamid.empty() && progress.message_attempt == progress.attempt;
  } else {
    if (waits) {
      enter(progress, settlement.state, now);
      progress.due = settlement.due;
    } else {
      enter_for(progress, settlement.state, retention, now);
    }
    if (!settlement.counts) ++progress.uncounted;
    progress.error_code = settlement.error_code;
    progress.upstream_status = settlement.upstream_status;
    progress.alternative = settlement.alternative;
    if (!settlement.wamid.empty()) decision.message_id = MessageId::kTake;
  }
  if (decision.message_id == MessageId::kTake) {
    progress.message_attempt = progress.attempt;
    decision.names_message = true;
  }
  return decision;
}

bool start_sending(Progress& progress, std::uint64_t token) {
  if (progress.token != token || progress.state != IntentState::kSending) return false;
  if (progress.preparation == Preparation::kPending) progress.preparation = Preparation::kDone;
  return true;
}

bool at_its_end(const Progress& progress, const DueRules& rules, WallTime now) {
  return expired(progress, now) || used_up(progress, rules, now);
}

WallTime window_end(const Progress& progress, const DueRules& rules, WallTime now) {
  if (progress.on_unknown == OnUnknown::kHold || at_its_end(progress, rules, now)) return progress.due;
  return std::max(progress.due, rules.silence_from + rules.unknown_window);
}

bool may_resend(const Progress& progress, const DueRules& rules, std::optional<WallTime> evidence_at,
                WallTime now) {
  // Silence only means "not taken" when other evidence of the sender did get through meanwhile.
  const bool silent = evidence_at && *evidence_at > std::max(progress.updated, rules.silence_from);
  return progress.on_unknown == OnUnknown::kResend && silent && !at_its_end(progress, rules, now);
}

DueAction decide_due(Progress& progress, const DueRules& rules, std::optional<WallTime> evidence_at,
                     WallTime now) {
  if (progress.state == IntentState::kSending) {
    end_lease(progress, rules.unknown_window, now);
    return progress.state == IntentState::kUnknown ? DueAction::kNowUnknown : DueAction::kWaitsAgain;
  }
  if (progress.state == IntentState::kUnknown) {
    if (may_resend(progress, rules, evidence_at, now)) {
      claim(progress, rules.lease, now);
      return DueAction::kResend;
    }
    enter_for(progress, IntentState::kUnconfirmed, rules.undecided_retention, now);
    return DueAction::kUnconfirmed;
  }
  if (expired(progress, now)) {
    enter_for(progress, IntentState::kExpired, rules.retention, now);
    return DueAction::kExpired;
  }
  if (used_up(progress, rules, now)) {
    enter_for(progress, IntentState::kDead, rules.undecided_retention, now);
    return DueAction::kDead;
  }
  claim(progress, rules.lease, now);
  return DueAction::kSend;
}

EvidenceDecision apply_evidence(Progress& progress, const Evidence& evidence, Millis retention,
                                WallTime now) {
  EvidenceDecision decision;
  const bool failed = evidence.state == IntentState::kFailed;
  const std::uint32_t attempt = evidence.by_message() ? progress.message_attempt : evidence.attempt;
  if (failed && attempt < progress.attempt) return decision;

  if (!evidence.pricing.empty() && evidence.pricing != progress.pricing) {
    progress.pricing = evidence.pricing;
    decision.priced = true;
  }
  const std::uint64_t bit = attempt_bit(attempt);
  const bool other_message = progress.message_attempt != 0 && attempt != progress.message_attempt;
  if (!failed && other_message && (progress.counted & bit) == 0) {
    progress.counted |= bit;
    ++progress.duplicates;
    decision.duplicate_message = true;
  }
  if (progress.message_attempt == 0 && !evidence.wamid.empty()) {
    progress.message_attempt = attempt;
    decision.message_id = MessageId::kTake;
  }
  const IntentState from = progress.state;
  if (!evidence_may_move(from, evidence.state)) return decision;
  decision.moved = std::pair{from, evidence.state};
  decision.answers = from == IntentState::kSending && !failed && attempt == progress.attempt;
  if (keeps_payload(from)) {
    enter_for(progress, evidence.state, retention, now);
  } else {
    enter(progress, evidence.state, now);
  }
  if (evidence.error_code != 0) progress.error_code = evidence.error_code;
  return decision;
}

void merge(Evidence& waiting, const Evidence& later) {
  if (evidence_may_move(waiting.state, later.state)) {
    waiting.state = later.state;
    waiting.error_code = later.error_code;
  }
  if (!later.pricing.empty()) waiting.pricing = later.pricing;
}

Result<void> apply_command(Progress& progress, Command command, Millis retention, WallTime now) {
  const IntentState from = progress.state;
  const bool waiting = from == IntentState::kAccepted || from == IntentState::kRetryWait;
  const bool undecided = from == IntentState::kUnknown || from == IntentState::kUnconfirmed;
  const bool dead = from == IntentState::kDead;
  const bool allowed = command == Command::kCancel    ? waiting
                       : command == Command::kRedrive ? dead
                                                      : undecided;
  if (!allowed) {
    return fail(ErrorCode::kConflict, "store: the intent's state does not allow the command");
  }
  switch (command) {
    case Command::kCancel:
      enter_for(progress, IntentState::kCancelled, retention, now);
      break;
    case Command::kResolveSent:
      enter_for(progress, IntentState::kSent, retention, now);
      break;
    case Command::kResolveFailed:
      enter_for(progress, IntentState::kFailed, retention, now);
      break;
    case Command::kResolveResend:
      enter(progress, IntentState::kAccepted, now);
      progress.due = now;
      progress.forget_at.reset();
      break;
    case Command::kRedrive:
      enter(progress, IntentState::kAccepted, now);
      progress.due = now;
      progress.forget_at.reset();
      progress.age_from = now;
      progress.uncounted = progress.attempt;
      break;
  }
  return {};
}

void end_lease(Progress& progress, Millis unknown_window, WallTime now) {
  const bool sent_nothing = progress.preparation == Preparation::kPending;
  enter(progress, sent_nothing ? IntentState::kRetryWait : IntentState::kUnknown, now);
  ++progress.token;
  progress.due = sent_nothing ? now : now + unknown_window;
}

void show(const Progress& progress, IntentRecord& record) {
  record.on_unknown = progress.on_unknown;
  record.state = progress.state;
  record.attempt = progress.attempt;
  record.uncounted = progress.uncounted;
  record.age_from = progress.age_from;
  record.hold = progress.hold;
  record.preparation = progress.preparation;
  record.token = progress.token;
  record.updated = progress.updated;
  record.due = progress.due;
  record.expires_at = progress.expires_at;
  record.error_code = progress.error_code;
  record.upstream_status = progress.upstream_status;
  record.alternative = progress.alternative;
  record.duplicates = progress.duplicates;
  record.pricing = progress.pricing;
  record.timeline = progress.timeline;
}

}  // namespace wac::store
