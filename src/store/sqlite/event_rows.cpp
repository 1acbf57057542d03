#include "store/sqlite/event_rows.h"

#include <algorithm>

namespace wac::store::sqlite {

EventRows::EventRows(Connection& connection)
    : connection_(connection),
      insert_(connection, "sqlite: append event",
              "INSERT INTO events(seq, dedupe, part, tenant, body_until, forget_at, body) "
              "VALUES(?,?,?,?,?,?,?) ON CONFLICT(dedupe) DO NOTHING"),
      forget_mark_(connection, "sqlite: forget event",
                   "DELETE FROM events WHERE dedupe = ? AND forget_at <= ?"),
      read_(connection, "sqlite: read events",
            "SELECT seq, dedupe, body FROM events WHERE tenant = ?1 AND body IS NOT NULL AND seq > ?2 "
            "AND ((?3 >> part) & 1) ORDER BY seq LIMIT ?4"),
      last_seq_(connection, "sqlite: last event", "SELECT max(seq) FROM events"),
      old_bodies_(connection, "sqlite: old events",
                  "SELECT seq, body_until, body IS NOT NULL FROM events WHERE seq > ? ORDER BY seq LIMIT ?"),
      drop_body_(connection, "sqlite: drop event", "UPDATE events SET body = NULL WHERE seq = ?"),
      old_marks_(connection, "sqlite: old marks",
                 "SELECT seq, forget_at FROM events WHERE seq < (SELECT max(seq) FROM events) "
                 "ORDER BY seq LIMIT ?"),
      remove_(connection, "sqlite: remove event", "DELETE FROM events WHERE seq = ?") {
  next_seq_ = last_seq() + 1;
}

bool EventRows::append(Partition partition, const NewEvent& event, const EventRules& rules, WallTime now) {
  const WallTime forget_at = now + std::max(rules.dedupe_retention, rules.event_retention);
  const auto insert = [&] {
    // The number is not taken from the table: it must rise even when the last row was replaced.
    Query query{insert_,
                next_seq_,
                Bytes{event.dedupe.raw()},
                partition.number,
                event.tenant.str(),
                now + rules.event_retention,
                forget_at,
                Bytes{event.body.bytes}};
    return query.execute() == 1;
  };
  bool added = insert();
  if (!added && connection_.ok()) {
    bool forgotten = false;
    {
      Query query{forget_mark_, Bytes{event.dedupe.raw()}, now};
      forgotten = query.execute() == 1;
    }
    added = forgotten && insert();
  }
  if (added) ++next_seq_;
  return added;
}

EventPage EventRows::read(const TenantId& tenant, std::uint64_t partitions, std::int64_t after,
                          std::size_t limit) {
  EventPage page;
  page.cursor.text = std::to_string(after);
  Query query{read_, tenant.str(), after, partitions, static_cast<std::int64_t>(limit)};
  while (query.step()) {
    const auto id = crypto::Fingerprint::from_raw(query.bytes(1));
    if (!id) {
      connection_.note_corrupt("sqlite: an event's row");
      break;
    }
    page.cursor.text = std::to_string(query.integer(0));
    page.events.push_back({*id, {std::string{query.bytes(2)}}, page.cursor});
  }
  return page;
}

std::int64_t EventRows::last_seq() {
  Query query{last_seq_};
  return query.step() ? query.integer(0) : 0;
}

std::size_t EventRows::forget(WallTime now, std::size_t limit) {
  const std::size_t bodies = forget_bodies(now, limit);
  return bodies + forget_marks(now, limit);
}

std::size_t EventRows::forget_bodies(WallTime now, std::size_t limit) {
  std::vector<std::int64_t> drop;
  {
    Query query{old_bodies_, bodiless_, static_cast<std::int64_t>(limit)};
    while (query.step() && query.time(1) <= now) {
      bodiless_ = query.integer(0);
      if (query.integer(2) != 0) drop.push_back(bodiless_);
    }
  }
  for (const auto seq : drop) {
    Query query{drop_body_, seq};
    query.execute();
  }
  return drop.size();
}

// The last row stays, so that a restart finds the number to go on from.
std::size_t EventRows::forget_marks(WallTime now, std::size_t limit) {
  std::vector<std::int64_t> drop;
  {
    Query query{old_marks_, static_cast<std::int64_t>(limit)};
    while (query.step() && query.time(1) <= now) drop.push_back(query.integer(0));
  }
  for (const auto seq : drop) {
    Query query{remove_, seq};
    query.execute();
  }
  return drop.size();
}

SenderEvidence::SenderEvidence(Connection& connection)
    : load_(connection, "sqlite: load sender", "SELECT evidence_at FROM senders WHERE sender = ?"),
      save_(connection, "sqlite: save sender",
            "INSERT INTO senders(sender, evidence_at) VALUES(?1, ?2) "
            "ON CONFLICT(sender) DO UPDATE SET evidence_at = max(evidence_at, ?2)") {}

void SenderEvidence::observe(const SenderId& sender, WallTime now) {
  if (sender.empty()) return;
  auto found = known_.find(sender.str());
  if (found == known_.end()) found = known_.emplace(std::string{sender.str()}, WallTime{}).first;
  if (now <= found->second) return;
  found->second = now;
  if (std::ranges::find(unwritten_, sender.str()) == unwritten_.end()) unwritten_.push_back(found->first);
}

std::optional<WallTime> SenderEvidence::last(const SenderId& sender) {
  if (const auto found = known_.find(sender.str()); found != known_.end()) return found->second;
  Query query{load_, sender.str()};
  if (!query.step()) return std::nullopt;
  return known_.emplace(std::string{sender.str()}, query.time(0)).first->second;
}

void SenderEvidence::write() {
  for (const auto& sender : unwritten_) {
    Query query{save_, std::string_view{sender}, known_.find(sender)->second};
    query.execute();
  }
}

}  // namespace wac::store::sqlite
