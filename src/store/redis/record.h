#pragma once
// An intent as the fields of its Redis hash (common.lua lists them), both ways.

#include "base/error.h"
#include "net/redis.h"
#include "store/intent.h"

#include <string_view>

namespace wac::store::redis {

/// Longer values would turn the hash from a listpack into a table of several times its size
/// (hash-max-listpack-value).
inline constexpr std::size_t kFieldBytes = 64;

/// Appends fields and values of what `intent` becomes when it is claimed, for HSET. The blobs are kept
/// elsewhere.
void put_fields(net::RedisWords& out, const IntentRecord& record, const NewIntent& intent);

/// From HGETALL's answer. kCorrupt when a field is missing or senseless; unknown fields (of a newer version)
/// are passed over. `wamid` and `payload` stay empty.
Result<IntentRecord> record_from(const IntentKey& key, const net::RedisReply& fields);

/// Whether HGETALL's answer says that the sealed string holds a message id, not a payload.
bool holds_wamid(const net::RedisReply& fields);

}  // namespace wac::store::redis
