#include "outbound/dispatcher.h"

#include <algorithm>

namespace wac::outbound {

using telemetry::Field;
using telemetry::Severity;

Dispatcher::Dispatcher(Scheduler& loop, store::IntentStore& store, Outbound& outbound,
                       std::vector<Partition> partitions, DispatcherRules rules, telemetry::Logger& log)
    : loop_(loop),
      store_(store),
      outbound_(outbound),
      rules_(rules),
      log_(log),
      partitions_(std::move(partitions)),
      next_sweep_(loop.now() + rules.sweep) {
  for (const Partition partition : partitions_) due_[partition] = loop.wall_now();
}

void Dispatcher::serve(std::vector<Partition> partitions) {
  for (const Partition partition : partitions) {
    if (std::ranges::find(partitions_, partition) == partitions_.end()) wake(partition, loop_.wall_now());
  }
  partitions_ = std::move(partitions);
  // The next round of the loop sees them: it may be waiting for nothing at all.
  signal_.set(true);
}

void Dispatcher::wake(Partition partition, WallTime at) {
  const auto [entry, added] = due_.try_emplace(partition, at);
  if (!added && entry->second <= at) return;
  entry->second = at;
  signal_.set(true);
}

MonoTime Dispatcher::next_wake() const {
  MonoTime at = partitions_.empty() ? MonoTime::max() : next_sweep_;
  const WallTime wall = loop_.wall_now();
  for (const auto& [partition, due] : due_) at = std::min(at, loop_.now() + std::max(due - wall, Millis{0}));
  return at;
}

std::optional<Partition> Dispatcher::next_due() {
  const WallTime wall = loop_.wall_now();
  const auto first = std::ranges::min_element(due_, {}, [](const auto& entry) { return entry.second; });
  if (first != due_.end() && first->second <= wall) {
    const Partition partition = first->first;
    due_.erase(first);
    return partition;
  }
  if (!partitions_.empty() && loop_.now() >= next_sweep_) {
    next_sweep_ = loop_.now() + rules_.sweep;
    return partitions_[sweep_index_++ % partitions_.size()];
  }
  return std::nullopt;
}

Task<void> Dispatcher::run() {
  while (!stopping_) {
    if (outbound_.queue_slots().free() > 0) {
      if (const auto partition = next_due()) {
        const bool ok = co_await take(*partition);
        if (ok) continue;
        wake(*partition, loop_.wall_now() + rules_.store_pause);
      }
    }
    // A full house looks again when the store pause has passed or somebody wakes it.
    const bool full = outbound_.queue_slots().free() == 0;
    signal_ = OneShot<bool>{};
    const auto at = full ? loop_.now() + Millis{5} : next_wake();
    const OneShot<bool> signal = signal_;
    const auto timer = loop_.call_at(at, [signal] { signal.set(true); });
    co_await signal;
    loop_.cancel(timer);
  }
}

Task<bool> Dispatcher::take(Partition partition) {
  const std::size_t limit = std::min(rules_.batch, outbound_.queue_slots().free());
  auto batch = co_await store_.take_due(partition, limit, outbound_.due_rules(), loop_.wall_now());
  if (!batch) {
    log_.log(Severity::kWarning, "due intents could not be taken", Field{"partition", partition.number},
             Field{"error", batch.error()});
    co_return false;
  }
  for (store::DueItem& item : batch->items) {
    work_.spawn(outbound_.process(std::move(item), outbound_.queue_slots().try_take()));
  }
  if (batch->next_due) wake(partition, *batch->next_due);
  co_return true;
}

Task<void> Dispatcher::stop() {
  stopping_ = true;
  signal_.set(true);
  co_await work_.join();
}

}  // namespace wac::outbound
