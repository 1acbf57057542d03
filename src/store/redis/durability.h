#pragma once
// What a Redis is configured to keep, read at start. What we call durable is what its operator configured, so
// it is said in the log, and an eviction policy that may drop our keys is refused.

#include "net/redis.h"

#include <cstdint>
#include <string_view>

namespace wac::store::redis {

enum class Eviction : std::uint8_t {
  kUnknown,      ///< Redis does not tell
  kNone,         ///< noeviction, or no memory limit: it refuses writes rather than forget
  kMayDropKeys,  ///< a policy that drops keys when memory is full: dedupe keys, even open intents
};
std::string_view name(Eviction eviction);

enum class Persistence : std::uint8_t {
  kUnknown,
  kNone,        ///< a crash loses everything
  kSnapshots,   ///< a crash loses what came after the last snapshot
  kAppendOnly,  ///< a crash loses up to a second (appendfsync everysec)
};
std::string_view name(Persistence persistence);

struct Durability {
  Eviction eviction = Eviction::kUnknown;
  Persistence persistence = Persistence::kUnknown;
  std::uint32_t replicas = 0;  ///< connected to it
  std::uint32_t servers = 1;   ///< that hold our keys
  bool cluster = false;        ///< it is a node of one
};

/// From the text of INFO. Pure.
Durability assess_info(std::string_view info);

/// What holds for two servers together: of each the worse.
Durability worse_of(const Durability& one, const Durability& other);

/// One INFO of each server that holds our keys. A Redis that does not allow it leaves everything unknown;
/// errors are those of the connection.
Task<Result<Durability>> read_durability(net::RedisClient& client);

}  // namespace wac::store::redis
