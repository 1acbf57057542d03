#include "store/sqlite/turns.h"

#include "store/sqlite/session.h"

#include <algorithm>

namespace wac::store::sqlite {
namespace {

/// A sender's next turn is later than its last one, even within the same millisecond.
constexpr double kTurn = 1.0 / 1024;

/// Place in an empty lane.
constexpr std::int64_t kFirst = 1;

bool waits(IntentState state) {
  return state == IntentState::kAccepted || state == IntentState::kRetryWait;
}

bool has_recipient(const Place& place) {
  return place.recipient != crypto::Fingerprint{};
}

}  // namespace

Turns::Entry& Turns::entry(const SenderId& sender) {
  const auto [at, fresh] = entries_.try_emplace(sender);
  if (fresh) {
    if (auto row = session_.paces.load(partition_, sender)) {
      at->second.row = *row;
      at->second.stored = std::move(*row);
    }
  }
  return at->second;
}

PairRow Turns::pair_of(const crypto::Fingerprint& recipient) {
  if (!last_pair_ || last_pair_->first != recipient) {
    last_pair_.emplace(recipient, session_.paces.load_pair(partition_, recipient));
  }
  return last_pair_->second;
}

void Turns::save_pair(const crypto::Fingerprint& recipient, PairRow pair) {
  if (last_pair_ && last_pair_->first == recipient && last_pair_->second == pair) return;
  pair.stored = session_.paces.save_pair(partition_, recipient, pair, now_);
  last_pair_.emplace(recipient, pair);
}

double& Turns::quota(const SenderGate& gate) {
  const auto [at, fresh] = quotas_.try_emplace(gate.tenant);
  if (fresh && gate.limits.tenant_per_second != 0) {
    at->second.arrival = at->second.stored = session_.paces.load_quota(partition_, gate.tenant);
  }
  return at->second.arrival;
}

bool Turns::has_turn(const Place& place, std::int64_t row) const {
  if (!has_recipient(place) || place.blocked()) return false;
  return place.lane || session_.paces.alone(partition_, place.recipient) == row;
}

Turns::Seat Turns::find_seat(const Place& place, WallTime due, bool first) {
  Seat seat;
  seat.ready = to_millis(due);
  // What is scheduled takes its place when its time comes.
  if (!has_recipient(place) || (due > now_ && !first)) return seat;
  seat.lane = place.lane;
  if (!first) {
    const auto last = session_.queues.last_in_lane(partition_, place.recipient);
    const std::int64_t alone = last ? 0 : session_.paces.alone(partition_, place.recipient);
    if (last || alone != 0) {
      seat.lane = last.value_or(kFirst) + 1;
      seat.ready = kBlocked;
      seat.hold = Hold::kOrder;
      return seat;
    }
  }
  if (!seat.lane) seat.lane = kFirst;
  const Opening opening = pair_opening(pair_of(place.recipient).gate, gate(place.sender).limits, now_);
  if (opening.hold != Hold::kNone && to_millis(to_time(opening.ready)) > seat.ready) {
    seat.ready = to_millis(to_time(opening.ready));
    seat.hold = opening.hold;
  }
  return seat;
}

void Turns::join_lane(const Place& place, std::int64_t row) {
  const std::int64_t alone = place.lane ? session_.paces.alone(partition_, place.recipient) : 0;
  if (alone == 0) return;
  // It is not alone any more, or no longer being sent: its turn must outlive the process.
  if (alone != row) session_.queues.set_lane(alone, kFirst);
  session_.paces.set_alone(partition_, place.recipient, 0);
}

Opening Turns::opening(const Place& place) {
  const SenderGate& sender = gate(place.sender);
  return sender_opening(sender, quota(sender), now_);
}

bool Turns::others_wait(const Place& place) {
  const SenderGate& sender = gate(place.sender);
  if (sender.limits.sender_per_second == 0) return false;
  if (sender.arrival <= static_cast<double>(to_millis(now_))) return false;
  const auto due = [&](Priority priority) {
    const auto first = session_.queues.first_ready(partition_, place.sender, priority);
    return first && *first <= to_millis(now_);
  };
  return due(Priority::kHigh) || (place.priority == Priority::kNormal && due(Priority::kNormal));
}

void Turns::start(const Place& place, std::int64_t row, Turn turn, WallTime lease_end) {
  SenderGate& sender = gate(place.sender);
  store::start(sender, quota(sender), place.key, lease_end, now_);
  if (!has_recipient(place)) return;
  PairRow pair = pair_of(place.recipient);
  store::start(pair.gate, sender.limits, now_);
  save_pair(place.recipient, pair);
  if (turn == Turn::kTakes && !place.lane) session_.paces.set_alone(partition_, place.recipient, row);
}

void Turns::learn(const IntentRow& row, const PaceSignal& signal, IntentState state) {
  if (signal.kind == PaceSignal::Kind::kNone) return;
  store::learn(gate(row.place.sender), signal, row.place.key, now_);
  if (!has_recipient(row.place)) return;
  PairRow pair = pair_of(row.place.recipient);
  const double before = pair.gate.level;
  store::learn(pair.gate, signal, state, now_);
  const bool changed = pair.gate.level != before || signal.kind == PaceSignal::Kind::kPairThrottled;
  if (changed) save_pair(row.place.recipient, pair);
}

void Turns::moved(IntentRow& row, IntentState from) {
  Place& place = row.place;
  const IntentState to = row.progress.state;
  if (from == IntentState::kSending) end_probe(gate(place.sender), place.key);
  const bool first = has_turn(place, row.row);
  place.ready.reset();
  row.progress.hold = Hold::kNone;
  if (waits(to)) {
    const Seat seat = find_seat(place, row.progress.due, first);
    take(row, seat);
    const Opening sender = opening(place);
    if (seat.hold == Hold::kNone && to_time(sender.ready) > row.progress.due) row.progress.hold = sender.hold;
  } else if (to != IntentState::kSending) {
    if (first) pass_turn(row);
    place.lane.reset();
  }
  count(place.sender, from, -1);
  count(place.sender, to, 1);
}

void Turns::take(IntentRow& row, const Seat& seat) {
  row.place.ready = seat.ready;
  row.place.lane = seat.lane;
  row.progress.hold = seat.hold;
  if (!row.place.blocked()) row.progress.due = std::max(row.progress.due, from_millis(seat.ready));
  join_lane(row.place, row.row);
}

void Turns::count(const SenderId& sender, IntentState state, int change) {
  if (!waits(state)) return;
  Entry& changed = entry(sender);
  (state == IntentState::kAccepted ? changed.row.accepted : changed.row.retrying) += change;
  changed.touched = true;
}

void Turns::pass_turn(const IntentRow& row) {
  session_.paces.set_alone(partition_, row.place.recipient, 0);
  if (!row.place.lane) return;
  auto next = session_.queues.next_in_lane(partition_, row.place.recipient, *row.place.lane);
  if (!next) return;
  passed_turn_ = true;
  touch(row.place.sender);
  take(*next, find_seat(next->place, std::min(next->progress.due, now_), true));
  session_.intents.save(*next, nullptr);
}

void Turns::served(const SenderId& sender) {
  // Behind those whose time has come within this millisecond, and those served in it before.
  double& at = gate(sender).served_at;
  at = std::max(static_cast<double>(to_millis(now_)) + 0.5, at + kTurn);
}

std::optional<double> Turns::next_time(const SenderId& sender) {
  std::optional<std::int64_t> first;
  for (const Priority priority : {Priority::kHigh, Priority::kNormal}) {
    const auto ready = session_.queues.first_ready(partition_, sender, priority);
    if (ready && (!first || *ready < *first)) first = ready;
  }
  if (!first) return std::nullopt;
  const SenderGate& known = gate(sender);
  const Opening opening = sender_opening(known, quota(known), now_);
  if (opening.ready >= kNever) return std::nullopt;
  const auto next = static_cast<double>(*first);
  return opening.hold == Hold::kNone ? next : std::max(next, opening.ready);
}

void Turns::finish() {
  for (auto& [sender, entry] : entries_) {
    // Where nobody waits, what a gate says changes nothing; behind a stop somebody may wait.
    const bool idle = !entry.touched && !entry.row.next && entry.stored.gate.stopped_at == 0;
    if (!idle) {
      entry.row.next = next_time(sender);
      if (entry.row.next) entry.row.next = std::max(*entry.row.next, entry.row.gate.served_at);
    }
    entry.touched = false;
    if (entry.row == entry.stored) continue;
    session_.paces.save(partition_, sender, entry.row);
    entry.stored = entry.row;
  }
  for (auto& [tenant, quota] : quotas_) {
    if (quota.arrival == quota.stored) continue;
    session_.paces.save_quota(partition_, tenant, quota.arrival);
    quota.stored = quota.arrival;
  }
}

}  // namespace wac::store::sqlite
