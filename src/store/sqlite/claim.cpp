// A claim: dedupe, order and pace in one step. See session.h.

#include "store/sqlite/session.h"
#include "store/sqlite/turns.h"

#include <algorithm>

namespace wac::store::sqlite {
namespace {

/// Why an insert was refused. Nothing: what stood in the way was forgotten and has been removed.
std::optional<ClaimResult> claim_known(Session& session, Partition partition, const NewIntent& intent,
                                       WallTime now) {
  if (auto known = session.intents.load_full(partition, intent.key)) {
    if (forgotten(known->progress, now)) {
      session.intents.remove(known->row);
      return std::nullopt;
    }
    const bool same = known->record.body == intent.body;
    if (same && is_same_claim(intent, known->record)) {
      return ClaimResult{ClaimOutcome::kNew, std::move(known->record)};
    }
    return ClaimResult{same ? ClaimOutcome::kDuplicate : ClaimOutcome::kBodyConflict,
                       std::move(known->record)};
  }
  auto owner = session.intents.load_by_id(partition, intent.id_fingerprint);
  if (owner && !forgotten(owner->progress, now)) {
    return ClaimResult{ClaimOutcome::kIdConflict, std::move(owner->record)};
  }
  if (owner) session.intents.remove(owner->row);
  return std::nullopt;
}

IntentRecord new_record(const NewIntent& intent, const Progress& progress) {
  IntentRecord record;
  record.key = intent.key;
  record.body = intent.body;
  record.tenant = intent.tenant;
  record.id = intent.id;
  record.sender = intent.sender;
  record.recipient = intent.recipient;
  record.priority = intent.priority;
  record.correlation = intent.correlation;
  record.created = intent.created;
  show(progress, record);
  return record;
}

Place place_of(const NewIntent& intent) {
  return {intent.key, intent.tenant, intent.sender, intent.recipient, intent.priority, {}, {}};
}

/// What the gates make of a claim of an unknown key.
struct Verdict {
  Progress progress;
  Place place;
  Turns::Seat seat;
  Opening opening;
  bool starts = false;
};

Verdict judge(Turns& turns, const NewIntent& intent, ClaimMode mode, Millis lease, Millis retention,
              WallTime now) {
  Verdict verdict{
      first_progress(intent, ClaimMode::kQueue, lease, retention, now), place_of(intent), {}, {}, false};
  if (!is_open(verdict.progress.state)) return verdict;
  const bool at_once = mode != ClaimMode::kQueue;
  const WallTime due = at_once ? std::min(intent.due, now) : intent.due;
  verdict.seat = turns.find_seat(verdict.place, due, false);
  verdict.opening = turns.opening(verdict.place);
  if (verdict.opening.hold == Hold::kNone && turns.others_wait(verdict.place)) {
    verdict.opening.hold = Hold::kSenderPace;
  }
  const Hold hold = verdict.seat.hold != Hold::kNone ? verdict.seat.hold : verdict.opening.hold;
  verdict.starts = at_once && hold == Hold::kNone;
  if (verdict.starts) {
    verdict.progress = first_progress(intent, mode, lease, retention, now);
    return verdict;
  }
  verdict.place.ready = verdict.seat.ready;
  verdict.place.lane = verdict.seat.lane;
  if (due > now) return verdict;
  verdict.progress.hold = hold;
  if (hold == Hold::kNone || verdict.place.blocked()) return verdict;
  verdict.progress.due = std::max(verdict.progress.due, from_millis(verdict.seat.ready));
  if (verdict.opening.ready < kNever) {
    verdict.progress.due = std::max(verdict.progress.due, to_time(verdict.opening.ready));
  }
  return verdict;
}

bool refuses(const Verdict& verdict, ClaimMode mode) {
  const Hold hold = verdict.opening.hold;
  return mode == ClaimMode::kSendNowOrRefuse && (hold == Hold::kBreaker || hold == Hold::kStopped);
}

ClaimResult refusal(const NewIntent& intent, const Verdict& verdict, WallTime now) {
  ClaimResult result{ClaimOutcome::kRefused, new_record(intent, verdict.progress)};
  result.record.hold = verdict.opening.hold;
  const bool unknown = verdict.opening.ready >= kNever;
  result.record.due = unknown ? now + kStoppedRetry : to_time(verdict.opening.ready);
  return result;
}

}  // namespace

ClaimResult claim(Session& session, const NewIntent& intent, ClaimMode mode, Millis lease, Millis retention,
                  WallTime now) {
  const Partition partition = Partition::of(intent.sender);
  Turns turns{session, partition, now};
  adopt(turns.gate(intent.sender), intent);
  Verdict verdict = judge(turns, intent, mode, lease, retention, now);
  if (refuses(verdict, mode)) {
    for (int look = 0; look < 2; ++look) {
      if (auto known = claim_known(session, partition, intent, now)) return std::move(*known);
    }
    turns.finish();
    return refusal(intent, verdict, now);
  }
  // Key and id may each be held by a forgotten intent: two removals at most, then the insert succeeds.
  std::optional<std::int64_t> row;
  while (!(row = session.intents.insert(partition, intent, verdict.progress, verdict.place)) &&
         session.connection->ok()) {
    if (auto known = claim_known(session, partition, intent, now)) return std::move(*known);
  }
  if (!row) return {ClaimOutcome::kNew, new_record(intent, verdict.progress)};
  if (verdict.starts) {
    turns.start(verdict.place, *row, Turn::kTakes, now + lease);
  } else if (is_open(verdict.progress.state)) {
    turns.join_lane(verdict.place, *row);
    turns.joined(intent.sender, verdict.progress.state);
  }
  turns.finish();
  return {ClaimOutcome::kNew, new_record(intent, verdict.progress)};
}

}  // namespace wac::store::sqlite
