#pragma once
// Who is who at one moment: tenants, their senders and keys, and the Meta apps. Immutable, so that any thread
// may read it; a reload makes another one.

#include "config/config.h"

#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wac::config {

struct SenderEntry {
  SenderId id;
  TenantId tenant;
  Partition partition;
  const Secret* token = nullptr;  ///< lives as long as the entry
  std::string waba_id;            ///< empty when the configuration does not say
  Limits limits;
  Policies policies;  ///< its tenant's
};

struct ConsumerEntry {
  TenantId tenant;
  ConsumerConfig config;
};

struct TenantEntry {
  TenantId id;
  std::vector<const SenderEntry*> senders;  ///< the first is the default
  Policies policies;
  std::uint64_t partitions = 0;       ///< bit n: partition n holds something of the tenant
  std::size_t sender_partitions = 0;  ///< in how many it has senders
  std::vector<const ConsumerEntry*> consumers = {};
};

/// Where what belongs to a tenant but to none of its senders is kept (account events, unknown senders).
Partition home_partition(const TenantId& tenant);

/// The partitions of a set, ascending.
std::vector<Partition> partitions_in(std::uint64_t set);

class Snapshot {
 public:
  /// Copies what it needs. `version` tells it from the ones before.
  Snapshot(const Config& config, std::uint64_t version);
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  std::uint64_t version() const { return version_; }

  // Each null when unknown; what is returned lives as long as the snapshot.
  const SenderEntry* sender(const SenderId& id) const;
  /// The tenant's sender of that id, or its first one when `id` is empty.
  const SenderEntry* sender_of(const TenantId& tenant, const SenderId& id) const;
  const TenantEntry* tenant(const TenantId& id) const;
  /// Tenants with a sender of that WhatsApp Business Account, in the configuration's order; empty when no
  /// sender names it.
  std::span<const TenantEntry* const> tenants_of_account(std::string_view waba_id) const;
  const ConsumerEntry* consumer(const TenantId& tenant, const ConsumerId& id) const;
  const TenantId* tenant_of_key(const crypto::Digest& digest) const;
  /// `name` empty: the default app. Null also where it has no secret.
  const AppConfig* app(std::string_view name) const;

  const std::map<std::string, AppConfig, std::less<>>& apps() const { return apps_; }
  /// Of all tenants.
  const std::deque<ConsumerEntry>& consumers() const { return consumers_; }
  /// Whose events those of an unknown sender are: the configured one's, else the first one's.
  const TenantId& fallback_tenant() const { return fallback_; }
  /// Partitions of all senders, ascending.
  const std::vector<Partition>& partitions() const { return partitions_; }
  std::size_t tenants() const { return tenants_.size(); }
  std::size_t senders() const { return senders_.size(); }

 private:
  struct DigestHash {
    // A digest is as good as random already.
    std::size_t operator()(const crypto::Digest& digest) const {
      std::size_t hash = 0;
      std::memcpy(&hash, digest.data(), sizeof hash);
      return hash;
    }
  };

  TenantEntry& add_tenant(const TenantConfig& config);
  void add_to_account(const SenderEntry& sender, const TenantEntry& tenant);
  void add_app(const AppConfig& config);

  std::uint64_t version_;
  // Deques: what stands in them stays where it is, and the keys of the maps are views of it.
  std::deque<Secret> tokens_;
  std::deque<SenderEntry> senders_;
  std::deque<TenantEntry> tenants_;
  std::deque<ConsumerEntry> consumers_;
  std::unordered_map<std::string_view, const SenderEntry*> by_sender_;
  std::unordered_map<std::string_view, TenantEntry*> by_tenant_;
  std::unordered_map<std::string_view, std::vector<const TenantEntry*>> by_account_;
  std::unordered_map<crypto::Digest, TenantId, DigestHash> by_key_;
  std::map<std::string, AppConfig, std::less<>> apps_;
  std::vector<Partition> partitions_;
  TenantId fallback_;
};

}  // namespace wac::config
