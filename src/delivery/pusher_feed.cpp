// What a pusher does while it serves: reads, posts, and draws its conclusions.

#include "delivery/pusher.h"

#include <algorithm>

namespace wac::delivery {
namespace {

using telemetry::Counter;
using telemetry::Field;
using telemetry::Severity;

/// Events held at once, also settled ones behind unsettled ones: what a blocked conversation may let pass.
constexpr std::size_t kWindowEvents = 1'000;
constexpr std::size_t kWindowBytes = 16UL * 1024 * 1024;
constexpr std::size_t kPage = 100;
/// An event that all others wait for is tried again within this time.
constexpr Millis kBlockingWait{5'000};

bool full(const Window& window) {
  return window.size() >= kWindowEvents || window.bytes() >= kWindowBytes;
}

/// There is no room to read on, and most of what is held was taken already.
bool held_up(const Window& window) {
  return full(window) && window.pending() <= window.size() / 2;
}

}  // namespace

Task<void> Pusher::fill(Feed& feed) {
  const bool live = &feed == &live_;
  if (live && std::exchange(notified_, false)) feed.more = true;
  if (!live && !state_.replay) co_return;
  if (!feed.more || full(feed.window) || state_.endpoint.stopped) co_return;
  const config::SnapshotRef snapshot = parts_.directory.snapshot();
  const config::ConsumerEntry* entry = consumer(snapshot);
  if (entry == nullptr) co_return;
  std::optional<ReplayRange> range;
  if (!live) range = state_.replay->range;
  const std::uint64_t before = feed.window.settled();
  const auto read = co_await parts_.reader.fill(feed.window, *entry, range,
                                                std::min(kPage, kWindowEvents - feed.window.size()));
  // What could not be read now is tried again in the next round, a second later at most.
  feed.more = !read || *read > 0;
  if (!read || *read == 0) co_return;
  unwritten_ += feed.window.settled() - before;
  last_event_ = parts_.loop.now();
  // More may be there: the next round follows at once.
  if (!full(feed.window)) woken_ = true;
}

bool Pusher::may_send() const {
  if (!serving_ || stopping_ || state_.endpoint.stopped) return false;
  if (parts_.loop.now() >= lease_end_) return false;
  return !state_.endpoint.paused || parts_.loop.wall_now() >= state_.endpoint.next_probe;
}

void Pusher::dispatch() {
  const config::SnapshotRef snapshot = parts_.directory.snapshot();
  const config::ConsumerEntry* entry = consumer(snapshot);
  if (entry == nullptr || !may_send()) return;
  const MonoTime now = parts_.loop.now();
  const bool probing = state_.endpoint.paused;
  const std::size_t parallel = probing ? 1 : entry->config.parallel;
  // Nothing is repeated to who does not even take what is new; where there is nothing new, it is the probe.
  const bool repeats = !probing || live_.window.pending() == 0;
  if (probing && in_flight_ == 0) {
    // A probe need not wait for its event's own turn; each goes to another conversation.
    live_.window.hurry(now);
    replay_.window.hurry(now);
  }
  if (repeats && !redriving_ && !redrive_.empty() && in_flight_ < parallel) {
    DeadLetter letter = std::move(redrive_.front());
    redrive_.pop_front();
    redriving_ = true;
    ++in_flight_;
    attempts_.spawn(redrive(std::move(letter)));
  }
  for (Feed* feed : {&live_, &replay_}) {
    if (feed == &replay_ && !repeats) break;
    while (in_flight_ < parallel) {
      const auto sequence = feed->window.take(now);
      if (!sequence) break;
      ++in_flight_;
      attempts_.spawn(attempt(feed, *sequence));
    }
  }
  saturated_ = in_flight_ >= parallel;
}

Task<void> Pusher::attempt(Feed* feed, Window::Sequence sequence) {
  const config::SnapshotRef snapshot = parts_.directory.snapshot();
  const config::ConsumerEntry* entry = consumer(snapshot);
  PendingEvent& event = feed->window.at(sequence);
  ++event.tries;
  if (!event.first_try) event.first_try = parts_.loop.wall_now();
  const MonoTime started = parts_.loop.now();
  Answer answer;
  if (entry != nullptr) {
    answer = co_await parts_.transport.deliver(
        {entry->config, event.id, event.type, event.body, event.conversation, feed->occasion});
    parts_.metrics.observe(telemetry::Histogram::kDeliveryLatency,
                           std::chrono::duration_cast<Micros>(parts_.loop.now() - started));
  }
  --in_flight_;
  learn(answer);
  conclude(*feed, sequence, answer);
  wake();
}

void Pusher::conclude(Feed& feed, Window::Sequence sequence, const Answer& answer) {
  const MonoTime now = parts_.loop.now();
  const WallTime wall = parts_.loop.wall_now();
  PendingEvent& event = feed.window.at(sequence);
  const std::uint64_t before = feed.window.settled();
  const bool replay = feed.occasion == Occasion::kReplay;
  last_event_ = now;
  if (answer.verdict == Verdict::kTaken) {
    parts_.metrics.add(replay ? Counter::kDeliveryReplayed : Counter::kDeliveryTaken);
    if (!replay) ++state_.taken;
    feed.window.settle(sequence, now);
    // Out of order or not, it is worth writing down.
    unwritten_ += std::max<std::uint64_t>(feed.window.settled() - before, 1);
    return;
  }
  parts_.metrics.add(Counter::kDeliveryFailed);
  changed_ = true;
  event.refused = true;
  const bool blocks = &event == feed.window.oldest() && held_up(feed.window) &&
                      (event.blocking_tries > 0 || takes_others(state_.endpoint, wall));
  event.blocking_tries = blocks ? event.blocking_tries + 1 : 0;
  const bool hopeless = answer.verdict == Verdict::kNever ||
                        (answer.verdict == Verdict::kFailed &&
                         (gives_up(state_.endpoint, parts_.rules, event.first_try.value_or(wall), wall) ||
                          holds_up(state_.endpoint, event.blocking_tries)));
  // A replayed event that is refused to the end was delivered once, or is a dead letter already.
  if (hopeless && (replay || bury(event, answer))) {
    feed.window.settle(sequence, now);
    return;
  }
  Millis wait = retry_wait(parts_.rules, event.tries, answer.retry_after, parts_.random);
  if (blocks && !answer.retry_after) wait = std::min(wait, kBlockingWait);
  feed.window.put_back(sequence, now + wait);
}

bool Pusher::bury(const PendingEvent& event, const Answer& answer) {
  if (letters_.size() >= parts_.rules.dead_letters) {
    parts_.log.log(Severity::kError, "a consumer has too many dead letters: redrive them",
                   Field{"tenantId", name_.tenant}, Field{"consumer", name_.consumer});
    return false;
  }
  letters_.push_back({event.id, event.before, event.type, answer.error, event.tries, parts_.loop.wall_now()});
  letters_changed_ = true;
  parts_.metrics.add(Counter::kDeliveryDead);
  parts_.log.log(Severity::kError, "an event was given up: it is a dead letter now",
                 Field{"tenantId", name_.tenant}, Field{"consumer", name_.consumer},
                 Field{"eventId", event.id}, Field{"status", answer.status}, Field{"tries", event.tries});
  return true;
}

Task<void> Pusher::redrive(DeadLetter letter) {
  const config::SnapshotRef snapshot = parts_.directory.snapshot();
  const config::ConsumerEntry* entry = consumer(snapshot);
  const auto found = co_await parts_.reader.find(name_.tenant, letter.before, letter.id);
  bool settled = false;
  if (entry != nullptr && found && *found) {
    const auto& [body, view] = **found;
    const Answer answer = co_await parts_.transport.deliver(
        {entry->config, letter.id, letter.type, body, view.conversation, Occasion::kFirst});
    learn(answer);
    settled = answer.verdict == Verdict::kTaken;
    parts_.metrics.add(settled ? Counter::kDeliveryTaken : Counter::kDeliveryFailed);
    if (settled) ++state_.taken;
  } else if (found && !*found) {
    settled = true;
    parts_.log.log(Severity::kWarning, "a dead letter's event is no longer kept", Field{"eventId", letter.id},
                   Field{"tenantId", name_.tenant}, Field{"consumer", name_.consumer});
  }
  if (settled) {
    std::erase_if(letters_, [&](const DeadLetter& other) { return other.id == letter.id; });
    letters_changed_ = true;
  }
  last_event_ = parts_.loop.now();
  redriving_ = false;
  --in_flight_;
  wake();
}

void Pusher::learn(const Answer& answer) {
  const Endpoint before = state_.endpoint;
  state_.endpoint = after(before, answer, parts_.rules, parts_.loop.wall_now(), parts_.random);
  const Endpoint& now = state_.endpoint;
  if (now.stopped && !before.stopped) {
    parts_.log.log(Severity::kError, "consumer stopped: it answered 410", Field{"tenantId", name_.tenant},
                   Field{"consumer", name_.consumer});
  } else if (now.paused && !before.paused) {
    parts_.log.log(Severity::kError, "consumer paused: it takes no events", Field{"tenantId", name_.tenant},
                   Field{"consumer", name_.consumer}, Field{"failures", now.failures},
                   Field{"status", answer.status}, Field{"error", answer.code});
  } else if (before.paused && !now.paused) {
    parts_.log.log(Severity::kInfo, "consumer takes events again", Field{"tenantId", name_.tenant},
                   Field{"consumer", name_.consumer});
    live_.window.hurry(parts_.loop.now());
    replay_.window.hurry(parts_.loop.now());
  }
}

/// A replay has gone through the log when there is nothing more to read and nothing left to deliver.
void Pusher::end_replay() {
  if (!state_.replay || replay_.more || replay_.window.pending() > 0) return;
  state_.replay.reset();
  replay_.window.reset("", {});
  changed_ = true;
}

}  // namespace wac::delivery
