#include "delivery/consumer_desk.h"

#include <algorithm>

namespace wac::delivery {
namespace {

/// Pending events are counted up to here.
constexpr std::size_t kCounted = 500;

}  // namespace

Task<Result<std::vector<ConsumerReport>>> ConsumerDesk::list(TenantId tenant) {
  std::vector<ConsumerReport> reports;
  const config::SnapshotRef snapshot = directory_.snapshot();
  const config::TenantEntry* entry = snapshot->tenant(tenant);
  if (entry == nullptr) co_return reports;
  for (const config::ConsumerEntry* consumer : entry->consumers) {
    auto made = co_await report({tenant, consumer->config.id});
    if (!made) co_return std::unexpected(made.error());
    reports.push_back(std::move(*made));
  }
  co_return reports;
}

Task<Result<ConsumerReport>> ConsumerDesk::report(ConsumerName name) {
  auto loaded = co_await records_.load(name);
  if (!loaded) co_return std::unexpected(loaded.error());
  const auto letters = co_await records_.letters(name);
  if (!letters) co_return std::unexpected(letters.error());
  ConsumerReport report;
  report.id = name.consumer;
  report.dead_letters = letters->size();
  if (!loaded->state) co_return report;
  report.begun = true;
  report.state = std::move(*loaded->state);
  report.served = !report.state.owner.empty() && report.state.owned_until > loop_.wall_now();

  const config::SnapshotRef snapshot = directory_.snapshot();
  const config::ConsumerEntry* entry = snapshot->consumer(name.tenant, name.consumer);
  const auto page = co_await reader_.page(name.tenant, report.state.cursor, kCounted);
  if (!page) co_return std::unexpected(page.error());
  report.more = page->events.size() == kCounted;
  for (const store::StoredEvent& event : page->events) {
    if (std::ranges::find(report.state.done, event.id) != report.state.done.end()) continue;
    const auto opened = reader_.open(name.tenant, event);
    if (!opened || entry == nullptr || !wants(entry->config, opened->second)) continue;
    if (report.pending++ == 0) report.oldest = opened->second.time;
  }
  co_return report;
}

Task<Result<std::vector<DeadLetter>>> ConsumerDesk::dead_letters(ConsumerName name) {
  co_return co_await records_.letters(std::move(name));
}

Task<Result<void>> ConsumerDesk::resume(ConsumerName name) {
  Orders orders;
  orders.resume = true;
  co_return co_await order(std::move(name), std::move(orders));
}

Task<Result<std::size_t>> ConsumerDesk::redrive(ConsumerName name) {
  const auto letters = co_await records_.letters(name);
  if (!letters) co_return std::unexpected(letters.error());
  if (letters->empty()) co_return std::size_t{0};
  Orders orders;
  orders.redrive = true;
  const auto ordered = co_await order(std::move(name), std::move(orders));
  if (!ordered) co_return std::unexpected(ordered.error());
  co_return letters->size();
}

Task<Result<ReplayCount>> ConsumerDesk::count(ConsumerName name, ReplayRange range, Deadline deadline) {
  ReplayCount count;
  std::string cursor;
  for (;;) {
    const config::SnapshotRef snapshot = directory_.snapshot();
    const config::ConsumerEntry* entry = snapshot->consumer(name.tenant, name.consumer);
    auto page = co_await reader_.page(name.tenant, cursor, kCounted);
    if (!page) co_return std::unexpected(page.error());
    if (page->events.empty() || entry == nullptr) co_return count;
    for (const store::StoredEvent& event : page->events) {
      const auto opened = reader_.open(name.tenant, event);
      if (opened && wants(entry->config, opened->second) && range.contains(opened->second.time))
        ++count.events;
    }
    cursor = std::move(page->cursor.text);
    if (deadline.passed(loop_.now())) {
      count.complete = false;
      co_return count;
    }
    co_await yield_to(loop_);
  }
}

Task<Result<void>> ConsumerDesk::replay(ConsumerName name, ReplayRange range) {
  const auto loaded = co_await records_.load(name);
  if (!loaded) co_return std::unexpected(loaded.error());
  const bool going_on = loaded->orders.replay || (loaded->state && loaded->state->replay);
  if (going_on) co_return fail(ErrorCode::kConflict, "a replay is going on");
  Orders orders;
  orders.replay = range;
  co_return co_await order(std::move(name), std::move(orders));
}

Task<Result<void>> ConsumerDesk::order(ConsumerName name, Orders orders) {
  const TenantId tenant = name.tenant;
  auto ordered = co_await records_.order(std::move(name), std::move(orders));
  if (ordered && ordered_) ordered_(tenant);
  co_return ordered;
}

}  // namespace wac::delivery
