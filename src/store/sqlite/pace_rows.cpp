#include "store/sqlite/pace_rows.h"

#include <algorithm>
#include <utility>

namespace wac::store::sqlite {
namespace {

/// How long Meta's pauses of a recipient are remembered without a success.
constexpr Millis kPairMemory{600'000};

std::optional<SenderRow> read_sender(Connection& connection, const Query& query, int first) {
  SenderRow row;
  row.gate.tenant = TenantId::parse(query.bytes(first)).value_or(TenantId{});
  const auto limits = limits_from(query.bytes(first + 1));
  const auto credential = crypto::Fingerprint::from_raw(query.bytes(first + 2));
  const auto probe = crypto::Fingerprint::from_raw(query.bytes(first + 3));
  if (!limits || !credential || !probe || !read_numbers(query.bytes(first + 4), row.gate)) {
    connection.note_corrupt("sqlite: a sender's row");
    return std::nullopt;
  }
  row.gate.limits = *limits;
  row.gate.credential = *credential;
  row.gate.probe = *probe;
  if (!query.is_null(first + 5)) row.next = query.real(first + 5);
  row.accepted = query.integer(first + 6);
  row.retrying = query.integer(first + 7);
  return row;
}

}  // namespace

PaceRows::PaceRows(Connection& connection)
    : connection_(connection),
      load_(connection, "sqlite: load pace",
            "SELECT tenant, limits, credential, probe, numbers, next, accepted, retrying FROM paces "
            "WHERE part = ? AND sender = ?"),
      save_(connection, "sqlite: save pace",
            "INSERT INTO paces VALUES(?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET tenant=excluded.tenant, "
            "limits=excluded.limits, credential=excluded.credential, probe=excluded.probe, "
            "numbers=excluded.numbers, next=excluded.next, accepted=excluded.accepted, "
            "retrying=excluded.retrying"),
      all_(connection, "sqlite: paces",
           "SELECT sender, tenant, limits, credential, probe, numbers, next, accepted, retrying FROM paces "
           "WHERE part = ? "
           "ORDER BY sender"),
      queued_(connection, "sqlite: queued intents",
              "SELECT sum(accepted), sum(retrying) FROM paces WHERE part = ?"),
      ready_(connection, "sqlite: ready senders",
             "SELECT sender FROM paces WHERE part = ? AND next IS NOT NULL AND next < ? + 1 "
             "ORDER BY next LIMIT ?"),
      next_(connection, "sqlite: next senders",
            "SELECT sender, next FROM paces WHERE part = ? AND next IS NOT NULL ORDER BY next LIMIT ?"),
      load_pair_(connection, "sqlite: load pair",
                 "SELECT arrival, paused_until, level FROM pairs "
                 "WHERE part = ? AND recipient = ?"),
      save_pair_(connection, "sqlite: save pair",
                 "INSERT INTO pairs VALUES(?,?,?,?,?,?) ON CONFLICT DO UPDATE SET arrival=excluded.arrival, "
                 "paused_until=excluded.paused_until, "
                 "level=excluded.level, forget_at=excluded.forget_at"),
      drop_pair_(connection, "sqlite: drop pair", "DELETE FROM pairs WHERE part = ? AND recipient = ?"),
      load_quota_(connection, "sqlite: load quota",
                  "SELECT arrival FROM quotas WHERE part = ? AND tenant = ?"),
      save_quota_(connection, "sqlite: save quota",
                  "INSERT INTO quotas VALUES(?,?,?) ON CONFLICT DO UPDATE SET arrival=excluded.arrival"),
      forget_(connection, "sqlite: forget pairs",
              "DELETE FROM pairs WHERE forget_at IN (SELECT forget_at FROM pairs "
              "WHERE forget_at IS NOT NULL AND forget_at <= ? ORDER BY forget_at LIMIT ?)") {}

std::optional<SenderRow> PaceRows::load(Partition partition, const SenderId& sender) {
  const auto [at, fresh] = kept_.try_emplace({partition, sender});
  if (fresh) {
    Query query{load_, partition.number, sender.str()};
    if (query.step()) at->second.row = read_sender(connection_, query, 0);
  }
  return at->second.row;
}

void PaceRows::save(Partition partition, const SenderId& sender, const SenderRow& row) {
  kept_[{partition, sender}] = {row, true};
}

void PaceRows::flush() {
  for (auto& [where, kept] : kept_) {
    if (!std::exchange(kept.changed, false)) continue;
    const auto& [partition, sender] = where;
    const SenderGate& gate = kept.row->gate;
    const std::string limits = limits_text(gate.limits);
    const std::string numbers = numbers_text(gate);
    Query query{save_,
                partition.number,
                sender.str(),
                gate.tenant.str(),
                std::string_view{limits},
                Bytes{gate.credential.raw()},
                Bytes{gate.probe.raw()},
                std::string_view{numbers},
                kept.row->next,
                kept.row->accepted,
                kept.row->retrying};
    query.execute();
  }
}

void PaceRows::write() {
  flush();
  kept_.clear();
}

void PaceRows::rolled_back() {
  kept_.clear();
  while (!undo_.empty()) {
    const auto [pair, row] = undo_.back();
    undo_.pop_back();
    if (row != 0) {
      alone_[pair] = row;
    } else {
      alone_.erase(pair);
    }
  }
}

std::vector<std::pair<SenderId, SenderRow>> PaceRows::all(Partition partition) {
  flush();
  std::vector<std::pair<SenderId, SenderRow>> rows;
  Query query{all_, partition.number};
  while (query.step()) {
    auto row = read_sender(connection_, query, 1);
    if (!row) break;
    rows.emplace_back(SenderId::parse(query.bytes(0)).value_or(SenderId{}), std::move(*row));
  }
  return rows;
}

std::pair<std::int64_t, std::int64_t> PaceRows::queued(Partition partition) {
  flush();
  Query query{queued_, partition.number};
  return query.step() ? std::pair{query.integer(0), query.integer(1)}
                      : std::pair{std::int64_t{0}, std::int64_t{0}};
}

std::vector<SenderId> PaceRows::ready(Partition partition, std::size_t limit, WallTime now) {
  flush();
  std::vector<SenderId> senders;
  Query query{ready_, partition.number, now, static_cast<std::int64_t>(limit)};
  while (query.step()) senders.push_back(SenderId::parse(query.bytes(0)).value_or(SenderId{}));
  return senders;
}

std::vector<std::pair<SenderId, double>> PaceRows::next(Partition partition, std::size_t limit) {
  flush();
  std::vector<std::pair<SenderId, double>> senders;
  Query query{next_, partition.number, static_cast<std::int64_t>(limit)};
  while (query.step()) {
    senders.emplace_back(SenderId::parse(query.bytes(0)).value_or(SenderId{}), query.real(1));
  }
  return senders;
}

PairRow PaceRows::load_pair(Partition partition, const crypto::Fingerprint& recipient) {
  PairRow row;
  Query query{load_pair_, partition.number, Bytes{recipient.raw()}};
  if (!query.step()) return row;
  row.stored = true;
  row.gate = {query.real(0), query.real(1), query.real(2)};
  return row;
}

bool PaceRows::save_pair(Partition partition, const crypto::Fingerprint& recipient, const PairRow& row,
                         WallTime now) {
  const double last_effect = std::max(row.gate.arrival, row.gate.paused_until);
  if (row.gate.level == 0 && last_effect <= static_cast<double>(to_millis(now))) {
    if (!row.stored) return false;
    Query query{drop_pair_, partition.number, Bytes{recipient.raw()}};
    query.execute();
    return false;
  }
  const WallTime forget_at = std::max(now, to_time(last_effect)) + kPairMemory;
  Query query{save_pair_,       partition.number,      Bytes{recipient.raw()},
              row.gate.arrival, row.gate.paused_until, row.gate.level,
              forget_at};
  query.execute();
  return true;
}

std::int64_t PaceRows::alone(Partition partition, const crypto::Fingerprint& recipient) const {
  const auto at = alone_.find({partition, recipient});
  return at == alone_.end() ? 0 : at->second;
}

void PaceRows::set_alone(Partition partition, const crypto::Fingerprint& recipient, std::int64_t row) {
  const std::int64_t before = alone(partition, recipient);
  if (before == row) return;
  undo_.emplace_back(Pair{partition, recipient}, before);
  if (row != 0) {
    alone_[{partition, recipient}] = row;
  } else {
    alone_.erase({partition, recipient});
  }
}

double PaceRows::load_quota(Partition partition, const TenantId& tenant) {
  Query query{load_quota_, partition.number, tenant.str()};
  return query.step() ? query.real(0) : 0;
}

void PaceRows::save_quota(Partition partition, const TenantId& tenant, double arrival) {
  Query query{save_quota_, partition.number, tenant.str(), arrival};
  query.execute();
}

std::size_t PaceRows::forget(WallTime now, std::size_t limit) {
  Query query{forget_, now, static_cast<std::int64_t>(limit)};
  return static_cast<std::size_t>(query.execute());
}

}  // namespace wac::store::sqlite
