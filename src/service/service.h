#pragma once
// The whole service: builds the parts from a configuration, starts them in order, drains them in order.

#include "config/config.h"
#include "telemetry/log.h"

#include <memory>

namespace wac::service {

enum class DrainResult : std::uint8_t {
  kComplete,  ///< everything in flight finished: exit 0
  kCut,       ///< the deadline forced something: exit 3. Nothing is lost: leases end, Meta repeats.
};

class Service {
 public:
  /// Blocking. Proves the store, listens, begins work. On an error (its reason is in the log) the process
  /// must exit: threads may still be running.
  static Result<std::unique_ptr<Service>> start(config::Config config,
                                                std::shared_ptr<telemetry::Logger> log);
  virtual ~Service() = default;

  virtual std::uint16_t port() const = 0;
  virtual std::uint16_t admin_port() const = 0;

  /// Takes over what may change at run time (tenants, senders, tokens, keys, limits, policies, apps) from
  /// another load of the configuration, or, when that has problems, says so and leaves everything as it is.
  /// From the thread that started the service.
  virtual void reload(const config::LoadResult& loaded) = 0;

  /// Blocking: not ready → stop accepting → finish what is in flight within `drain_timeout` → close. After
  /// kCut the process must exit at once without destroying the service.
  virtual DrainResult drain() = 0;
};

}  // namespace wac::service
