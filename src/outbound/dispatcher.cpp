#include "outbound/dispatcher.h"

#include <algorithm>

namespace wac::outbound {

using telemetry::Field;
using telemetry::Severity;

namespace {

/// When no slot is free, this is how soon we look again.
constexpr Millis kFullHouse{5};

}  // namespace

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
        taking_.emplace();
        const bool ok = co_await take(*partition);
        // Resumes whoever stops us before we go on.
        std::exchange(taking_, std::nullopt)->set(true);
        if (ok) continue;
        wake(*partition, loop_.wall_now() + rules_.store_pause);
      }
    }
    // A full house looks again when the store pause has passed or somebody wakes it.
    const bool full = outbound_.queue_slots().free() == 0;
    signal_ = OneShot<bool>{};
    const auto at = full ? loop_.now() + kFullHouse : next_wake();
    const OneShot<bool> signal = signal_;
    const auto timer = loop_.call_at(at, [signal] { signal.set(true); });
    co_await signal;
    loop_.cancel(timer);
  }
}

Task<Result<void>> Dispatcher::look(Partition partition) {
  if (failed_.empty()) co_return Result<void>{};
  const std::vector<Partition> where{partition};
  const auto found = co_await store_.find({}, where, loop_.wall_now());
  if (!found) co_return std::unexpected(found.error());
  co_return Result<void>{};
}

Task<bool> Dispatcher::take(Partition partition) {
  // A take whose answer is lost has taken all the same, and nobody sends that before its lease ends.
  // Partitions share a connection: after a failure of one each is looked at before anything of it is taken.
  const auto answers = co_await look(partition);
  if (!answers) co_return false;
  const std::size_t limit = std::min(rules_.batch, outbound_.queue_slots().free());
  store::DueRules rules = outbound_.due_rules();
  share_out(rules, partition);
  auto batch = co_await store_.take_due(partition, limit, std::move(rules), loop_.wall_now());
  failed_.erase(partition);
  if (!batch) {
    failed_.insert(partition);
    log_.log(Severity::kWarning, "due intents could not be taken", Field{"partition", partition.number},
             Field{"error", batch.error()});
    co_return false;
  }
  for (store::DueItem& item : batch->items) {
    ++sending_[item.record.sender];
    work_.spawn(work(std::move(item), outbound_.queue_slots().try_take()));
  }
  if (batch->next_due) wake(partition, *batch->next_due);
  co_return true;
}

std::size_t Dispatcher::step() const {
  return std::clamp<std::size_t>(outbound_.queue_share() / 4, 1, std::max<std::size_t>(rules_.batch / 4, 1));
}

bool Dispatcher::has_enough(std::size_t sending) const {
  return sending + step() > outbound_.queue_share();
}

void Dispatcher::share_out(store::DueRules& rules, Partition partition) {
  if (outbound_.queue_share() == 0) return;
  rules.per_sender = step();
  for (const auto& [sender, count] : sending_) {
    if (Partition::of(sender) != partition || !has_enough(count)) continue;
    rules.skip.push_back(sender);
    passed_over_.insert(sender);
  }
}

Task<void> Dispatcher::work(store::DueItem item, Slot slot) {
  const SenderId sender = item.record.sender;
  co_await outbound_.process(std::move(item), std::move(slot));
  const auto entry = sending_.find(sender);
  const std::size_t left = --entry->second;
  if (left == 0) sending_.erase(entry);
  if (passed_over_.empty() || has_enough(left)) co_return;
  if (passed_over_.erase(sender) != 0) wake(Partition::of(sender), loop_.wall_now());
}

Task<void> Dispatcher::stop() {
  stopping_ = true;
  signal_.set(true);
  // The store may be handing something out just now: that is ours to settle, too.
  if (const auto taking = taking_) co_await *taking;
  co_await work_.join();
}

}  // namespace wac::outbound
