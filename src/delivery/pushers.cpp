#include "delivery/pushers.h"

#include <algorithm>

namespace wac::delivery {

std::size_t loop_of(const ConsumerName& name, std::size_t loops) {
  const std::string text = std::string{name.tenant.str()} + "/" + std::string{name.consumer.str()};
  return Partition::of_text(text).number % loops;
}

void Pushers::serve() {
  if (stopping_) return;
  // Those that are gone find that out by themselves.
  std::vector<Pusher*> known;
  for (const auto& [name, pusher] : pushers_) known.push_back(pusher.get());
  for (Pusher* pusher : known) pusher->look();
  const config::SnapshotRef snapshot = parts_.directory.snapshot();
  for (const config::ConsumerEntry& entry : snapshot->consumers()) {
    ConsumerName name{entry.tenant, entry.config.id};
    if (loop_of(name, loops_) == loop_ && !pushers_.contains(name)) start(name);
  }
}

void Pushers::start(const ConsumerName& name) {
  pushers_.emplace(name, std::make_unique<Pusher>(parts_, name));
  count_.store(pushers_.size(), std::memory_order_relaxed);
  scope_.spawn(run(name));
}

Task<void> Pushers::run(ConsumerName name) {
  Pusher* pusher = pushers_.at(name).get();
  co_await pusher->run();
  pushers_.erase(name);
  count_.store(pushers_.size(), std::memory_order_relaxed);
  // It may have come back while the old one was ending.
  const config::SnapshotRef snapshot = parts_.directory.snapshot();
  if (!stopping_ && snapshot->consumer(name.tenant, name.consumer) != nullptr) start(name);
}

template <class Do>
void Pushers::each_of(const TenantId& tenant, Do what) {
  // What is woken may end and leave the map: collect first.
  std::vector<Pusher*> found;
  for (auto at = pushers_.lower_bound(ConsumerName{tenant, {}});
       at != pushers_.end() && at->first.tenant == tenant; ++at) {
    found.push_back(at->second.get());
  }
  for (Pusher* pusher : found) what(*pusher);
}

void Pushers::notify(const TenantId& tenant) {
  each_of(tenant, [](Pusher& pusher) { pusher.notify(); });
}

void Pushers::look(const TenantId& tenant) {
  each_of(tenant, [](Pusher& pusher) { pusher.look(); });
}

Task<void> Pushers::stop(Deadline deadline) {
  stopping_ = true;
  std::vector<Pusher*> all;
  for (const auto& [name, pusher] : pushers_) all.push_back(pusher.get());
  for (Pusher* pusher : all) pusher->stop(deadline);
  co_await scope_.join();
}

void Pushers::measure() {
  const WallTime now = parts_.loop.wall_now();
  Millis lag{0};
  std::size_t held_back = 0;
  std::size_t pending = 0;
  std::size_t dead_letters = 0;
  for (const auto& [name, pusher] : pushers_) {
    if (const auto oldest = pusher->oldest()) lag = std::max(lag, now - *oldest);
    if (pusher->held_back()) ++held_back;
    pending += pusher->pending();
    dead_letters += pusher->dead_letters();
  }
  lag_.store(lag.count(), std::memory_order_relaxed);
  held_back_.store(held_back, std::memory_order_relaxed);
  pending_.store(pending, std::memory_order_relaxed);
  dead_letters_.store(dead_letters, std::memory_order_relaxed);
}

}  // namespace wac::delivery
