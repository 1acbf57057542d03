#pragma once
// What the owner of senders may see of them and do: how fast each goes, what holds it back, and resuming it.

#include "outbound/courier.h"

#include <set>
#include <vector>

namespace wac::outbound {

/// One per loop.
class Senders {
 public:
  explicit Senders(OutboundParts parts) : parts_(std::move(parts)) {}

  /// The tenant's senders in the order of its configuration, those that never sent included.
  Task<Result<std::vector<store::SenderPace>>> list(TenantId tenant);
  /// kNotFound: not a sender of the tenant.
  Task<Result<store::SenderPace>> find(TenantId tenant, SenderId id);
  /// Clears a stop and an open breaker, and lets what waited go on. False: there was nothing to clear.
  /// kNotFound as find().
  Task<Result<bool>> resume(TenantId tenant, SenderId id);
  /// Tells the store of tokens that changed since it last heard of them: what stood still because of the old
  /// one goes on. Where the store does not answer, adopt_missed() has it to do again.
  Task<void> adopt_tokens(std::vector<Partition> partitions);
  Task<void> adopt_missed();

 private:
  Task<Result<void>> adopt_tokens_of(Partition partition);
  Task<Result<void>> adopt_token(store::SenderPace pace);
  Task<Result<std::vector<store::SenderPace>>> read(std::vector<SenderId> ids);

  OutboundParts parts_;
  std::set<Partition> missed_;
};

}  // namespace wac::outbound
