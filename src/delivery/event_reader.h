#pragma once
// Reads a tenant's events into a consumer's window: opens them, passes by what the consumer does not want.

#include "config/directory.h"
#include "crypto/keyring.h"
#include "delivery/consumer_state.h"
#include "delivery/event_view.h"
#include "delivery/window.h"
#include "store/event_log.h"
#include "telemetry/log.h"

namespace wac::delivery {

/// One per loop.
class EventReader {
 public:
  EventReader(const config::Directory& directory, Scheduler& loop, store::EventLog& log,
              crypto::Fingerprinter& fingerprints, crypto::Sealer& sealer, telemetry::Logger& logger)
      : directory_(directory),
        loop_(loop),
        log_(log),
        fingerprints_(fingerprints),
        sealer_(sealer),
        logger_(logger) {}

  /// Reads on at the window's end; returns how many events the log gave. `range`: only events of that time;
  /// null: of any. Both outlive the task.
  Task<Result<std::size_t>> fill(Window& window, const config::ConsumerEntry& consumer,
                                 const std::optional<ReplayRange>& range, std::size_t limit);

  /// The event of that id, which is the next one or one of the next after the cursor; nothing when it is no
  /// longer kept.
  Task<Result<std::optional<std::pair<PersonalText, EventView>>>> find(TenantId tenant, std::string before,
                                                                       crypto::Fingerprint id);

  /// Where a reader stands that wants to read on from now.
  Task<Result<std::string>> now(TenantId tenant);
  /// Events after a cursor, the next `limit` at most.
  Task<Result<store::EventPage>> page(TenantId tenant, std::string cursor, std::size_t limit);
  /// Opens an event and looks at it; nothing (and a line in the log) when it is damaged.
  std::optional<std::pair<PersonalText, EventView>> open(const TenantId& tenant,
                                                         const store::StoredEvent& event);

 private:
  const config::Directory& directory_;
  Scheduler& loop_;
  store::EventLog& log_;
  crypto::Fingerprinter& fingerprints_;
  crypto::Sealer& sealer_;
  telemetry::Logger& logger_;
};

}  // namespace wac::delivery
