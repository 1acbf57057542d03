#include "delivery/group_records.h"

#include "base/expose.h"
#include "config/snapshot.h"

#include <boost/json.hpp>

namespace wac::delivery {
namespace {

namespace json = boost::json;

constexpr store::RecordKind kGroup{"eventgroup"};
constexpr store::RecordKind kNames{"eventgroups"};

std::string context_of(const store::RecordKey& key) {
  return std::string{key.kind.name} + "|" + key.id.hex();
}

}  // namespace

store::RecordKey GroupRecords::key(const GroupName& name) {
  return {config::home_partition(name.tenant), kGroup,
          fingerprints_.of(crypto::Domain::kEventGroup, {name.tenant.str(), name.group.str()})};
}

store::RecordKey GroupRecords::names_key(const TenantId& tenant) {
  return {config::home_partition(tenant), kNames,
          fingerprints_.of(crypto::Domain::kEventGroup, {tenant.str()})};
}

Task<Result<GroupRecords::Opened>> GroupRecords::get(store::RecordKey key) {
  const std::vector<store::RecordKey> keys{key};
  const auto found = co_await records_.get(keys, loop_.wall_now());
  if (!found) co_return std::unexpected(found.error());
  Opened opened;
  if (const auto& record = found->front()) {
    auto text = sealer_.open(record->value, context_of(key));
    if (!text) co_return std::unexpected(text.error());
    opened.text = std::move(*text);
    opened.version = record->version;
  }
  co_return opened;
}

Task<Result<std::uint64_t>> GroupRecords::put(store::RecordKey key, std::string text,
                                              std::uint64_t expected) {
  crypto::SealedBlob blob = sealer_.seal(text, context_of(key));
  co_return co_await records_.put(key, std::move(blob), expected, std::nullopt, loop_.wall_now());
}

Task<Result<GroupRecords::Loaded>> GroupRecords::load(GroupName name) {
  const auto opened = co_await get(key(name));
  if (!opened) co_return std::unexpected(opened.error());
  Loaded loaded;
  if (opened->text) {
    auto state = decode_group(expose(*opened->text, Purpose::kValidate));
    if (!state) co_return std::unexpected(state.error());
    loaded.state = std::move(*state);
    loaded.version = opened->version;
  }
  co_return loaded;
}

Task<Result<std::uint64_t>> GroupRecords::save(GroupName name, GroupState state, std::uint64_t expected) {
  co_return co_await put(key(name), encode(state), expected);
}

Task<Result<bool>> GroupRecords::erase(GroupName name) {
  co_return co_await records_.erase(key(name), loop_.wall_now());
}

Task<Result<GroupRecords::Names>> GroupRecords::names(TenantId tenant) {
  const auto opened = co_await get(names_key(tenant));
  if (!opened) co_return std::unexpected(opened.error());
  Names names;
  if (!opened->text) co_return names;
  boost::system::error_code failed;
  const json::value value = json::parse(expose(*opened->text, Purpose::kValidate), failed);
  if (failed || !value.is_array()) co_return fail(ErrorCode::kCorrupt, "names of groups");
  for (const json::value& entry : value.get_array()) {
    const auto group = entry.is_string() ? ConsumerId::parse(entry.get_string()) : std::nullopt;
    if (!group) co_return fail(ErrorCode::kCorrupt, "names of groups");
    names.groups.push_back(*group);
  }
  names.version = opened->version;
  co_return names;
}

Task<Result<std::uint64_t>> GroupRecords::save_names(TenantId tenant, std::vector<ConsumerId> groups,
                                                     std::uint64_t expected) {
  json::array list;
  for (const ConsumerId& group : groups) list.emplace_back(json::string_view{group.str()});
  co_return co_await put(names_key(tenant), json::serialize(list), expected);
}

}  // namespace wac::delivery
