#include "config/directory.h"

namespace wac::config {
namespace {

/// Keeps the whole snapshot: an entry points into it.
SenderRef share(SnapshotRef snapshot, const SenderEntry* entry) {
  return entry == nullptr ? nullptr : SenderRef{std::move(snapshot), entry};
}

}  // namespace

Directory::Directory(const Config& config) : snapshot_(std::make_shared<const Snapshot>(config, 1)) {}

SnapshotRef Directory::snapshot() const {
  const std::scoped_lock lock{mutex_};
  return snapshot_;
}

void Directory::replace(const Config& config) {
  auto next = std::make_shared<const Snapshot>(config, snapshot()->version() + 1);
  {
    const std::scoped_lock lock{mutex_};
    snapshot_.swap(next);
  }
  // The old one may be the last reference: it goes outside the lock.
}

SenderRef Directory::sender(const SenderId& id) const {
  SnapshotRef now = snapshot();
  const SenderEntry* entry = now->sender(id);
  return share(std::move(now), entry);
}

SenderRef Directory::sender_of(const TenantId& tenant, const SenderId& id) const {
  SnapshotRef now = snapshot();
  const SenderEntry* entry = now->sender_of(tenant, id);
  return share(std::move(now), entry);
}

std::size_t Directory::sender_partitions(const TenantId& tenant) const {
  const SnapshotRef now = snapshot();
  const TenantEntry* entry = now->tenant(tenant);
  return entry == nullptr ? 0 : entry->sender_partitions;
}

std::vector<SenderId> Directory::senders_of(const TenantId& tenant) const {
  std::vector<SenderId> ids;
  const SnapshotRef now = snapshot();
  const TenantEntry* entry = now->tenant(tenant);
  if (entry == nullptr) return ids;
  for (const SenderEntry* sender : entry->senders) ids.push_back(sender->id);
  return ids;
}

std::vector<Partition> Directory::partitions_of(const TenantId& tenant) const {
  const SnapshotRef now = snapshot();
  const TenantEntry* entry = now->tenant(tenant);
  return entry == nullptr ? std::vector<Partition>{home_partition(tenant)} : partitions_in(entry->partitions);
}

}  // namespace wac::config
