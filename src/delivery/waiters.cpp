#include "delivery/waiters.h"

#include <vector>

namespace wac::delivery {

Task<void> Waiters::wait(const TenantId& tenant, MonoTime until) {
  if (stopping_) co_return;
  const OneShot<bool> signal;
  const auto entry = signals_.emplace(tenant, signal);
  count_.fetch_add(1, std::memory_order_relaxed);
  const auto timer = loop_.call_at(until, [signal] { signal.set(true); });
  co_await signal;
  loop_.cancel(timer);
  signals_.erase(entry);
  count_.fetch_sub(1, std::memory_order_relaxed);
}

void Waiters::notify(const TenantId& tenant) {
  // Resumed readers change the map: collect first.
  const auto [first, last] = signals_.equal_range(tenant);
  std::vector<OneShot<bool>> signals;
  for (auto at = first; at != last; ++at) signals.push_back(at->second);
  for (const auto& signal : signals) signal.set(true);
}

void Waiters::stop() {
  stopping_ = true;
  std::vector<OneShot<bool>> signals;
  for (const auto& [tenant, signal] : signals_) signals.push_back(signal);
  for (const auto& signal : signals) signal.set(true);
}

}  // namespace wac::delivery
