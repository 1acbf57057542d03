#include "outbound/caller_slots.h"

#include <algorithm>

namespace wac::outbound {
namespace {

/// Shares of tenants that send nothing now are dropped beyond so many.
constexpr std::size_t kIdleShares = 256;

}  // namespace

Slots& CallerSlots::share_of(const TenantId& tenant) {
  const std::size_t half = std::max<std::size_t>(count_ / 2, 1);
  if (shares_.size() > kIdleShares) {
    std::erase_if(shares_, [half](const auto& entry) {
      return entry.second.free() == half && entry.second.waiting() == 0;
    });
  }
  return shares_.try_emplace(tenant, loop_, half).first->second;
}

Task<CallerSlots::Held> CallerSlots::take(TenantId tenant, Tenants tenants, Deadline deadline) {
  Held held;
  if (tenants == Tenants::kSeveral) {
    held.share = co_await share_of(tenant).take(deadline);
    if (!held.share) co_return held;
  }
  held.slot = all_.try_take();
  if (!held.slot) held.slot = co_await all_.take(deadline);
  co_return held;
}

}  // namespace wac::outbound
