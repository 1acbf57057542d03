// What take_due() decides. See session.h.

#include "store/sqlite/session.h"
#include "store/sqlite/turns.h"

#include <algorithm>

namespace wac::store::sqlite {
namespace {

class DueRun {
 public:
  DueRun(Session& session, Partition partition, std::size_t limit, const DueRules& rules, WallTime now)
      : session_(session),
        partition_(partition),
        limit_(limit),
        rules_(rules),
        now_(now),
        turns_(session, partition, now),
        looks_(2 * limit) {}

  DueBatch run() {
    end_leases();
    expire();
    // Whoever has the turn now may go in this very call.
    turns_.finish();
    serve();
    turns_.finish();
    find_next();
    return std::move(batch_);
  }

 private:
  std::size_t left() const { return limit_ - batch_.items.size(); }

  /// Decides about a row that `from` now leaves, and hands it out.
  void decide(FullIntentRow& row, std::optional<WallTime> evidence_at) {
    const IntentState from = row.progress.state;
    const DueAction action = decide_due(row.progress, rules_, evidence_at, now_);
    if (action == DueAction::kResend) {
      turns_.start(row.place, row.row, Turn::kNone, row.progress.due);
    }
    turns_.moved(row, from);
    session_.intents.save(row, nullptr);
    show(row.progress, row.record);
    if (action != DueAction::kSend && action != DueAction::kResend) row.record.payload.bytes.clear();
    batch_.items.push_back({action, std::move(row.record)});
  }

  void end_leases() {
    for (auto& row : session_.queues.leases(partition_, left(), now_)) {
      const bool asks = row.progress.state == IntentState::kUnknown;
      if (const WallTime end = window_end(row.progress, rules_, now_); asks && end > now_) {
        row.progress.due = end;
        session_.intents.save(row, nullptr);
        continue;
      }
      const auto evidence_at = asks ? session_.evidence.last(row.record.sender) : std::nullopt;
      if (asks && may_resend(row.progress, rules_, evidence_at, now_)) {
        const Opening opening = turns_.opening(row.place);
        if (opening.hold != Hold::kNone) {
          row.progress.due = opening.ready < kNever ? to_time(opening.ready) : now_ + kStoppedRetry;
          session_.intents.save(row, nullptr);
          continue;
        }
      }
      decide(row, evidence_at);
    }
  }

  void expire() {
    for (auto& row : session_.queues.expired(partition_, left(), now_)) decide(row, std::nullopt);
  }

  /// Senders take turns, one intent each.
  void serve() {
    struct Turn {
      SenderId sender;
      std::size_t taken = 0;
    };
    std::vector<Turn> open;
    for (auto& sender : session_.paces.ready(partition_, left() + rules_.skip.size(), now_)) {
      if (!skipped(sender)) open.push_back({std::move(sender)});
    }
    while (!open.empty() && left() != 0 && looks_ != 0 && session_.connection->ok()) {
      std::erase_if(open, [this](Turn& turn) {
        if (left() == 0 || looks_ == 0) return false;
        if (turn.taken == 0) turns_.served(turn.sender);
        const std::size_t before = batch_.items.size();
        if (!serve_one(turn.sender)) return true;
        turn.taken += batch_.items.size() - before;
        return rules_.per_sender != 0 && turn.taken >= rules_.per_sender;
      });
    }
  }

  /// False: the sender has nothing that could go now.
  bool serve_one(const SenderId& sender) {
    --looks_;
    Place gate;
    gate.sender = sender;
    if (turns_.opening(gate).hold != Hold::kNone) return false;
    auto row = session_.queues.next(partition_, sender, now_);
    if (!row) return false;
    if (at_its_end(row->progress, rules_, now_)) {
      decide(*row, std::nullopt);
      return true;
    }
    const bool first = turns_.has_turn(row->place, row->row);
    const auto seat = turns_.find_seat(row->place, from_millis(*row->place.ready), first);
    if (seat.hold != Hold::kNone) {
      wait(*row, seat);
      return true;
    }
    const IntentState from = row->progress.state;
    const DueAction action = decide_due(row->progress, rules_, std::nullopt, now_);
    turns_.start(row->place, row->row, Turn::kTakes, row->progress.due);
    turns_.moved(*row, from);
    session_.intents.save(*row, nullptr);
    show(row->progress, row->record);
    batch_.items.push_back({action, std::move(row->record)});
    return true;
  }

  void wait(FullIntentRow& row, const Turns::Seat& seat) {
    turns_.take(row, seat);
    turns_.touch(row.place.sender);
    session_.intents.save(row, nullptr);
  }

  void find_next() {
    batch_.next_due = session_.queues.next_lease_or_expiry(partition_);
    for (const auto& [sender, next] : session_.paces.next(partition_, rules_.skip.size() + 1)) {
      if (skipped(sender)) continue;
      // Not the time of its turn: that only orders those who are ready.
      const auto ready = turns_.next_time(sender);
      const WallTime time = to_time(ready.value_or(next));
      if (!batch_.next_due || time < *batch_.next_due) batch_.next_due = time;
      break;
    }
  }

  bool skipped(const SenderId& sender) const {
    return std::ranges::find(rules_.skip, sender) != rules_.skip.end();
  }

  Session& session_;
  Partition partition_;
  std::size_t limit_;
  const DueRules& rules_;
  WallTime now_;
  Turns turns_;
  std::size_t looks_;  ///< bounds what one call does for intents that then have to wait
  DueBatch batch_;
};

}  // namespace

DueBatch take_due(Session& session, Partition partition, std::size_t limit, const DueRules& rules,
                  WallTime now) {
  return DueRun{session, partition, limit, rules, now}.run();
}

}  // namespace wac::store::sqlite
