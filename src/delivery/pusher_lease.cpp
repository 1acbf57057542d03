// What a pusher keeps in the store: the lease that makes it the only one, the position, the dead letters.

#include "delivery/pusher.h"
#include "delivery/pusher_times.h"

#include <algorithm>

namespace wac::delivery {
namespace {

using telemetry::Field;
using telemetry::Severity;

/// From three quarters to five quarters of it, so that many consumers are not looked at at once.
Millis spread(Millis time, Random& random) {
  const auto half = static_cast<std::uint64_t>(time.count() / 2);
  return time * 3 / 4 + Millis{static_cast<std::int64_t>(random.below(half + 1))};
}

}  // namespace

Millis idle_look(std::size_t consumers) {
  return std::clamp(kIdleLookEach * static_cast<std::int64_t>(consumers), kIdleLook, kIdleLookMost);
}

/// Nothing: the lease is ours. Else when to try again.
Task<std::optional<MonoTime>> Pusher::acquire() {
  Scheduler& loop = parts_.loop;
  const config::SnapshotRef snapshot = parts_.directory.snapshot();
  const config::ConsumerEntry* entry = consumer(snapshot);
  if (entry == nullptr) {
    stopping_ = true;
    co_return loop.now();
  }
  notified_ = look_ = false;
  const auto loaded = co_await parts_.records.load(name_);
  blind_ = !loaded && loaded.error().code != ErrorCode::kCorrupt;
  if (!loaded) {
    if (!blind_) {
      parts_.log.log(Severity::kCritical, "what is known of a consumer cannot be read: it gets no events",
                     Field{"tenantId", name_.tenant}, Field{"consumer", name_.consumer});
      co_return loop.now() + kIdleLook;
    }
    co_return loop.now() + kStorePause;
  }
  const WallTime wall = loop.wall_now();
  const bool known = co_await begin_state(*loaded, *entry);
  if (!known) co_return loop.now() + kStorePause;
  co_await count_letters();
  const bool theirs = !state_.owner.empty() && state_.owner != parts_.instance && state_.owned_until > wall;
  if (theirs) co_return loop.now() + std::clamp<Millis>(state_.owned_until - wall, Millis{50}, kIdleLook);
  const bool work = co_await has_work(*loaded);
  if (!work) co_return loop.now() + spread(idle_look(snapshot->consumers().size()), parts_.random);

  const MonoTime asked = loop.now();
  state_.owner = parts_.instance;
  state_.owned_until = loop.wall_now() + parts_.rules.lease;
  const auto saved = co_await parts_.records.save(name_, state_, version_);
  if (!saved) co_return loop.now() + Millis{50 + static_cast<std::int64_t>(parts_.random.below(200))};
  version_ = *saved;
  lease_end_ = asked + parts_.rules.lease;
  last_flush_ = asked;
  co_return std::nullopt;
}

/// What another instance, or the one before this, left of dead letters.
Task<void> Pusher::count_letters() {
  if (letters_version_ == version_) co_return;
  auto letters = co_await parts_.records.letters(name_);
  if (!letters) co_return;
  letters_ = std::move(*letters);
  letters_version_ = version_;
}

/// Takes over what was found; false when the store could not say where to begin.
Task<bool> Pusher::begin_state(const ConsumerRecords::Loaded& loaded, const config::ConsumerEntry& consumer) {
  look_ = loaded.orders.any();
  version_ = loaded.version;
  if (loaded.state) {
    state_ = *loaded.state;
    co_return true;
  }
  state_ = ConsumerState{};
  if (consumer.config.start == config::ConsumerStart::kOldest) co_return true;
  auto now = co_await parts_.reader.now(name_.tenant);
  if (!now) co_return false;
  state_.cursor = std::move(*now);
  co_return true;
}

Task<bool> Pusher::has_work(const ConsumerRecords::Loaded& loaded) {
  // The first time its place is written down, so that nothing comes in between.
  if (!loaded.state || loaded.orders.any()) co_return true;
  if (state_.endpoint.stopped) co_return false;
  if (state_.replay) co_return true;
  const auto page = co_await parts_.reader.page(name_.tenant, state_.cursor, 1);
  co_return page.has_value() && !page->events.empty();
}

/// What is needed besides the state; false when the store does not give it.
Task<bool> Pusher::begin() {
  auto letters = co_await parts_.records.letters(name_);
  if (!letters) co_return false;
  letters_ = std::move(*letters);
  letters_changed_ = false;
  redrive_.clear();
  live_.window.reset(state_.cursor, {state_.done.begin(), state_.done.end()}, state_.tried);
  live_.more = true;
  replay_.window.reset(state_.replay ? state_.replay->cursor : std::string{}, {});
  replay_.more = state_.replay.has_value();
  unwritten_ = 0;
  changed_ = false;
  last_look_ = parts_.loop.now();
  // When there is nothing to do after all, it is given back at once.
  last_event_ = last_look_ - kIdleRelease;
  co_return true;
}

/// Every second: is the lease still ours, and what was ordered?
Task<void> Pusher::look_around() {
  const MonoTime now = parts_.loop.now();
  if (!look_ && now < last_look_ + kServingLook) co_return;
  const config::SnapshotRef snapshot = parts_.directory.snapshot();
  if (consumer(snapshot) == nullptr) {
    stopping_ = true;
    stop_deadline_ = Deadline::never();
    co_return;
  }
  look_ = false;
  last_look_ = now;
  live_.more = true;
  const auto loaded = co_await parts_.records.load(name_);
  if (!loaded) {
    serving_ = parts_.loop.now() < lease_end_;
    co_return;
  }
  if (!loaded->state || loaded->state->owner != parts_.instance) {
    parts_.log.log(Severity::kWarning, "another instance has taken a consumer over",
                   Field{"tenantId", name_.tenant}, Field{"consumer", name_.consumer});
    serving_ = false;
    co_return;
  }
  // A write of ours whose answer was lost.
  version_ = loaded->version;
  if (!loaded->orders.any()) co_return;
  const auto taken = co_await parts_.records.take_orders(name_, loaded->orders_version);
  if (taken) obey(loaded->orders);
}

bool Pusher::flush_due() const {
  const MonoTime now = parts_.loop.now();
  if (now >= last_flush_ + parts_.rules.lease / 3) return true;
  if (unwritten_ >= kFlushAt) return true;
  return (changed_ || letters_changed_ || unwritten_ > 0) && now >= last_flush_ + kFlushEvery;
}

Task<void> Pusher::flush(bool release) {
  const MonoTime asked = parts_.loop.now();
  // Taken together, before anything else can happen: no dead letter's event is passed by unwritten.
  state_.cursor = live_.window.cursor();
  state_.done = live_.window.done();
  state_.tried = live_.window.tried();
  if (state_.replay) state_.replay->cursor = replay_.window.cursor();
  state_.owned_until = release ? WallTime{} : parts_.loop.wall_now() + parts_.rules.lease;
  state_.owner = release ? std::string{} : parts_.instance;
  ConsumerState copy = state_;
  state_.owner = parts_.instance;
  const bool letters = std::exchange(letters_changed_, false);
  const std::size_t written = std::exchange(unwritten_, 0);
  changed_ = false;
  last_flush_ = asked;
  if (letters) {
    const auto kept = co_await parts_.records.save_letters(name_, letters_);
    if (!kept) {
      letters_changed_ = true;
      unwritten_ += written;
      co_return;
    }
  }
  const auto saved = co_await parts_.records.save(name_, std::move(copy), version_);
  if (saved) {
    letters_version_ = version_ = *saved;
    if (release) state_.owner.clear();
    lease_end_ = asked + parts_.rules.lease;
    co_return;
  }
  unwritten_ += written;
  changed_ = true;
  // Ours with another version, or another's: that is found out next.
  if (saved.error().code == ErrorCode::kConflict) look_ = woken_ = true;
  if (parts_.loop.now() >= lease_end_) serving_ = false;
}

}  // namespace wac::delivery
