#include "store/sqlite/intent_queues.h"

#include "store/sqlite/intent_columns.h"

#include <algorithm>

namespace wac::store::sqlite {

IntentQueues::IntentQueues(Connection& connection)
    : connection_(connection),
      leases_(connection, "sqlite: leases",
              select_full(", payload FROM intents WHERE part = ? AND state > 1 AND state < 4 AND due <= ? "
                          "ORDER BY due, row LIMIT ?")),
      expired_(connection, "sqlite: expired intents",
               select_full(" FROM intents WHERE part = ? AND ready IS NOT NULL AND expires_at IS NOT NULL "
                           "AND expires_at <= ? ORDER BY expires_at LIMIT ?")),
      next_lease_(connection, "sqlite: next lease",
                  "SELECT due FROM intents WHERE part = ? AND state > 1 AND state < 4 ORDER BY due LIMIT 1"),
      next_expiry_(connection, "sqlite: next expiry",
                   "SELECT expires_at FROM intents WHERE part = ? AND ready IS NOT NULL "
                   "AND expires_at IS NOT NULL ORDER BY expires_at LIMIT 1"),
      first_ready_(connection, "sqlite: first ready",
                   "SELECT ready FROM intents WHERE part = ? AND sender = ? AND priority = ? "
                   "AND ready IS NOT NULL ORDER BY ready LIMIT 1"),
      next_(connection, "sqlite: next intent",
            select_full(", payload FROM intents WHERE part = ? AND sender = ? AND priority = ? "
                        "AND ready IS NOT NULL AND ready <= ? ORDER BY ready, row LIMIT 1")),
      first_due_(connection, "sqlite: first due",
                 "SELECT due FROM intents INDEXED BY intents_waiting WHERE part = ? AND state = ? AND "
                 "likely(state < 2) "
                 "ORDER BY due LIMIT 1"),
      due_(connection, "sqlite: due intents",
           "SELECT 1 FROM intents INDEXED BY intents_waiting WHERE part = ? AND state = ? AND "
           "likely(state < 2) AND due <= ?"),
      not_due_(connection, "sqlite: scheduled intents",
               "SELECT 1 FROM intents INDEXED BY intents_waiting WHERE part = ? AND state = ? AND "
               "likely(state < 2) AND due > ?"),
      lane_(connection, "sqlite: lane",
            select_progress(" FROM intents WHERE part = ? AND recipient = ? AND lane IS NOT NULL "
                            "AND lane > ? ORDER BY lane LIMIT 1")),
      lane_end_(connection, "sqlite: end of a lane",
                "SELECT max(lane) FROM intents WHERE part = ? AND recipient = ? AND lane IS NOT NULL"),
      set_lane_(connection, "sqlite: set lane", "UPDATE intents SET lane = ? WHERE row = ?"),
      dead_(connection, "sqlite: dead letters",
            select_full(" FROM intents WHERE part = ? AND state = 23 AND (updated, key) < (?, ?) "
                        "ORDER BY updated DESC, key DESC LIMIT ?")) {}

std::vector<FullIntentRow> IntentQueues::all(Query& query) {
  std::vector<FullIntentRow> rows;
  while (query.step()) {
    auto row = read_full(connection_, query);
    if (!row) break;
    rows.push_back(std::move(*row));
  }
  return rows;
}

std::vector<FullIntentRow> IntentQueues::leases(Partition partition, std::size_t limit, WallTime now) {
  Query query{leases_, partition.number, now, static_cast<std::int64_t>(limit)};
  std::vector<FullIntentRow> rows;
  while (query.step()) {
    auto row = read_full(connection_, query);
    if (!row) break;
    row->record.payload.bytes = query.bytes(kAfterIdentity);
    rows.push_back(std::move(*row));
  }
  return rows;
}

std::vector<FullIntentRow> IntentQueues::expired(Partition partition, std::size_t limit, WallTime now) {
  Query query{expired_, partition.number, now, static_cast<std::int64_t>(limit)};
  return all(query);
}

std::optional<WallTime> IntentQueues::next_lease_or_expiry(Partition partition) {
  std::optional<WallTime> next;
  for (Statement* statement : {&next_lease_, &next_expiry_}) {
    Query query{*statement, partition.number};
    if (query.step() && (!next || query.time(0) < *next)) next = query.time(0);
  }
  return next;
}

std::optional<std::int64_t> IntentQueues::first_ready(Partition partition, const SenderId& sender,
                                                      Priority priority) {
  Query query{first_ready_, partition.number, sender.str(), static_cast<std::uint32_t>(priority)};
  if (!query.step() || query.integer(0) >= kBlocked) return std::nullopt;
  return query.integer(0);
}

std::optional<FullIntentRow> IntentQueues::next(Partition partition, const SenderId& sender, WallTime now) {
  for (const Priority priority : {Priority::kHigh, Priority::kNormal}) {
    Query query{next_, partition.number, sender.str(), static_cast<std::uint32_t>(priority), now};
    if (!query.step()) continue;
    auto row = read_full(connection_, query);
    if (row) row->record.payload.bytes = query.bytes(kAfterIdentity);
    return row;
  }
  return std::nullopt;
}

std::optional<WallTime> IntentQueues::first_due(Partition partition, IntentState state) {
  Query query{first_due_, partition.number, static_cast<std::uint32_t>(state)};
  if (!query.step()) return std::nullopt;
  return query.time(0);
}

std::uint64_t IntentQueues::count_due(Partition partition, IntentState state, std::uint64_t all,
                                      WallTime now) {
  Query due{due_, partition.number, static_cast<std::uint32_t>(state), now};
  Query not_due{not_due_, partition.number, static_cast<std::uint32_t>(state), now};
  std::uint64_t steps = 0;
  while (due.step()) {
    // `all` was read before: some may have come since.
    if (!not_due.step()) return all - std::min(all, steps);
    ++steps;
  }
  return steps;
}

std::optional<IntentRow> IntentQueues::next_in_lane(Partition partition, const crypto::Fingerprint& recipient,
                                                    std::int64_t lane) {
  Query query{lane_, partition.number, Bytes{recipient.raw()}, lane};
  if (!query.step()) return std::nullopt;
  return read_row(connection_, query);
}

std::optional<std::int64_t> IntentQueues::last_in_lane(Partition partition,
                                                       const crypto::Fingerprint& recipient) {
  Query query{lane_end_, partition.number, Bytes{recipient.raw()}};
  if (!query.step() || query.is_null(0)) return std::nullopt;
  return query.integer(0);
}

void IntentQueues::set_lane(std::int64_t row, std::int64_t lane) {
  Query query{set_lane_, lane, row};
  query.execute();
}

std::vector<IntentRecord> IntentQueues::dead(Partition partition, const DeadBefore& before,
                                             std::size_t limit) {
  Query query{dead_, partition.number, before.updated, Bytes{before.key.raw()},
              static_cast<std::int64_t>(limit)};
  std::vector<IntentRecord> records;
  for (auto& row : all(query)) {
    row.record.wamid.bytes.clear();
    records.push_back(std::move(row.record));
  }
  return records;
}

}  // namespace wac::store::sqlite
