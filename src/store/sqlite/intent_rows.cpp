#include "store/sqlite/intent_rows.h"

#include "store/sqlite/timeline.h"

namespace wac::store::sqlite {
namespace {

constexpr std::string_view kProgress =
    "row, on_unknown, age_from, expires_at, state, attempt, token, updated, due, forget_at, "
    "error_code, upstream_status, duplicates, message_attempt, counted, timeline, pricing";
constexpr std::string_view kIdentity = ", key, body, tenant, id, sender, correlation, created, wamid";

constexpr int kFirstIdentity = 17;
constexpr int kWamid = kFirstIdentity + 7;
constexpr int kPayload = kWamid + 1;

std::uint32_t small(const Query& query, int column) {
  return static_cast<std::uint32_t>(query.integer(column));
}

bool read_progress(const Query& query, IntentRow& out) {
  out.row = query.integer(0);
  Progress& progress = out.progress;
  progress.on_unknown = query.integer(1) == 0 ? OnUnknown::kHold : OnUnknown::kResend;
  progress.age_from = query.time(2);
  progress.expires_at = query.optional_time(3);
  const auto state = intent_state_from(static_cast<std::uint8_t>(query.integer(4)));
  progress.attempt = small(query, 5);
  progress.token = static_cast<std::uint64_t>(query.integer(6));
  progress.updated = query.time(7);
  progress.due = query.time(8);
  progress.forget_at = query.optional_time(9);
  progress.error_code = small(query, 10);
  progress.upstream_status = small(query, 11);
  progress.duplicates = small(query, 12);
  progress.message_attempt = small(query, 13);
  progress.counted = static_cast<std::uint64_t>(query.integer(14));
  auto timeline = decode_timeline(query.bytes(15));
  progress.pricing = query.bytes(16);
  if (!state || !timeline) return false;
  progress.state = *state;
  progress.timeline = std::move(*timeline);
  return true;
}

bool read_identity(const Query& query, IntentRecord& out) {
  const auto key = IntentKey::from_raw(query.bytes(kFirstIdentity));
  const auto body = crypto::Fingerprint::from_raw(query.bytes(kFirstIdentity + 1));
  const auto tenant = TenantId::parse(query.bytes(kFirstIdentity + 2));
  const auto id = IntentId::parse(query.bytes(kFirstIdentity + 3));
  if (!key || !body || !tenant || !id) return false;
  out.key = *key;
  out.body = *body;
  out.tenant = *tenant;
  out.id = *id;
  // These two may be empty, which is not a value that parses.
  out.sender = SenderId::parse(query.bytes(kFirstIdentity + 4)).value_or(SenderId{});
  out.correlation = CorrelationId::parse(query.bytes(kFirstIdentity + 5)).value_or(CorrelationId{});
  out.created = query.time(kFirstIdentity + 6);
  return true;
}

std::optional<FullIntentRow> read_full(Connection& connection, const Query& query) {
  IntentRow base;
  FullIntentRow full;
  if (!read_progress(query, base) || !read_identity(query, full.record)) {
    connection.note_corrupt("sqlite: an intent's row");
    return std::nullopt;
  }
  full.row = base.row;
  full.progress = std::move(base.progress);
  full.record.wamid.bytes = query.bytes(kWamid);
  show(full.progress, full.record);
  return full;
}

std::optional<IntentRow> one(Connection& connection, Query& query) {
  if (!query.step()) return std::nullopt;
  IntentRow row;
  if (read_progress(query, row)) return row;
  connection.note_corrupt("sqlite: an intent's row");
  return std::nullopt;
}

std::optional<FullIntentRow> one_full(Connection& connection, Query& query) {
  if (!query.step()) return std::nullopt;
  return read_full(connection, query);
}

std::string select_progress(std::string_view rest) {
  return std::string{"SELECT "}.append(kProgress).append(rest);
}

std::string select_full(std::string_view rest) {
  return std::string{"SELECT "}.append(kProgress).append(kIdentity).append(rest);
}

}  // namespace

IntentRows::IntentRows(Connection& connection)
    : connection_(connection),
      insert_(connection, "sqlite: insert intent",
              "INSERT INTO intents(part, key, id_print, body, tenant, id, sender, correlation, created, "
              "on_unknown, "
              "age_from, expires_at, state, attempt, token, updated, due, forget_at, error_code, "
              "upstream_status, "
              "duplicates, message_attempt, counted, timeline, wamid, payload) "
              "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,0,0,0,0,0,?,NULL,?) ON CONFLICT DO NOTHING"),
      load_(connection, "sqlite: load intent", select_progress(" FROM intents WHERE part = ? AND key = ?")),
      load_by_message_(connection, "sqlite: load intent by message",
                       select_progress(" FROM intents WHERE part = ? AND message_print = ?")),
      load_full_(connection, "sqlite: load intent", select_full(" FROM intents WHERE part = ? AND key = ?")),
      load_by_id_(connection, "sqlite: find intent",
                  select_full(" FROM intents WHERE part = ? AND id_print = ?")),
      save_(connection, "sqlite: save intent",
            "UPDATE intents SET state=?, attempt=?, token=?, updated=?, due=?, forget_at=?, error_code=?, "
            "upstream_status=?, duplicates=?, message_attempt=?, counted=?, timeline=?, pricing=? WHERE row "
            "= ?"),
      save_dropping_(
          connection, "sqlite: settle intent",
          "UPDATE intents SET state=?, attempt=?, token=?, updated=?, due=?, forget_at=?, "
          "error_code=?, upstream_status=?, duplicates=?, message_attempt=?, counted=?, timeline=?, "
          "pricing=?, "
          "payload=NULL, wamid=coalesce(?, wamid), message_print=coalesce(nullif(?, x''), message_print) "
          "WHERE row = ?"),
      set_wamid_(connection, "sqlite: set wamid",
                 "UPDATE intents SET wamid = ?, message_print = nullif(?, x'') WHERE row = ?"),
      remove_(connection, "sqlite: remove intent", "DELETE FROM intents WHERE row = ?"),
      due_(connection, "sqlite: due intents",
           select_full(", payload FROM intents WHERE part = ? AND state < 4 AND due <= ? "
                       "ORDER BY due, row LIMIT ?")),
      next_due_(connection, "sqlite: next due",
                "SELECT due FROM intents WHERE part = ? AND state < 4 ORDER BY due LIMIT 1"),
      sending_(connection, "sqlite: leases",
               select_progress(" FROM intents INDEXED BY intents_due WHERE state < 4 AND state = 2")),
      count_(connection, "sqlite: count intents",
             "SELECT state, count(*), sum(due <= ?2), min(due) FROM intents INDEXED BY intents_due "
             "WHERE part = ?1 AND state < 4 GROUP BY state"),
      scan_(connection, "sqlite: scan intents",
            select_full(" FROM intents WHERE part = ? AND key > ? ORDER BY key LIMIT ?")),
      forget_(connection, "sqlite: forget intents",
              "DELETE FROM intents WHERE row IN "
              "(SELECT row FROM intents WHERE forget_at IS NOT NULL AND forget_at <= ? LIMIT ?)") {}

bool IntentRows::insert(Partition partition, const NewIntent& intent, const Progress& progress) {
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
              Bytes{payload}};
  return query.execute() == 1;
}

std::optional<IntentRow> IntentRows::load(Partition partition, const IntentKey& key) {
  Query query{load_, partition.number, Bytes{key.raw()}};
  return one(connection_, query);
}

std::optional<IntentRow> IntentRows::load_by_message(Partition partition,
                                                     const crypto::Fingerprint& message) {
  Query query{load_by_message_, partition.number, Bytes{message.raw()}};
  return one(connection_, query);
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

void IntentRows::save(std::int64_t row, const Progress& progress, const crypto::SealedBlob* wamid,
                      const crypto::Fingerprint& message) {
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
                more...,
                row};
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
  Query query{set_wamid_, Bytes{wamid->bytes}, print, row};
  query.execute();
}

void IntentRows::remove(std::int64_t row) {
  Query query{remove_, row};
  query.execute();
}

std::vector<FullIntentRow> IntentRows::due(Partition partition, std::size_t limit, WallTime now) {
  Query query{due_, partition.number, now, static_cast<std::int64_t>(limit)};
  std::vector<FullIntentRow> rows;
  while (query.step()) {
    auto row = read_full(connection_, query);
    if (!row) break;
    row->record.payload.bytes = query.bytes(kPayload);
    rows.push_back(std::move(*row));
  }
  return rows;
}

std::optional<WallTime> IntentRows::next_due(Partition partition) {
  Query query{next_due_, partition.number};
  if (!query.step()) return std::nullopt;
  return query.time(0);
}

std::vector<IntentRow> IntentRows::all_sending() {
  Query query{sending_};
  std::vector<IntentRow> rows;
  while (query.step()) {
    IntentRow row;
    if (!read_progress(query, row)) {
      connection_.note_corrupt("sqlite: an intent's row");
      break;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

StateCounts IntentRows::count(Partition partition, WallTime now) {
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
