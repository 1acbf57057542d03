#include "store/sqlite/turns.h"

#include "store/sqlite/session.h"

#include <algorithm>

namespace wac::store::sqlite {
namespace {

/// A sender's next turn is later than its last one, even within the same millisecond.
constexpr double kTurn = 1.0 / 1024;

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

void Turns::save_pair(const crypto::Fingerprint& recipient, PairRow pair, Head head) {
  const bool same = last_pair_ && last_pair_->first == recipient && last_pair_->second == pair;
  if (same && (pair.stored || head == Head::kSends)) return;
  pair.stored = session_.paces.save_pair(partition_, recipient, pair, head, now_);
  last_pair_.emplace(recipient, pair);
}

double& Turns::quota(const SenderGate& gate) {
  const auto [at, fresh] = quotas_.try_emplace(gate.tenant);
  if (fresh && gate.limits.tenant_per_second != 0) {
    at->second.arrival = at->second.stored = session_.paces.load_quota(partition_, gate.tenant);
  }
  return at->second.arrival;
}

Turns::Seat Turns::behind(std::int64_t last, const PairRow& pair) {
  Seat seat;
  seat.ready = kBlocked;
  seat.lane = last + 1;
  seat.hold = Hold::kOrder;
  seat.pair = pair;
  return seat;
}

Turns::Seat Turns::find_seat(const Place& place, std::int64_t row, WallTime due) {
  Seat seat;
  seat.ready = to_millis(due);
  if (!has_recipient(place)) return seat;
  const bool is_new = row == kNewRow;
  // What is scheduled takes its place when its time comes.
  if (is_new && due > now_) return seat;
  // Where others wait somebody has the turn, and the recipient's row says nothing new.
  const auto last = is_new ? session_.queues.last_in_lane(partition_, place.recipient) : std::nullopt;
  if (last) return behind(*last, {});
  seat.pair = pair_of(place.recipient);
  const bool first = seat.pair.head == row;
  if (due > now_ && !first) return seat;
  if (seat.pair.head != 0 && !first && session_.queues.holds_turn(seat.pair.head)) {
    const auto there = is_new ? last : session_.queues.last_in_lane(partition_, place.recipient);
    return behind(there.value_or(0), seat.pair);
  }
  seat.turn = true;
  const Opening opening = pair_opening(seat.pair.gate, gate(place.sender).limits, now_);
  if (opening.hold != Hold::kNone && to_millis(to_time(opening.ready)) > seat.ready) {
    seat.ready = to_millis(to_time(opening.ready));
    seat.hold = opening.hold;
  }
  return seat;
}

void Turns::take_seat(const Place& place, std::int64_t row, const Seat& seat, Head head) {
  // Who joins a lane changes nothing about its first, except that a turn in memory only has to be written
  // down.
  const bool writes_down = seat.lane && seat.pair.head != 0 && !seat.pair.stored;
  if (!seat.turn && !writes_down) return;
  PairRow pair = seat.pair;
  if (seat.turn) pair.head = row;
  save_pair(place.recipient, pair, head);
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

void Turns::start(const Place& place, std::int64_t row, Seat* seat, WallTime lease_end) {
  SenderGate& sender = gate(place.sender);
  store::start(sender, quota(sender), place.key, lease_end, now_);
  if (!has_recipient(place)) return;
  if (seat == nullptr) {
    PairRow pair = pair_of(place.recipient);
    store::start(pair.gate, sender.limits, now_);
    save_pair(place.recipient, pair, Head::kSends);
    return;
  }
  store::start(seat->pair.gate, sender.limits, now_);
  take_seat(place, row, *seat, Head::kSends);
}

void Turns::learn(const IntentRow& row, const PaceSignal& signal, IntentState state) {
  if (signal.kind == PaceSignal::Kind::kNone) return;
  store::learn(gate(row.place.sender), signal, row.place.key, now_);
  if (!has_recipient(row.place)) return;
  PairRow pair = pair_of(row.place.recipient);
  const double before = pair.gate.level;
  store::learn(pair.gate, signal, state, now_);
  const bool changed = pair.gate.level != before || signal.kind == PaceSignal::Kind::kPairThrottled;
  if (changed) save_pair(row.place.recipient, pair, Head::kSends);
}

void Turns::moved(IntentRow& row, IntentState from) {
  Place& place = row.place;
  if (from == IntentState::kSending) end_probe(gate(place.sender), place.key);
  place.ready.reset();
  place.lane.reset();
  row.progress.hold = Hold::kNone;
  if (waits(row.progress.state)) {
    const Seat seat = find_seat(place, row.row, row.progress.due);
    place.ready = seat.ready;
    place.lane = seat.lane;
    row.progress.hold = seat.hold;
    if (!seat.lane) row.progress.due = std::max(row.progress.due, from_millis(seat.ready));
    take_seat(place, row.row, seat);
    const Opening sender = opening(place);
    if (seat.hold == Hold::kNone && to_time(sender.ready) > row.progress.due) row.progress.hold = sender.hold;
  } else if (row.progress.state != IntentState::kSending) {
    pass_turn(row);
  }
  count(place.sender, from, -1);
  count(place.sender, row.progress.state, 1);
}

void Turns::count(const SenderId& sender, IntentState state, int change) {
  if (!waits(state)) return;
  Entry& changed = entry(sender);
  (state == IntentState::kAccepted ? changed.row.accepted : changed.row.retrying) += change;
  changed.touched = true;
}

void Turns::pass_turn(const IntentRow& row) {
  if (!has_recipient(row.place)) return;
  PairRow pair = pair_of(row.place.recipient);
  if (pair.head != row.row) return;
  auto next = pair.stored ? session_.queues.first_in_lane(partition_, row.place.recipient) : std::nullopt;
  pair.head = next ? next->row : 0;
  save_pair(row.place.recipient, pair, Head::kWaits);
  if (!next) return;
  passed_turn_ = true;
  touch(row.place.sender);
  next->place.lane.reset();
  const Seat seat = find_seat(next->place, next->row, std::min(next->progress.due, now_));
  next->place.ready = seat.ready;
  next->progress.hold = seat.hold;
  next->progress.due = std::max(next->progress.due, from_millis(seat.ready));
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
