#include "store/redis/durability.h"

#include "store/redis/keys.h"

#include <algorithm>
#include <charconv>

namespace wac::store::redis {
namespace {

/// The value behind "name:" at the start of a line; empty when absent.
std::string_view field(std::string_view info, std::string_view wanted) {
  while (!info.empty()) {
    const std::size_t end = info.find('\n');
    std::string_view line = info.substr(0, end);
    info.remove_prefix(end == std::string_view::npos ? info.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() > wanted.size() && line.starts_with(wanted) && line[wanted.size()] == ':') {
      return line.substr(wanted.size() + 1);
    }
  }
  return {};
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Eviction assess_eviction(std::string_view info) {
  const std::string_view policy = field(info, "maxmemory_policy");
  if (policy.empty()) return Eviction::kUnknown;
  const std::string_view limit = field(info, "maxmemory");
  if (policy == "noeviction" || (!limit.empty() && number(limit) == 0)) return Eviction::kNone;
  return Eviction::kMayDropKeys;
}

Persistence assess_persistence(std::string_view info) {
  const std::string_view append_only = field(info, "aof_enabled");
  if (append_only.empty()) return Persistence::kUnknown;
  if (append_only == "1") return Persistence::kAppendOnly;
  // A snapshot was taken since the server started, or it loaded one: snapshots are in use.
  const bool snapshots =
      number(field(info, "rdb_saves")) > 0 || number(field(info, "rdb_last_load_keys_loaded")) > 0;
  return snapshots ? Persistence::kSnapshots : Persistence::kNone;
}

}  // namespace

std::string_view name(Eviction eviction) {
  switch (eviction) {
    case Eviction::kUnknown:
      return "unknown";
    case Eviction::kNone:
      return "none";
    case Eviction::kMayDropKeys:
      return "may_drop_keys";
  }
  return "unknown";
}

std::string_view name(Persistence persistence) {
  switch (persistence) {
    case Persistence::kUnknown:
      return "unknown";
    case Persistence::kNone:
      return "none";
    case Persistence::kSnapshots:
      return "snapshots";
    case Persistence::kAppendOnly:
      return "append_only";
  }
  return "unknown";
}

Durability assess_info(std::string_view info) {
  return {assess_eviction(info), assess_persistence(info),
          static_cast<std::uint32_t>(number(field(info, "connected_slaves"))), 1,
          field(info, "cluster_enabled") == "1"};
}

Durability worse_of(const Durability& one, const Durability& other) {
  Durability both{std::max(one.eviction, other.eviction), std::min(one.persistence, other.persistence),
                  std::min(one.replicas, other.replicas), one.servers + other.servers,
                  one.cluster || other.cluster};
  // One that does not tell is no proof that nothing is dropped.
  if (both.eviction == Eviction::kNone && one.eviction != other.eviction) both.eviction = Eviction::kUnknown;
  return both;
}

Task<Result<Durability>> read_durability(net::RedisClient& client) {
  const auto replies = co_await client.run_at_each(net::RedisCommand{"INFO"}, key_of_each_partition({}));
  if (!replies) co_return std::unexpected(replies.error());
  std::optional<Durability> all;
  for (const net::RedisReply& reply : *replies) {
    const Durability one = reply.is_error() ? Durability{} : assess_info(reply.text());
    all = all ? worse_of(*all, one) : one;
  }
  co_return all.value_or(Durability{});
}

}  // namespace wac::store::redis
