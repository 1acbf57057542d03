#pragma once
// Keyed records in Redis: a hash for each, an index for each listed kind. Contract: store/keyed_records.h.

#include "store/keyed_records.h"
#include "store/redis/scripts.h"
#include "store/redis/session.h"

namespace wac::store::redis {

/// `session` and `scripts` outlive it.
class RedisRecords final : public KeyedRecords {
 public:
  RedisRecords(Session& session, const Scripts& scripts) : session_(session), scripts_(scripts) {}

  Task<Result<std::vector<std::optional<Record>>>> get(std::vector<RecordKey> keys, WallTime now) override;
  Task<Result<std::uint64_t>> put(RecordKey key, crypto::SealedBlob value, std::uint64_t expected,
                                  std::optional<Millis> lifetime, WallTime now) override;
  Task<Result<std::uint64_t>> set(RecordKey key, crypto::SealedBlob value, std::optional<Millis> lifetime,
                                  WallTime now) override;
  Task<Result<bool>> erase(RecordKey key, WallTime now) override;
  Task<Result<RecordPage>> list(Partition partition, RecordKind kind, std::string cursor, std::size_t limit,
                                WallTime now) override;

 private:
  Task<Result<std::uint64_t>> write(RecordKey key, crypto::SealedBlob value, std::string expected,
                                    std::optional<Millis> lifetime, WallTime now);

  Session& session_;
  const Scripts& scripts_;
};

}  // namespace wac::store::redis
