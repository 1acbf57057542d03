#include "config/directory.h"

#include <set>

namespace wac::config {

Partition home_partition(const TenantId& tenant) {
  return Partition::of_text(tenant.str());
}

Directory::Directory(const Config& config) {
  for (const TenantConfig& tenant : config.tenants) {
    if (fallback_.empty()) fallback_ = tenant.id;
    auto& list = by_tenant_[tenant.id];
    for (const SenderConfig& sender : tenant.senders) {
      const auto [at, added] = senders_.try_emplace(
          sender.id, SenderEntry{sender.id, tenant.id, Partition::of(sender.id), &sender.token});
      if (added) list.push_back(&at->second);
    }
  }
}

const SenderEntry* Directory::sender(const SenderId& id) const {
  const auto found = senders_.find(id);
  return found == senders_.end() ? nullptr : &found->second;
}

const SenderEntry* Directory::sender_of(const TenantId& tenant, const SenderId& id) const {
  const auto found = by_tenant_.find(tenant);
  if (found == by_tenant_.end() || found->second.empty()) return nullptr;
  if (id.empty()) return found->second.front();
  for (const SenderEntry* sender : found->second) {
    if (sender->id == id) return sender;
  }
  return nullptr;
}

std::vector<Partition> Directory::partitions_of(const TenantId& tenant) const {
  std::set<Partition> partitions;
  const auto found = by_tenant_.find(tenant);
  if (found != by_tenant_.end()) {
    for (const SenderEntry* sender : found->second) partitions.insert(sender->partition);
  }
  // Events without a sender live where their tenant's name puts them.
  partitions.insert(home_partition(tenant));
  return {partitions.begin(), partitions.end()};
}

std::vector<Partition> Directory::partitions() const {
  std::set<Partition> partitions;
  for (const auto& [id, sender] : senders_) partitions.insert(sender.partition);
  return {partitions.begin(), partitions.end()};
}

}  // namespace wac::config
