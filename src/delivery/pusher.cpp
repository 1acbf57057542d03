// What a pusher does while it has a consumer: its rounds, its waiting, its end.

#include "delivery/pusher.h"

#include "delivery/pusher_times.h"

#include <algorithm>

namespace wac::delivery {

Task<void> Pusher::run() {
  while (!stopping_) {
    const std::optional<MonoTime> again = co_await acquire();
    if (!again) {
      co_await serve();
    } else if (!stopping_) {
      co_await wait(*again);
    }
  }
}

void Pusher::notify() {
  notified_ = true;
  // Whoever serves it elsewhere finds the event by itself.
  if (serving_ || state_.owner.empty() || state_.owned_until <= parts_.loop.wall_now()) wake();
}

void Pusher::look() {
  look_ = true;
  wake();
}

void Pusher::stop(Deadline deadline) {
  stopping_ = true;
  stop_deadline_ = deadline.sooner(deadline.at - kStopMargin);
  wake();
}

std::optional<WallTime> Pusher::oldest() const {
  const PendingEvent* event = in_sight() ? live_.window.oldest() : nullptr;
  return event == nullptr ? std::nullopt : std::optional{event->time};
}

Task<void> Pusher::serve() {
  const bool begun = co_await begin();
  if (!begun) {
    co_await wait(parts_.loop.now() + kStorePause);
    co_return;
  }
  serving_ = true;
  while (serving_ && !stopping_) {
    co_await look_around();
    if (!serving_) break;
    co_await fill(live_);
    co_await fill(replay_);
    end_replay();
    dispatch();
    if (flush_due()) co_await flush(false);
    if (idle()) break;
    co_await wait(next_wake());
  }
  co_await finish();
}

/// Lets what is in flight end, writes down, and gives the lease back.
Task<void> Pusher::finish() {
  const Deadline until = stopping_ ? stop_deadline_ : Deadline::never();
  while (in_flight_ > 0 && !until.passed(parts_.loop.now())) {
    co_await wait(std::min(until.at, parts_.loop.now() + kServingLook));
  }
  if (serving_) co_await flush(true);
  serving_ = false;
  co_await attempts_.join();
}

void Pusher::obey(const Orders& orders) {
  if (orders.resume) {
    Endpoint fresh;
    fresh.last_error = state_.endpoint.last_error;
    fresh.last_error_at = state_.endpoint.last_error_at;
    fresh.last_taken_at = state_.endpoint.last_taken_at;
    state_.endpoint = std::move(fresh);
    live_.window.hurry(parts_.loop.now());
    replay_.window.hurry(parts_.loop.now());
    changed_ = true;
  }
  if (orders.redrive && redrive_.empty()) redrive_.assign(letters_.begin(), letters_.end());
  // One at a time: who orders another one meanwhile is refused before it comes here.
  if (orders.replay && replay_.window.pending() == 0) {
    state_.replay = Replay{*orders.replay, ""};
    replay_.window.reset("", {});
    replay_.more = true;
    changed_ = true;
  }
}

bool Pusher::idle() const {
  if (in_flight_ > 0) return false;
  if (state_.endpoint.stopped) return true;
  const bool empty = live_.window.pending() == 0 && replay_.window.pending() == 0 && redrive_.empty() &&
                     !state_.replay && !live_.more && !notified_ && !look_;
  return empty && parts_.loop.now() >= last_event_ + kIdleRelease;
}

Task<void> Pusher::wait(MonoTime until) {
  if (std::exchange(woken_, false)) co_return;
  const OneShot<bool> signal;
  signal_ = signal;
  const auto timer = parts_.loop.call_at(until, [signal] { signal.set(true); });
  co_await signal;
  parts_.loop.cancel(timer);
  woken_ = false;
}

void Pusher::wake() {
  woken_ = true;
  signal_.set(true);
}

MonoTime Pusher::next_wake() const {
  MonoTime at = last_look_ + kServingLook;
  if (changed_ || letters_changed_ || unwritten_ > 0) at = std::min(at, last_flush_ + kFlushEvery);
  if (state_.endpoint.paused) {
    const Millis left = state_.endpoint.next_probe - parts_.loop.wall_now();
    return in_flight_ > 0 ? at : std::min(at, parts_.loop.now() + std::max(left, Millis{1}));
  }
  if (saturated_ || !may_send()) return at;
  for (const Feed* feed : {&live_, &replay_}) {
    if (const auto due = feed->window.next_due()) at = std::min(at, *due);
  }
  return at;
}

}  // namespace wac::delivery
