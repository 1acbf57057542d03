#pragma once
// The pull side of delivery: reads a tenant's events after a cursor, waiting for new ones. Serves long polls
// and server-sent events.

#include "base/scheduler.h"
#include "config/directory.h"
#include "crypto/keyring.h"
#include "delivery/waiters.h"
#include "store/event_log.h"
#include "telemetry/log.h"

namespace wac::delivery {

/// Events as consumers get them.
struct FeedPage {
  struct Event {
    PersonalText json;   ///< CloudEvents 1.0
    std::string cursor;  ///< position after it
  };
  std::vector<Event> events;
  std::string cursor;  ///< where to read on
};

struct FeedRules {
  std::size_t limit_max = 500;  ///< events per page
  /// How often a waiting reader looks by itself: finds what other instances appended.
  Millis look{1'000};
};

/// One per loop.
class EventFeed {
 public:
  EventFeed(const config::Directory& directory, Scheduler& loop, store::EventLog& log, crypto::Sealer& sealer,
            telemetry::Logger& logger, FeedRules rules);

  /// At least one event, or an empty page at the deadline. kInvalid: no cursor of ours.
  Task<Result<FeedPage>> read(TenantId tenant, std::string cursor, std::size_t limit, Deadline deadline);

  /// Something was appended for the tenant: waiting readers look now.
  void notify(const TenantId& tenant) { waiters_.notify(tenant); }
  /// Readers waiting on this loop. Any thread.
  std::size_t waiting() const { return waiters_.count(); }
  /// Every waiting reader returns what it has.
  void stop() { waiters_.stop(); }

 private:
  Task<Result<FeedPage>> look(TenantId tenant, std::vector<Partition> partitions, std::string cursor,
                              std::size_t limit);

  const config::Directory& directory_;
  Scheduler& loop_;
  store::EventLog& log_;
  crypto::Sealer& sealer_;
  telemetry::Logger& logger_;
  FeedRules rules_;
  Waiters waiters_;
};

}  // namespace wac::delivery
