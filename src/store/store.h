#pragma once
// An engine: what the service needs of durability.

#include "store/contact_log.h"
#include "store/event_log.h"
#include "store/intent_store.h"
#include "store/keyed_records.h"

#include <memory>

namespace wac::store {

/// One per loop. Engines share what they can between loops internally.
class Store {
 public:
  virtual ~Store() = default;
  virtual IntentStore& intents() = 0;
  virtual EventLog& events() = 0;
  virtual KeyedRecords& records() = 0;
  virtual ContactLog& contacts() = 0;

  /// At start: whether what is stored has a form this program knows; an older one is brought up to date.
  /// kInvalid: a newer version made it.
  virtual Task<Result<void>> check_format() = 0;
  /// A real write-read-expire round trip. Used at start and by readiness.
  virtual Task<Result<void>> probe(WallTime now) = 0;
  /// Cheap: whether the last operations worked (connected, disk writable).
  virtual bool healthy() const = 0;
  /// "sqlite" or "redis".
  virtual std::string_view engine() const = 0;
  /// Drops what its retention time has passed (engines that do not do it by themselves); bounded work a call.
  virtual Task<Result<std::size_t>> purge(WallTime now) = 0;
  /// Waits for work in flight until the deadline, then closes.
  virtual Task<void> stop(Deadline deadline) = 0;
};

}  // namespace wac::store
