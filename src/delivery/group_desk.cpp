#include "delivery/group_desk.h"

#include <algorithm>

namespace wac::delivery {
namespace {

/// Events behind the cursor that are looked at.
constexpr std::size_t kCounted = 500;
constexpr int kNameTries = 20;

}  // namespace

Task<Result<GroupState>> GroupDesk::state_of(GroupName name) {
  auto loaded = co_await records_.load(std::move(name));
  if (!loaded) co_return std::unexpected(loaded.error());
  if (!loaded->state) co_return fail(ErrorCode::kNotFound, "group");
  co_return std::move(*loaded->state);
}

Task<Result<GroupReport>> GroupDesk::report_of(GroupName name, GroupState state) {
  GroupReport report;
  report.group = name.group;
  report.acknowledged = state.acknowledged;
  report.dead_letters = state.dead.size();
  const WallTime now = loop_.wall_now();
  report.in_flight = static_cast<std::size_t>(std::ranges::count_if(
      state.items, [now](const GroupItem& item) { return item.leased && item.until > now; }));
  report.waiting = state.items.size() - report.in_flight;
  report.oldest = oldest(state);
  report.filter = state.filter;
  const auto page = co_await reader_.page(name.tenant, state.cursor, kCounted);
  if (!page) co_return std::unexpected(page.error());
  report.more = page->events.size() == kCounted;
  for (const store::StoredEvent& event : page->events) {
    const auto opened = reader_.open(name.tenant, event);
    if (!opened || !wants(state.filter, opened->second)) continue;
    ++report.unread;
    if (!report.oldest) report.oldest = opened->second.time;
  }
  co_return report;
}

Task<Result<std::vector<GroupReport>>> GroupDesk::list(TenantId tenant) {
  const auto names = co_await records_.names(tenant);
  if (!names) co_return std::unexpected(names.error());
  std::vector<GroupReport> reports;
  for (const ConsumerId& group : names->groups) {
    auto made = co_await report({tenant, group});
    // Named but not made: its first reader has not come to the end of that, or somebody just forgets it.
    if (!made && made.error().code == ErrorCode::kNotFound) continue;
    if (!made) co_return std::unexpected(made.error());
    reports.push_back(std::move(*made));
  }
  co_return reports;
}

Task<Result<GroupReport>> GroupDesk::report(GroupName name) {
  auto state = co_await state_of(name);
  if (!state) co_return std::unexpected(state.error());
  co_return co_await report_of(std::move(name), std::move(*state));
}

Task<Result<void>> GroupDesk::remove(GroupName name) {
  const auto erased = co_await records_.erase(name);
  if (!erased) co_return std::unexpected(erased.error());
  for (int i = 0; i < kNameTries; ++i) {
    auto names = co_await records_.names(name.tenant);
    if (!names) co_return std::unexpected(names.error());
    const std::size_t named = std::erase(names->groups, name.group);
    if (named == 0 && !*erased) co_return fail(ErrorCode::kNotFound, "group");
    if (named == 0) co_return Result<void>{};
    const auto saved = co_await records_.save_names(name.tenant, names->groups, names->version);
    if (saved) co_return Result<void>{};
    if (saved.error().code != ErrorCode::kConflict) co_return std::unexpected(saved.error());
  }
  co_return fail(ErrorCode::kOverloaded, "names of groups");
}

Task<Result<SeekReport>> GroupDesk::seek(GroupName name, SeekOrder order, Deadline deadline) {
  auto state = co_await state_of(name);
  if (!state) co_return std::unexpected(state.error());
  const auto cursor = co_await position(name.tenant, order.target, deadline);
  if (!cursor) co_return std::unexpected(cursor.error());
  SeekReport seek;
  seek.dropped = state->items.size();
  if (!order.dry_run) {
    const auto changed = co_await groups_.change(name, [cursor = *cursor](GroupState& current) {
      TokenOutcome outcome;
      outcome.events = current.items.size() + 1;
      restart(current, cursor);
      return outcome;
    });
    if (!changed) co_return std::unexpected(changed.error());
    seek.dropped = changed->events - 1;
  }
  restart(*state, *cursor);
  auto after = co_await report_of(std::move(name), std::move(*state));
  if (!after) co_return std::unexpected(after.error());
  seek.after = std::move(*after);
  co_return seek;
}

Task<Result<std::string>> GroupDesk::position(TenantId tenant, SeekTarget target, Deadline deadline) {
  if (const auto* end = std::get_if<config::ConsumerStart>(&target)) {
    if (*end == config::ConsumerStart::kOldest) co_return std::string{};
    co_return co_await reader_.now(std::move(tenant));
  }
  const WallTime time = std::get<WallTime>(target);
  std::string cursor;
  for (;;) {
    auto page = co_await reader_.page(tenant, cursor, kCounted);
    if (!page) co_return std::unexpected(page.error());
    if (page->events.empty()) co_return std::move(page->cursor.text);
    for (store::StoredEvent& event : page->events) {
      const auto opened = reader_.open(tenant, event);
      if (opened && opened->second.time >= time) co_return cursor;
      cursor = std::move(event.cursor.text);
    }
    if (deadline.passed(loop_.now())) co_return fail(ErrorCode::kTimeout, "events before a time");
    co_await yield_to(loop_);
  }
}

Task<Result<std::vector<GroupDeadLetter>>> GroupDesk::dead_letters(GroupName name) {
  auto state = co_await state_of(std::move(name));
  if (!state) co_return std::unexpected(state.error());
  co_return std::move(state->dead);
}

Task<Result<std::size_t>> GroupDesk::redrive(GroupName name, const config::GroupRules& rules) {
  const auto changed = co_await groups_.change(std::move(name), [rules](GroupState& state) {
    TokenOutcome outcome;
    outcome.events = delivery::redrive(state, rules);
    return outcome;
  });
  if (!changed) co_return std::unexpected(changed.error());
  co_return changed->events;
}

}  // namespace wac::delivery
