#pragma once
// The event log in Redis: a stream per tenant and partition. Contract: store/event_log.h.

#include "base/semaphore.h"
#include "store/event_log.h"
#include "store/redis/event_position.h"
#include "store/redis/script_groups.h"
#include "store/redis/scripts.h"
#include "store/redis/session.h"

#include <array>

namespace wac::store::redis {

/// Items of one ingest script: a Redis that runs it serves nobody else meanwhile.
inline constexpr std::size_t kItemsPerScript = 250;
/// A page holds no more than this, whatever was asked for.
inline constexpr std::size_t kEventsPerPage = 1'000;

/// `session` and `scripts` outlive it.
class RedisEvents final : public EventLog {
 public:
  RedisEvents(Session& session, Scheduler& loop, const Scripts& scripts)
      : session_(session), scripts_(scripts), singles_(session, scripts.ingest), reading_(loop, 1) {}

  Task<Result<std::vector<Ingested>>> ingest(Partition partition, std::vector<NewEvent> events,
                                             EventRules rules, WallTime now) override;
  Task<Result<EventPage>> read_after(TenantId tenant, std::vector<Partition> partitions, EventCursor cursor,
                                     std::size_t limit) override;

 private:
  struct Lane;
  Task<Result<std::vector<Ingested>>> ingest_single(std::string key, net::RedisWords common, NewEvent event);
  std::string trim_before(Partition partition, const std::vector<NewEvent>& events, const EventRules& rules,
                          WallTime now);
  Task<Result<EventPage>> position_now(TenantId tenant, std::vector<Partition> partitions);
  Task<Result<void>> refill(const TenantId& tenant, std::vector<Lane>& lanes, std::size_t count);

  Session& session_;
  const Scripts& scripts_;
  /// Webhooks of one event, as nearly all are: those of a turn go in one script.
  ScriptGroups singles_;
  /// One page at a time: what answers webhooks must not queue behind the pages of all readers, neither in the
  /// connection nor on the loop.
  Slots reading_;
  /// When old contacts of a partition are dropped next.
  std::array<WallTime, Partition::kCount> next_trim_{};
};

}  // namespace wac::store::redis
