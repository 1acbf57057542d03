#pragma once
// Redis answers written down by hand.

#include "net/redis.h"

#include <string>
#include <vector>

namespace wac::store::redis::testing {

/// RESP text of an answer.
std::string bulk(std::string_view text);
std::string integer(std::int64_t number);
std::string error(std::string_view text);
std::string array(const std::vector<std::string>& elements);
/// An array of bulk strings.
std::string texts(const std::vector<std::string>& elements);

net::RedisReply reply(const std::string& resp);

}  // namespace wac::store::redis::testing
