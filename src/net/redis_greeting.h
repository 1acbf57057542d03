#pragma once
// What a connection to Redis begins with, and what the answers to it mean. Pure. For net/ only.

#include "net/redis.h"

namespace wac::net {

/// Its bytes, which hold the password: wipe them. `answers`: how many it will have.
std::string redis_greeting(const RedisAddress& address, std::size_t& answers);

/// Whether the server belongs to a cluster. Errors: kUnauthorized: the credentials are wrong; kInvalid: a
/// cluster has no such database; kUnavailable: not ready.
Result<bool> judge_greeting(const std::vector<RedisReply>& answers, bool with_password);

}  // namespace wac::net
