#include "store/sqlite/schema.h"

#include <array>

namespace wac::store::sqlite {
namespace {

/// "WACS": marks the file as ours in its header.
constexpr std::int64_t kApplicationId = 0x57414353;

// Bodies live in rowid tables, which grow at the end; the look-ups by random keys are slim indexes beside
// them. `part` comes first in those, so that a partition's entries are neighbours. A forgotten event keeps
// its row without a body until its dedupe retention ends.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE intents(
  row INTEGER PRIMARY KEY,
  part INTEGER NOT NULL,
  key BLOB NOT NULL,
  id_print BLOB NOT NULL,
  body BLOB NOT NULL,
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  sender TEXT NOT NULL,
  correlation TEXT NOT NULL,
  created INTEGER NOT NULL,
  on_unknown INTEGER NOT NULL,
  age_from INTEGER NOT NULL,
  expires_at INTEGER,
  state INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  token INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  due INTEGER NOT NULL,
  forget_at INTEGER,
  error_code INTEGER NOT NULL,
  upstream_status INTEGER NOT NULL,
  duplicates INTEGER NOT NULL,
  message_attempt INTEGER NOT NULL,
  counted INTEGER NOT NULL,
  timeline BLOB NOT NULL,
  wamid BLOB,
  payload BLOB
) STRICT;
CREATE UNIQUE INDEX intents_key ON intents(part, key);
CREATE UNIQUE INDEX intents_id ON intents(part, id_print);
CREATE INDEX intents_due ON intents(part, due) WHERE state < 4;
CREATE INDEX intents_forget ON intents(forget_at) WHERE forget_at IS NOT NULL;

CREATE TABLE events(
  seq INTEGER PRIMARY KEY,
  dedupe BLOB NOT NULL UNIQUE,
  part INTEGER NOT NULL,
  tenant TEXT NOT NULL,
  body_until INTEGER NOT NULL,
  forget_at INTEGER NOT NULL,
  body BLOB
) STRICT;
CREATE INDEX events_tenant ON events(tenant) WHERE body IS NOT NULL;

CREATE TABLE senders(sender TEXT PRIMARY KEY, evidence_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE probes(id INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;

PRAGMA application_id = 0x57414353;
PRAGMA user_version = 1;
)sql";

constexpr const char* kVersion2 = R"sql(
CREATE TABLE records(
  part INTEGER NOT NULL,
  kind TEXT NOT NULL,
  id BLOB NOT NULL,
  version INTEGER NOT NULL,
  forget_at INTEGER,
  value BLOB NOT NULL,
  PRIMARY KEY(part, kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX records_forget ON records(forget_at) WHERE forget_at IS NOT NULL;

PRAGMA user_version = 2;
)sql";

constexpr const char* kVersion3 = R"sql(
ALTER TABLE intents ADD COLUMN pricing TEXT NOT NULL DEFAULT '';
ALTER TABLE intents ADD COLUMN message_print BLOB;
CREATE INDEX intents_message ON intents(part, message_print) WHERE message_print IS NOT NULL;

PRAGMA user_version = 3;
)sql";

// `ready`: when an accepted or waiting intent may be looked at, its place in the queue of its sender; blocked
// ones (kBlocked) are at the end of it and have a place in the lane of their recipient. `next`: when a sender
// may be looked at. What these tables count in fractions of milliseconds is REAL.
constexpr const char* kVersion4 = R"sql(
ALTER TABLE intents ADD COLUMN recipient BLOB;
ALTER TABLE intents ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
ALTER TABLE intents ADD COLUMN hold INTEGER NOT NULL DEFAULT 0;
ALTER TABLE intents ADD COLUMN uncounted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE intents ADD COLUMN ready INTEGER;
ALTER TABLE intents ADD COLUMN lane INTEGER;
UPDATE intents SET ready = due WHERE state < 2;
CREATE INDEX intents_ready ON intents(part, sender, priority, ready) WHERE ready IS NOT NULL;
CREATE INDEX intents_lane ON intents(part, recipient, lane) WHERE lane IS NOT NULL;
CREATE INDEX intents_leases ON intents(part, due) WHERE state > 1 AND state < 4;
CREATE INDEX intents_expiry ON intents(part, expires_at) WHERE ready IS NOT NULL AND expires_at IS NOT NULL;
CREATE INDEX intents_dead ON intents(part, updated, key) WHERE state = 23;

CREATE TABLE paces(
  part INTEGER NOT NULL,
  sender TEXT NOT NULL,
  tenant TEXT NOT NULL,
  limits TEXT NOT NULL,
  credential BLOB NOT NULL,
  probe BLOB NOT NULL,
  numbers TEXT NOT NULL,
  next REAL,
  PRIMARY KEY(part, sender)
) STRICT, WITHOUT ROWID;
CREATE INDEX paces_next ON paces(part, next) WHERE next IS NOT NULL;
INSERT INTO paces SELECT part, sender, max(tenant), '0,0,0,0,0,50,30000,10000,300000', zeroblob(16),
  zeroblob(16), '', 0 FROM intents WHERE state < 2 GROUP BY part, sender;

CREATE TABLE pairs(
  part INTEGER NOT NULL,
  recipient BLOB NOT NULL,
  head INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  arrival REAL NOT NULL,
  paused_until REAL NOT NULL,
  level REAL NOT NULL,
  forget_at INTEGER,
  PRIMARY KEY(part, recipient)
) STRICT, WITHOUT ROWID;
CREATE INDEX pairs_forget ON pairs(forget_at) WHERE forget_at IS NOT NULL;

CREATE TABLE quotas(part INTEGER NOT NULL, tenant TEXT NOT NULL, arrival REAL NOT NULL,
  PRIMARY KEY(part, tenant)) STRICT, WITHOUT ROWID;

PRAGMA user_version = 4;
)sql";

constexpr const char* kVersion5 = R"sql(
CREATE TABLE contacts(
  part INTEGER NOT NULL,
  id BLOB NOT NULL,
  heard_at INTEGER NOT NULL,
  phone BLOB,
  forget_at INTEGER NOT NULL,
  PRIMARY KEY(part, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contacts_forget ON contacts(forget_at);

PRAGMA user_version = 5;
)sql";

constexpr const char* kVersion6 = R"sql(
CREATE TABLE pending_evidence(
  part INTEGER NOT NULL,
  message BLOB NOT NULL,
  state INTEGER NOT NULL,
  error_code INTEGER NOT NULL,
  pricing TEXT NOT NULL,
  forget_at INTEGER NOT NULL,
  PRIMARY KEY(part, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX pending_evidence_forget ON pending_evidence(forget_at);

PRAGMA user_version = 6;
)sql";

// What is open stands in one index, not two: leases in that of version 4, what waits in this one, from which
// a long queue is counted without its rows.
constexpr const char* kVersion7 = R"sql(
DROP INDEX intents_due;
CREATE INDEX intents_waiting ON intents(part, state, due) WHERE state < 2;

PRAGMA user_version = 7;
)sql";

// An intent whose fallback had been sent kept that in place of an error code.
constexpr const char* kVersion8 = R"sql(
ALTER TABLE intents ADD COLUMN alternative INTEGER NOT NULL DEFAULT 0;
ALTER TABLE intents ADD COLUMN preparation INTEGER NOT NULL DEFAULT 0;
UPDATE intents SET alternative = 1, error_code = 0 WHERE error_code = 4000000100;

PRAGMA user_version = 8;
)sql";

// Whoever has the turn of a recipient stands in its lane, first, and a recipient's row is of its pace alone.
// How many wait is kept, for counting them takes the longer the more they are.
constexpr const char* kVersion9 = R"sql(
UPDATE intents SET lane = 0 WHERE state < 3 AND row IN (SELECT head FROM pairs WHERE head != 0);
DELETE FROM pairs WHERE level = 0 AND arrival = 0 AND paused_until = 0;
UPDATE pairs SET forget_at = CAST(max(arrival, paused_until) AS INTEGER) + 600000 WHERE forget_at IS NULL;
ALTER TABLE pairs DROP COLUMN head;
ALTER TABLE pairs DROP COLUMN seq;
ALTER TABLE paces ADD COLUMN accepted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE paces ADD COLUMN retrying INTEGER NOT NULL DEFAULT 0;
UPDATE paces SET accepted = counts.accepted, retrying = counts.retrying FROM
  (SELECT part, sender, sum(state = 0) AS accepted, sum(state = 1) AS retrying FROM intents
    WHERE ready IS NOT NULL GROUP BY part, sender) AS counts
  WHERE paces.part = counts.part AND paces.sender = counts.sender;

PRAGMA user_version = 9;
)sql";

/// Entry n brings the file from version n to n + 1.
constexpr std::array kMigrations{kVersion1, kVersion2, kVersion3, kVersion4, kVersion5,
                                 kVersion6, kVersion7, kVersion8, kVersion9};

std::int64_t pragma(Connection& connection, const char* sql) {
  Statement statement{connection, "sqlite: schema", sql};
  Query query{statement};
  return query.step() ? query.integer(0) : 0;
}

void check_pages(Connection& connection, std::uint64_t check_bytes) {
  const auto bytes = pragma(connection, "PRAGMA page_count") * pragma(connection, "PRAGMA page_size");
  if (static_cast<std::uint64_t>(bytes) > check_bytes) return;
  Statement statement{connection, "sqlite: quick_check", "PRAGMA quick_check(1)"};
  Query query{statement};
  if (query.step() && query.bytes(0) != "ok") connection.note_corrupt("sqlite: quick_check");
}

}  // namespace

Result<void> inspect(Connection& connection, std::uint64_t check_bytes) {
  const std::int64_t application = pragma(connection, "PRAGMA application_id");
  const std::int64_t version = pragma(connection, "PRAGMA user_version");
  const std::int64_t objects = pragma(connection, "SELECT count(*) FROM sqlite_master");
  if (connection.ok()) {
    if (application != kApplicationId && (application != 0 || version != 0 || objects != 0)) {
      return fail(ErrorCode::kInvalid, "sqlite: the file is another program's database", application);
    }
    if (version > static_cast<std::int64_t>(kMigrations.size())) {
      return fail(ErrorCode::kInvalid, "sqlite: the file was made by a newer version", version);
    }
    check_pages(connection, check_bytes);
  }
  if (const auto failure = connection.take_failure()) return std::unexpected(*failure);
  return {};
}

void configure(Connection& connection) {
  connection.run("PRAGMA journal_mode = WAL");
  connection.run("PRAGMA synchronous = FULL");
  connection.run("PRAGMA wal_autocheckpoint = 0");
  connection.run("PRAGMA cache_size = -32768");
  connection.run("PRAGMA temp_store = MEMORY");
  // Dropped payloads are overwritten where that costs no extra write; all of them are sealed anyway.
  connection.run("PRAGMA secure_delete = FAST");
}

void migrate(Connection& connection) {
  const std::int64_t version = pragma(connection, "PRAGMA user_version");
  for (auto next = static_cast<std::size_t>(version); next < kMigrations.size(); ++next) {
    connection.run("BEGIN IMMEDIATE");
    connection.run(kMigrations.at(next));
    connection.run("COMMIT");
  }
}

}  // namespace wac::store::sqlite
