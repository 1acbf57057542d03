#pragma once
// Slots for sends that a caller waits for. Where there are several tenants, none holds more than half of
// them: a tenant's flood delays itself.

#include "base/ids.h"
#include "base/semaphore.h"

#include <map>

namespace wac::outbound {

/// One per loop.
class CallerSlots {
 public:
  /// A slot, and with several tenants the right to it.
  struct Held {
    Slot share;
    Slot slot;
    explicit operator bool() const { return static_cast<bool>(slot); }
  };
  enum class Tenants : std::uint8_t { kOne, kSeveral };

  CallerSlots(Scheduler& loop, std::size_t count) : loop_(loop), count_(count), all_(loop, count) {}

  /// Waits its turn; empty when the deadline passes first.
  Task<Held> take(TenantId tenant, Tenants tenants, Deadline deadline);
  Slots& all() { return all_; }

 private:
  Slots& share_of(const TenantId& tenant);

  Scheduler& loop_;
  std::size_t count_;
  Slots all_;
  std::map<TenantId, Slots> shares_;
};

}  // namespace wac::outbound
