#pragma once
// The snapshot in force (config/snapshot.h), replaced as a whole when the configuration changes. Shared by
// all loops.

#include "config/snapshot.h"

#include <memory>
#include <mutex>
#include <vector>

namespace wac::config {

/// An entry that stays valid, with what it points to, for as long as it is held: also across co_await and a
/// reload.
using SenderRef = std::shared_ptr<const SenderEntry>;
using SnapshotRef = std::shared_ptr<const Snapshot>;

/// Thread-safe. Who asks several questions that belong together asks one snapshot().
class Directory {
 public:
  explicit Directory(const Config& config);

  SnapshotRef snapshot() const;
  /// In force for every look-up that starts after it.
  void replace(const Config& config);

  // As of the snapshot in force.
  SenderRef sender(const SenderId& id) const;
  SenderRef sender_of(const TenantId& tenant, const SenderId& id) const;
  bool has_tenant(const TenantId& tenant) const { return snapshot()->tenant(tenant) != nullptr; }
  TenantId fallback_tenant() const { return snapshot()->fallback_tenant(); }
  /// Partitions that hold anything of the tenant, ascending, without repetition.
  std::vector<Partition> partitions_of(const TenantId& tenant) const;
  /// In how many partitions the tenant has senders.
  std::size_t sender_partitions(const TenantId& tenant) const;
  /// The tenant's senders, its default one first.
  std::vector<SenderId> senders_of(const TenantId& tenant) const;
  std::size_t tenant_count() const { return snapshot()->tenants(); }
  std::size_t sender_count() const { return snapshot()->senders(); }
  /// Partitions of all senders, ascending.
  std::vector<Partition> partitions() const { return snapshot()->partitions(); }

 private:
  mutable std::mutex mutex_;
  SnapshotRef snapshot_;
};

}  // namespace wac::config
