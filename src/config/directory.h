#pragma once
// Who is who: tenants, their senders, and which sender belongs to whom. Immutable; shared by all loops.

#include "config/config.h"

#include <map>
#include <optional>
#include <vector>

namespace wac::config {

struct SenderEntry {
  SenderId id;
  TenantId tenant;
  Partition partition;
  const Secret* token = nullptr;  ///< owned by the Config
};

/// Where what belongs to a tenant but to none of its senders is kept (account events, unknown senders).
Partition home_partition(const TenantId& tenant);

class Directory {
 public:
  /// `config` outlives the directory.
  explicit Directory(const Config& config);

  /// Null when unknown.
  const SenderEntry* sender(const SenderId& id) const;
  /// The tenant's sender of that id, or its first one when `id` is empty. Null: no such tenant, or not its.
  const SenderEntry* sender_of(const TenantId& tenant, const SenderId& id) const;
  bool has_tenant(const TenantId& tenant) const { return by_tenant_.contains(tenant); }
  /// Whose events those of an unknown sender are: the only tenant's, else the first one's.
  const TenantId& fallback_tenant() const { return fallback_; }
  /// Partitions that hold anything of the tenant, ascending, without repetition.
  std::vector<Partition> partitions_of(const TenantId& tenant) const;
  /// Partitions of all senders, ascending.
  std::vector<Partition> partitions() const;

 private:
  std::map<SenderId, SenderEntry> senders_;
  std::map<TenantId, std::vector<const SenderEntry*>> by_tenant_;
  TenantId fallback_;
};

}  // namespace wac::config
