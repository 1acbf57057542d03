#include "config/snapshot.h"

#include <algorithm>
#include <bit>

namespace wac::config {
namespace {

static_assert(Partition::kCount <= 64, "a set of partitions is a word");

std::uint64_t set_of(Partition partition) {
  return std::uint64_t{1} << partition.number;
}

}  // namespace

Partition home_partition(const TenantId& tenant) {
  return Partition::of_text(tenant.str());
}

std::vector<Partition> partitions_in(std::uint64_t set) {
  std::vector<Partition> partitions;
  for (std::uint16_t number = 0; number < Partition::kCount; ++number) {
    if ((set & set_of({number})) != 0) partitions.push_back({number});
  }
  return partitions;
}

Snapshot::Snapshot(const Config& config, std::uint64_t version) : version_(version) {
  std::uint64_t occupied = 0;
  for (const TenantConfig& tenant : config.tenants) {
    TenantEntry& entry = add_tenant(tenant);
    std::uint64_t own = 0;
    for (const SenderConfig& sender : tenant.senders) {
      if (by_sender_.contains(sender.id.str())) continue;
      const Secret& token = tokens_.emplace_back(sender.token.clone());
      const Partition partition = Partition::of(sender.id);
      const SenderEntry& added =
          senders_.emplace_back(SenderEntry{sender.id, tenant.id, partition, &token, sender.waba_id,
                                            sender.limits.value_or(config.limits), tenant.policies});
      by_sender_.emplace(added.id.str(), &added);
      entry.senders.push_back(&added);
      add_to_account(added, entry);
      own |= set_of(partition);
    }
    entry.partitions |= own;
    entry.sender_partitions = static_cast<std::size_t>(std::popcount(own));
    occupied |= own;
    for (const ConsumerConfig& consumer : tenant.consumers) {
      entry.consumers.push_back(&consumers_.emplace_back(ConsumerEntry{tenant.id, consumer.clone()}));
    }
  }
  for (const ApiKey& key : config.api_keys) by_key_.emplace(key.digest, key.tenant);
  AppConfig standard{"", config.verify_token.clone(), {}};
  for (const Secret& secret : config.webhook_secrets) standard.secrets.push_back(secret.clone());
  add_app(standard);
  for (const AppConfig& app : config.apps) add_app(app);
  partitions_ = partitions_in(occupied);
  if (config.fallback_tenant) {
    fallback_ = *config.fallback_tenant;
  } else if (!tenants_.empty()) {
    fallback_ = tenants_.front().id;
  }
}

TenantEntry& Snapshot::add_tenant(const TenantConfig& config) {
  const auto found = by_tenant_.find(config.id.str());
  if (found != by_tenant_.end()) return *found->second;
  TenantEntry& entry = tenants_.emplace_back(TenantEntry{config.id, {}, config.policies});
  // Events without a sender live where their tenant's name puts them.
  entry.partitions = set_of(home_partition(entry.id));
  by_tenant_.emplace(entry.id.str(), &entry);
  return entry;
}

void Snapshot::add_to_account(const SenderEntry& sender, const TenantEntry& tenant) {
  if (sender.waba_id.empty()) return;
  auto& tenants = by_account_[sender.waba_id];
  if (std::ranges::find(tenants, &tenant) == tenants.end()) tenants.push_back(&tenant);
}

void Snapshot::add_app(const AppConfig& config) {
  if (config.secrets.empty()) return;
  AppConfig app{config.name, config.verify_token.clone(), {}};
  for (const Secret& secret : config.secrets) app.secrets.push_back(secret.clone());
  apps_.try_emplace(config.name, std::move(app));
}

const SenderEntry* Snapshot::sender(const SenderId& id) const {
  const auto found = by_sender_.find(id.str());
  return found == by_sender_.end() ? nullptr : found->second;
}

const SenderEntry* Snapshot::sender_of(const TenantId& tenant, const SenderId& id) const {
  if (!id.empty()) {
    const SenderEntry* found = sender(id);
    return found != nullptr && found->tenant == tenant ? found : nullptr;
  }
  const TenantEntry* owner = this->tenant(tenant);
  return owner == nullptr || owner->senders.empty() ? nullptr : owner->senders.front();
}

const TenantEntry* Snapshot::tenant(const TenantId& id) const {
  const auto found = by_tenant_.find(id.str());
  return found == by_tenant_.end() ? nullptr : found->second;
}

std::span<const TenantEntry* const> Snapshot::tenants_of_account(std::string_view waba_id) const {
  const auto found = by_account_.find(waba_id);
  return found == by_account_.end() ? std::span<const TenantEntry* const>{} : found->second;
}

const ConsumerEntry* Snapshot::consumer(const TenantId& tenant, const ConsumerId& id) const {
  const TenantEntry* owner = this->tenant(tenant);
  if (owner == nullptr) return nullptr;
  const auto found =
      std::ranges::find(owner->consumers, id, [](const ConsumerEntry* entry) { return entry->config.id; });
  return found == owner->consumers.end() ? nullptr : *found;
}

const TenantId* Snapshot::tenant_of_key(const crypto::Digest& digest) const {
  const auto found = by_key_.find(digest);
  return found == by_key_.end() ? nullptr : &found->second;
}

const AppConfig* Snapshot::app(std::string_view name) const {
  const auto found = apps_.find(name);
  return found == apps_.end() ? nullptr : &found->second;
}

}  // namespace wac::config
