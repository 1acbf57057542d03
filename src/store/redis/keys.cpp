#include "store/redis/keys.h"

#include "store/redis/redis_store.h"

namespace wac::store::redis {
namespace {

std::string join(std::string_view prefix, std::string_view kind, std::string_view name) {
  std::string key;
  key.reserve(prefix.size() + kind.size() + name.size());
  key += prefix;
  key += kind;
  key += name;
  return key;
}

}  // namespace

std::string partition_prefix(Partition partition) {
  std::string prefix{kKeyPrefix};
  prefix += "{p";
  if (partition.number < 10) prefix += '0';
  prefix += std::to_string(partition.number);
  prefix += "}:";
  return prefix;
}

std::vector<std::string> key_of_each_partition(std::string_view name) {
  std::vector<std::string> keys;
  for (std::uint16_t number = 0; number < Partition::kCount; ++number) {
    keys.push_back(join(partition_prefix({number}), name, {}));
  }
  return keys;
}

std::string intent_key(std::string_view prefix, const IntentKey& key) {
  return join(prefix, "i:", key.raw());
}

std::string sealed_key(std::string_view prefix, const IntentKey& key) {
  return join(prefix, "s:", key.raw());
}

std::string id_key(std::string_view prefix, const crypto::Fingerprint& id) {
  return join(prefix, "n:", id.raw());
}

std::string queue_key(std::string_view prefix, IntentState state) {
  return join(prefix, "q", std::to_string(static_cast<unsigned>(state)));
}

std::string sender_key(std::string_view prefix, std::string_view sender) {
  return join(prefix, "g:", sender);
}

std::string record_key(std::string_view prefix, std::string_view kind, std::string_view id) {
  return join(join(prefix, "k:", kind), ":", id);
}

std::string record_index_key(std::string_view prefix, std::string_view kind) {
  return join(prefix, "l:", kind);
}

std::string heard_key(std::string_view prefix) {
  return join(prefix, "u", {});
}

std::string phone_key(std::string_view prefix, const crypto::Fingerprint& user) {
  return join(prefix, "a:", user.raw());
}

std::string stream_key(std::string_view prefix, const TenantId& tenant) {
  return join(prefix, "e:", tenant.str());
}

}  // namespace wac::store::redis
