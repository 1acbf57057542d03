#pragma once
// The table of keyed records. Contract: store/keyed_records.h.

#include "store/keyed_records.h"
#include "store/sqlite/connection.h"

namespace wac::store::sqlite {

class RecordRows {
 public:
  explicit RecordRows(Connection& connection);

  std::optional<Record> load(const RecordKey& key, WallTime now);
  /// The new version; kConflict where `expected` (if given) is not the stored one.
  Result<std::uint64_t> write(const RecordKey& key, const crypto::SealedBlob& value,
                              std::optional<std::uint64_t> expected, std::optional<Millis> lifetime,
                              WallTime now);
  bool erase(const RecordKey& key, WallTime now);
  /// At most `limit` behind the id `after` (16 raw bytes, or empty).
  RecordPage list(Partition partition, std::string_view kind, std::string_view after, std::size_t limit,
                  WallTime now);
  /// Drops at most `limit` whose lifetime has passed; returns how many.
  std::size_t forget(WallTime now, std::size_t limit);

 private:
  Connection& connection_;
  Statement load_, write_, erase_, list_, forget_;
};

Result<RecordPage> list_records(RecordRows& rows, Partition partition, RecordKind kind,
                                std::string_view cursor, std::size_t limit, WallTime now);

}  // namespace wac::store::sqlite
