#include "store/sqlite/intent_rows.h"

#include "store/sqlite/intent_columns.h"
#include "store/sqlite/timeline.h"

namespace wac::store::sqlite {
namespace {

std::optional<FullIntentRow> one_full(Connection& connection, Query& query) {
  if (!query.step()) return std::nullopt;
  return read_full(connection, query);
}

}  // namespace

IntentRows::IntentRows(Connection& connection)
    : connection_(connection),
      insert_(connection, "sqlite: insert intent",
              "INSERT INTO intents(part, key, id_print, body, tenant, id, sender, correlation, created, "
              "on_unknown, "
              "age_from, expires_at, state, attempt, token, updated, due, forget_at, error_code, "
              "upstream_status, "
              "duplicates, message_attempt, counted, timeline, wamid, payload, recipient, priority, hold, "
              "ready, lane, preparation) "
              "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,0,0,0,0,0,?,NULL,?,?,?,?,?,?,?) "
              "ON CONFLICT DO NOTHING"),
      load_(connection, "sqlite: load intent", select_progress(" FROM intents WHERE part = ? AND key = ?")),
      load_by_message_(connection, "sqlite: load intent by message",
                       select_progress(" FROM intents WHERE part = ? AND message_print = ?")),
      load_full_(connection, "sqlite: load intent", select_full(" FROM intents WHERE part = ? AND key = ?")),
      load_by_id_(connection, "sqlite: find intent",
                  select_full(" FROM intents WHERE part = ? AND id_print = ?")),
      save_(connection, "sqlite: save intent",
            "UPDATE intents SET state=?, attempt=?, token=?, updated=?, due=?, forget_at=?, error_code=?, "
            "upstream_status=?, duplicates=?, message_attempt=?, counted=?, timeline=?, pricing=?, hold=?, "
            "uncounted=?, age_from=?, ready=?, lane=?, alternative=?, preparation=? WHERE row = ?"),
      save_dropping_(
          connection, "sqlite: settle intent",
          "UPDATE intents SET state=?, attempt=?, token=?, updated=?, due=?, forget_at=?, "
          "error_code=?, upstream_status=?, duplicates=?, message_attempt=?, counted=?, timeline=?, "
          "pricing=?, hold=?, uncounted=?, age_from=?, ready=?, lane=?, alternative=?, preparation=?, "
          "payload=NULL, wamid=coalesce(?, wamid), message_print=coalesce(nullif(?, x''), message_print) "
          "WHERE row = ?"),
      set_wamid_(connection, "sqlite: set wamid",
                 "UPDATE intents SET wamid = ?, message_print = nullif(?, x'') WHERE row = ?"),
      remove_(connection, "sqlite: remove intent", "DELETE FROM intents WHERE row = ?"),
      sending_(connection, "sqlite: leases",
               select_progress(
                   " FROM intents INDEXED BY intents_leases WHERE state > 1 AND state < 4 AND state = 2")),
      count_(connection, "sqlite: count leases",
             "SELECT state, count(*), sum(due <= ?2), min(due) FROM intents INDEXED BY intents_leases "
             "WHERE part = ?1 AND state > 1 AND state < 4 GROUP BY state"),
      scan_(connection, "sqlite: scan intents",
            select_full(" FROM intents WHERE part = ? AND key > ? ORDER BY key LIMIT ?")),
      forget_(connection, "sqlite: forget intents",
              "DELETE FROM intents WHERE row IN "
              "(SELECT row FROM intents WHERE forget_at IS NOT NULL AND forget_at <= ? LIMIT ?)") {}

std::optional<std::int64_t> IntentRows::insert(Partition partition, const NewIntent& intent,
                                               const Progress& progress, const Place& place) {
  const std::string timeline = encode_timeline(progress.timeline);
  const std::string_view payload = keeps_payload(progress.state) ? intent.payload.bytes : std::string_view{};
  Query query{insert_,
              partition.number,
              Bytes{intent.key.raw()},
              Bytes{intent.id_fingerprint.raw()},
              Bytes{intent.body.raw()},
              intent.tenant.str(),
              intent.id.str(),
              intent.sender.str(),
              intent.correlation.str(),
              intent.created,
              static_cast<std::uint32_t>(progress.on_unknown),
              progress.age_from,
              progress.expires_at,
              static_cast<std::uint32_t>(progress.state),
              progress.attempt,
              progress.token,
              progress.updated,
              progress.due,
              progress.forget_at,
              Bytes{timeline},
              Bytes{payload},
              OptionalPrint{place.recipient.raw()},
              static_cast<std::uint32_t>(place.priority),
              static_cast<std::uint32_t>(progress.hold),
              place.ready,
              place.lane,
              static_cast<std::uint32_t>(progress.preparation)};
  if (query.execute() != 1) return std::nullopt;
  return connection_.last_row();
}

std::optional<IntentRow> IntentRows::load(Partition partition, const IntentKey& key) {
  Query query{load_, partition.number, Bytes{key.raw()}};
  if (!query.step()) return std::nullopt;
  return read_row(connection_, query);
}

std::optional<IntentRow> IntentRows::load_by_message(Partition partition,
                                                     const crypto::Fingerprint& message) {
  Query query{load_by_message_, partition.number, Bytes{message.raw()}};
  if (!query.step()) return std::nullopt;
  return read_row(connection_, query);
}

std::optional<FullIntentRow> IntentRows::load_full(Partition partition, const IntentKey& key) {
  Query query{load_full_, partition.number, Bytes{key.raw()}};
  return one_full(connection_, query);
}

std::optional<FullIntentRow> IntentRows::load_by_id(Partition partition,
                                                    const crypto::Fingerprint& id_print) {
  Query query{load_by_id_, partition.number, Bytes{id_print.raw()}};
  return one_full(connection_, query);
}

void IntentRows::save(const IntentRow& saved, const crypto::SealedBlob* wamid,
                      const crypto::Fingerprint& message) {
  const Progress& progress = saved.progress;
  const std::string timeline = encode_timeline(progress.timeline);
  const Bytes print{message == crypto::Fingerprint{} ? std::string_view{""} : message.raw()};
  const auto run = [&](Statement& statement, const auto&... more) {
    Query query{statement,
                static_cast<std::uint32_t>(progress.state),
                progress.attempt,
                progress.token,
                progress.updated,
                progress.due,
                progress.forget_at,
                progress.error_code,
                progress.upstream_status,
                progress.duplicates,
                progress.message_attempt,
                progress.counted,
                Bytes{timeline},
                std::string_view{progress.pricing},
                static_cast<std::uint32_t>(progress.hold),
                progress.uncounted,
                progress.age_from,
                saved.place.ready,
                saved.place.lane,
                static_cast<std::uint32_t>(progress.alternative),
                static_cast<std::uint32_t>(progress.preparation),
                more...,
                saved.row};
    query.execute();
  };
  if (!keeps_payload(progress.state)) {
    if (wamid != nullptr) {
      run(save_dropping_, Bytes{wamid->bytes}, print);
    } else {
      run(save_dropping_, nullptr, print);
    }
    return;
  }
  run(save_);
  if (wamid == nullptr) return;
  Query query{set_wamid_, Bytes{wamid->bytes}, print, saved.row};
  query.execute();
}

void IntentRows::remove(std::int64_t row) {
  Query query{remove_, row};
  query.execute();
}

std::vector<IntentRow> IntentRows::all_sending() {
  Query query{sending_};
  std::vector<IntentRow> rows;
  while (query.step()) {
    auto row = read_row(connection_, query);
    if (!row) break;
    rows.push_back(std::move(*row));
  }
  return rows;
}

StateCounts IntentRows::count_leases(Partition partition, WallTime now) {
  StateCounts counts;
  Query query{count_, partition.number, now};
  while (query.step()) {
    counts.by_state.at(static_cast<std::size_t>(query.integer(0)) % counts.by_state.size()) =
        static_cast<std::uint64_t>(query.integer(1));
    counts.due_now += static_cast<std::uint64_t>(query.integer(2));
    const WallTime earliest = query.time(3);
    if (!counts.oldest_due || earliest < *counts.oldest_due) counts.oldest_due = earliest;
  }
  return counts;
}

std::vector<IntentRecord> IntentRows::scan(Partition partition, std::string_view after, std::size_t limit) {
  Query query{scan_, partition.number, Bytes{after}, static_cast<std::int64_t>(limit)};
  std::vector<IntentRecord> records;
  while (query.step()) {
    auto row = read_full(connection_, query);
    if (!row) break;
    row->record.wamid.bytes.clear();
    records.push_back(std::move(row->record));
  }
  return records;
}

std::size_t IntentRows::forget(WallTime now, std::size_t limit) {
  Query query{forget_, now, static_cast<std::int64_t>(limit)};
  return static_cast<std::size_t>(query.execute());
}

}  // namespace wac::store::sqlite
