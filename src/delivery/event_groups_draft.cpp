// EventGroups: making one hand-out. Nothing of it holds before it is written.

#include "delivery/event_groups.h"

#include <algorithm>

namespace wac::delivery {
namespace {

using telemetry::Field;
using telemetry::Severity;

/// An event lies within a page of the cursor that is kept for it, behind those that hosts with other clocks
/// appended in front meanwhile.
constexpr std::size_t kFindPages = 4;
/// Read in one step; then how far it came is written down.
constexpr std::size_t kReadPages = 10;

}  // namespace

Task<Result<EventGroups::Draft>> EventGroups::draft(const TenantId& tenant, GroupState& state,
                                                    const TakeOrder& order) {
  const WallTime now = parts_.loop.wall_now();
  Draft made;
  const bool was_full = state.items.size() >= parts_.rules.window;
  TokenOutcome settled = delivery::acknowledge(state, order.acks);
  made.acknowledged = settled.events;
  made.taken.unknown = std::move(settled.unknown);
  made.given_up = expire(state, parts_.rules, now);
  const std::size_t has = in_flight(state, order.holder);
  const std::size_t limit = std::min({order.limit, kLimit, order.in_flight - std::min(order.in_flight, has)});
  made.taken.lease_end = now + parts_.rules.lease;

  HandOut hand{state, parts_.rules, {order.holder, now, made.taken.lease_end}};
  const std::vector<GroupItem> again = hand.again(limit);
  auto bodies = co_await bodies_of(tenant, again);
  if (!bodies) co_return std::unexpected(bodies.error());
  for (const GroupItem& item : again) {
    const auto body = bodies->find(item.id);
    if (body != bodies->end()) {
      made.taken.events.push_back({std::move(body->second), {order.holder, item.id}, item.attempts});
      continue;
    }
    parts_.log.log(Severity::kWarning, "an event that waits for a group is no longer kept",
                   Field{"tenantId", tenant}, Field{"eventId", item.id});
    forget(state, item.id);
  }
  made.changed = made.acknowledged + made.given_up.size() + again.size() > 0;
  const auto read = co_await read_on(tenant, state, hand, limit, made);
  if (!read) co_return std::unexpected(read.error());
  made.next_change = next_change(state, now);
  // Who has the tokens waits for nothing: others may, for a conversation or for room.
  const bool others = std::ranges::any_of(state.items, [](const GroupItem& item) { return !item.leased; });
  made.loosened = made.acknowledged + made.given_up.size() > 0 && (others || was_full);
  co_return made;
}

Task<Result<void>> EventGroups::read_on(const TenantId& tenant, GroupState& state, HandOut& hand,
                                        std::size_t limit, Draft& draft) {
  std::vector<Taken::Event>& events = draft.taken.events;
  // More each time: what waits for its conversation, or is not wanted, is passed by.
  std::size_t count = limit - std::min(limit, events.size());
  for (std::size_t pages = 0; events.size() < limit && hand.room();
       ++pages, count = std::min(2 * count, kLimit)) {
    draft.more = pages == kReadPages;
    if (draft.more) break;
    const std::string before = state.cursor;
    auto page = co_await parts_.reader.page(tenant, before, count);
    if (!page) co_return std::unexpected(page.error());
    for (store::StoredEvent& event : page->events) {
      if (events.size() == limit || !hand.room()) break;
      auto opened = parts_.reader.open(tenant, event);
      state.cursor = std::move(event.cursor.text);
      draft.changed = true;
      if (!opened || !wants(state.filter, opened->second)) continue;
      GroupItem item;
      item.id = event.id;
      item.conversation = opened->second.conversation;
      item.before = before;
      item.time = opened->second.time;
      const bool given = hand.offer(std::move(item));
      if (given) events.push_back({std::move(opened->first), {hand.holder(), event.id}, 1});
    }
    if (page->events.size() < count) break;
  }
  co_return Result<void>{};
}

Task<Result<EventGroups::Bodies>> EventGroups::bodies_of(TenantId tenant, std::vector<GroupItem> items) {
  Bodies bodies;
  for (std::size_t first = 0, end = 0; first < items.size(); first = end) {
    std::set<crypto::Fingerprint> wanted;
    for (end = first; end < items.size() && items[end].before == items[first].before; ++end) {
      wanted.insert(items[end].id);
    }
    std::string cursor = items[first].before;
    for (std::size_t pages = 0; pages < kFindPages && !wanted.empty(); ++pages) {
      auto page = co_await parts_.reader.page(tenant, cursor, kLimit);
      if (!page) co_return std::unexpected(page.error());
      for (const store::StoredEvent& event : page->events) {
        if (wanted.erase(event.id) == 0) continue;
        auto opened = parts_.reader.open(tenant, event);
        if (opened) bodies.emplace(event.id, std::move(opened->first));
      }
      if (page->events.empty()) break;
      cursor = std::move(page->cursor.text);
    }
  }
  co_return bodies;
}

}  // namespace wac::delivery
