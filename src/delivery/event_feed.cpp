#include "delivery/event_feed.h"

#include "base/expose.h"

#include <algorithm>

namespace wac::delivery {

using telemetry::Field;
using telemetry::Severity;

EventFeed::EventFeed(const config::Directory& directory, Scheduler& loop, store::EventLog& log,
                     crypto::Sealer& sealer, telemetry::Logger& logger, FeedRules rules)
    : directory_(directory),
      loop_(loop),
      log_(log),
      sealer_(sealer),
      logger_(logger),
      rules_(rules),
      waiters_(loop) {}

Task<Result<FeedPage>> EventFeed::read(TenantId tenant, std::string cursor, std::size_t limit,
                                       Deadline deadline) {
  const std::vector<Partition> partitions = directory_.partitions_of(tenant);
  const std::size_t count = std::clamp<std::size_t>(limit, 1, rules_.limit_max);
  for (;;) {
    auto page = co_await look(tenant, partitions, cursor, count);
    if (!page || !page->events.empty()) co_return page;
    // "$" has become a position: what is appended while we wait is not skipped.
    cursor = page->cursor;
    if (waiters_.stopping() || deadline.passed(loop_.now())) co_return page;
    co_await waiters_.wait(tenant, deadline.sooner(loop_.now() + rules_.look).at);
  }
}

Task<Result<FeedPage>> EventFeed::look(TenantId tenant, std::vector<Partition> partitions, std::string cursor,
                                       std::size_t limit) {
  auto stored = co_await log_.read_after(tenant, std::move(partitions), {std::move(cursor)}, limit);
  if (!stored) co_return std::unexpected(stored.error());
  FeedPage page;
  page.cursor = std::move(stored->cursor.text);
  page.events.reserve(stored->events.size());
  for (store::StoredEvent& event : stored->events) {
    auto json = sealer_.open(event.body, store::event_context(event.id));
    if (!json) {
      // One damaged event must not stop the feed; it stays in the log and is reported each time it is met.
      logger_.log(Severity::kCritical, "stored event cannot be opened", Field{"eventId", event.id},
                  Field{"tenantId", tenant}, Field{"error", json.error()});
      continue;
    }
    page.events.push_back({std::move(*json), std::move(event.cursor.text)});
  }
  co_return page;
}

}  // namespace wac::delivery
