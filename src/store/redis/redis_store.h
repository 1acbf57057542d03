#pragma once
// The Redis engine: every decision is one Lua script whose keys share the partition's hash tag `{pNN}`.

#include "net/redis.h"
#include "store/store.h"

#include <memory>

namespace wac::store::redis {

/// Every key of ours begins with this.
inline constexpr std::string_view kKeyPrefix = "wac:";

/// A store over one loop's Redis connection. `client` outlives it.
std::unique_ptr<Store> make_redis_store(net::RedisClient& client, Scheduler& loop);

}  // namespace wac::store::redis
