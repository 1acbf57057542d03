#include "store/sqlite/record_rows.h"

#include <algorithm>

namespace wac::store::sqlite {

RecordRows::RecordRows(Connection& connection)
    : connection_(connection),
      load_(connection, "sqlite: load record",
            "SELECT version, value FROM records WHERE part = ? AND kind = ? AND id = ? "
            "AND (forget_at IS NULL OR forget_at > ?)"),
      write_(connection, "sqlite: write record",
             "INSERT OR REPLACE INTO records(part, kind, id, version, forget_at, value) VALUES(?,?,?,?,?,?)"),
      erase_(connection, "sqlite: erase record",
             "DELETE FROM records WHERE part = ? AND kind = ? AND id = ? RETURNING forget_at"),
      list_(connection, "sqlite: list records",
            "SELECT id, version, value FROM records WHERE part = ?1 AND kind = ?2 AND id > ?3 "
            "AND (forget_at IS NULL OR forget_at > ?4) ORDER BY id LIMIT ?5"),
      forget_(connection, "sqlite: forget records",
              "DELETE FROM records WHERE forget_at IN (SELECT forget_at FROM records "
              "WHERE forget_at <= ? ORDER BY forget_at LIMIT ?)") {}

std::optional<Record> RecordRows::load(const RecordKey& key, WallTime now) {
  Query query{load_, key.partition.number, key.kind.name, Bytes{key.id.raw()}, now};
  if (!query.step()) return std::nullopt;
  return Record{{std::string{query.bytes(1)}}, static_cast<std::uint64_t>(query.integer(0))};
}

Result<std::uint64_t> RecordRows::write(const RecordKey& key, const crypto::SealedBlob& value,
                                        std::optional<std::uint64_t> expected, std::optional<Millis> lifetime,
                                        WallTime now) {
  const auto stored = load(key, now);
  const std::uint64_t known = stored ? stored->version : 0;
  if (expected && *expected != known) return fail(ErrorCode::kConflict, "store: a record's version");
  const std::uint64_t version = next_version(known, now);
  const auto forget_at = lifetime ? std::optional<WallTime>{now + *lifetime} : std::nullopt;
  Query query{write_,    key.partition.number, key.kind.name, Bytes{key.id.raw()}, version,
              forget_at, Bytes{value.bytes}};
  query.execute();
  return version;
}

bool RecordRows::erase(const RecordKey& key, WallTime now) {
  Query query{erase_, key.partition.number, key.kind.name, Bytes{key.id.raw()}};
  if (!query.step()) return false;
  const auto forget_at = query.optional_time(0);
  while (query.step()) {
  }
  return !forget_at || *forget_at > now;
}

RecordPage RecordRows::list(Partition partition, std::string_view kind, std::string_view after,
                            std::size_t limit, WallTime now) {
  RecordPage page;
  Query query{list_, partition.number, kind, Bytes{after}, now, static_cast<std::int64_t>(limit)};
  while (query.step()) {
    const auto id = crypto::Fingerprint::from_raw(query.bytes(0));
    if (!id) {
      connection_.note_corrupt("sqlite: a record's row");
      break;
    }
    Record record{{std::string{query.bytes(2)}}, static_cast<std::uint64_t>(query.integer(1))};
    page.records.push_back({*id, std::move(record)});
  }
  if (page.records.size() == limit) page.cursor = page.records.back().id.hex();
  return page;
}

std::size_t RecordRows::forget(WallTime now, std::size_t limit) {
  Query query{forget_, now, static_cast<std::int64_t>(limit)};
  return static_cast<std::size_t>(query.execute());
}

Result<RecordPage> list_records(RecordRows& rows, Partition partition, RecordKind kind,
                                std::string_view cursor, std::size_t limit, WallTime now) {
  if (!kind.listed) return fail(ErrorCode::kInvalid, "store: a kind of record without a list");
  const auto after = crypto::Fingerprint::from_hex(cursor);
  if (!cursor.empty() && !after) return fail(ErrorCode::kInvalid, "store: not a record cursor");
  const std::string_view behind = after ? after->raw() : std::string_view{};
  return rows.list(partition, kind.name, behind, std::clamp<std::size_t>(limit, 1, kRecordsPerPage), now);
}

}  // namespace wac::store::sqlite
