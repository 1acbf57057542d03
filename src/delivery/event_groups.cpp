#include "delivery/event_groups.h"

#include <algorithm>

namespace wac::delivery {
namespace {

using telemetry::Counter;
using telemetry::Field;
using telemetry::Severity;

/// How often a waiting reader looks by itself: finds what other instances did.
constexpr Millis kLook{1'000};
/// How long a group counts as read here.
constexpr Millis kReadHere{300'000};

constexpr std::int64_t kFirstPauseMicros = 4'000;
constexpr std::uint32_t kPauseDoublings = 5;

}  // namespace

std::string EventGroups::new_holder() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::uint64_t bits = parts_.random.next_u64();
  std::string holder;
  for (int i = 0; i < 16; ++i, bits >>= 4U) holder += kDigits[bits & 0xFU];
  return holder;
}

Task<Result<void>> EventGroups::create(GroupName name, NewGroup how) {
  const auto known = co_await parts_.records.load(name);
  if (!known) co_return std::unexpected(known.error());
  if (known->state && known->state->filter != how.filter) co_return fail(ErrorCode::kConflict, "filter");
  if (known->state) co_return Result<void>{};
  const Deadline patience{parts_.loop.now() + parts_.budget};
  for (std::uint32_t tries = 0;; ++tries) {
    auto names = co_await parts_.records.names(name.tenant);
    if (!names) co_return std::unexpected(names.error());
    if (std::ranges::find(names->groups, name.group) != names->groups.end()) break;
    if (names->groups.size() >= parts_.rules.per_tenant)
      co_return fail(ErrorCode::kTooLarge, "groups of a tenant");
    names->groups.push_back(name.group);
    const auto saved = co_await parts_.records.save_names(name.tenant, names->groups, names->version);
    if (saved) break;
    if (saved.error().code != ErrorCode::kConflict) co_return std::unexpected(saved.error());
    const bool again = co_await pause(tries, patience);
    if (!again) co_return fail(ErrorCode::kOverloaded, "names of groups");
  }
  GroupState state;
  state.filter = how.filter;
  if (how.start == config::ConsumerStart::kNow) {
    auto now = co_await parts_.reader.now(name.tenant);
    if (!now) co_return std::unexpected(now.error());
    state.cursor = std::move(*now);
  }
  const auto saved = co_await parts_.records.save(name, std::move(state), 0);
  // Another one has just made it.
  if (!saved && saved.error().code != ErrorCode::kConflict) co_return std::unexpected(saved.error());
  co_return Result<void>{};
}

Task<Result<Taken>> EventGroups::take(GroupName name, TakeOrder order, Deadline until) {
  std::vector<std::size_t> unknown;
  const Deadline patience{parts_.loop.now() + parts_.budget};
  for (;;) {
    auto draft = co_await try_take(name, order);
    if (!draft && draft.error().code == ErrorCode::kNotFound && order.create) {
      const auto created = co_await create(name, *order.create);
      if (!created) co_return std::unexpected(created.error());
      continue;
    }
    if (!draft) co_return std::unexpected(draft.error());
    // What was deleted while somebody waits for it is not made again.
    order.create.reset();
    if (!order.acks.empty()) unknown = std::move(draft->taken.unknown);
    order.acks.clear();
    const bool on = draft->taken.events.empty() && draft->more && !patience.passed(parts_.loop.now());
    if (on && !waiters_.stopping()) continue;
    if (!draft->taken.events.empty() || waiters_.stopping() || until.passed(parts_.loop.now())) {
      draft->taken.unknown = std::move(unknown);
      co_return std::move(draft->taken);
    }
    const MonoTime wake = wake_at(*draft, until);
    co_await waiters_.wait(name.tenant, wake);
  }
}

MonoTime EventGroups::wake_at(const Draft& draft, Deadline until) const {
  const MonoTime now = parts_.loop.now();
  Deadline wake = until.sooner(now + kLook);
  if (draft.next_change) wake = wake.sooner(now + (*draft.next_change - parts_.loop.wall_now()));
  return wake.at;
}

Task<Result<EventGroups::Draft>> EventGroups::try_take(GroupName name, TakeOrder order) {
  const Deadline patience{parts_.loop.now() + parts_.budget};
  Slots& turns = turns_.try_emplace(name, parts_.loop, 1).first->second;
  Slot turn = co_await turns.take(patience);
  if (!turn) co_return fail(ErrorCode::kOverloaded, "turn of a group");
  auto draft = co_await take_now(name, std::move(order), patience);
  turn = Slot{};
  leave(name);
  co_return draft;
}

Task<Result<EventGroups::Draft>> EventGroups::take_now(GroupName name, TakeOrder order, Deadline patience) {
  for (std::uint32_t tries = 0;; ++tries) {
    auto loaded = co_await parts_.records.load(name);
    if (!loaded) co_return std::unexpected(loaded.error());
    if (!loaded->state) co_return fail(ErrorCode::kNotFound, "group");
    GroupState& state = *loaded->state;
    if (order.create && order.create->filter != state.filter) co_return fail(ErrorCode::kConflict, "filter");
    auto made = co_await draft(name.tenant, state, order);
    if (!made) co_return std::unexpected(made.error());
    if (!made->changed) {
      observe(name, state);
      co_return made;
    }
    const auto saved = co_await parts_.records.save(name, state, loaded->version);
    if (saved) {
      written(name, state, *made);
      co_return made;
    }
    if (saved.error().code != ErrorCode::kConflict) co_return std::unexpected(saved.error());
    const bool again = co_await pause(tries, patience);
    if (!again) co_return fail(ErrorCode::kOverloaded, "group");
  }
}

Task<Result<TokenOutcome>> EventGroups::acknowledge(GroupName name, std::vector<AckToken> tokens) {
  const auto outcome = co_await change(std::move(name), [tokens = std::move(tokens)](GroupState& state) {
    return delivery::acknowledge(state, tokens);
  });
  if (outcome) parts_.metrics.add(Counter::kGroupAcknowledged, outcome->events);
  co_return outcome;
}

Task<Result<TokenOutcome>> EventGroups::extend(GroupName name, std::vector<AckToken> tokens) {
  const WallTime now = parts_.loop.wall_now();
  const WallTime until = now + parts_.rules.lease;
  co_return co_await change(std::move(name), [tokens = std::move(tokens), now, until](GroupState& state) {
    return delivery::extend(state, tokens, now, until);
  });
}

Task<Result<TokenOutcome>> EventGroups::give_back(GroupName name, std::vector<AckToken> tokens,
                                                  Millis delay) {
  const WallTime now = parts_.loop.wall_now();
  co_return co_await change(std::move(name), [tokens = std::move(tokens), now, delay](GroupState& state) {
    return delivery::give_back(state, tokens, now, delay);
  });
}

Task<void> EventGroups::release(GroupName name, std::string holder, StreamEnd end) {
  const WallTime now = parts_.loop.wall_now();
  const auto released =
      co_await change(std::move(name), [this, holder = std::move(holder), end, now](GroupState& state) {
        return TokenOutcome{delivery::release(state, holder, end, parts_.rules, now)};
      });
  if (!released && released.error().code != ErrorCode::kNotFound) {
    parts_.log.log(Severity::kWarning, "events of a closed stream come back when their leases end",
                   Field{"error", released.error()});
  }
}

Task<Result<TokenOutcome>> EventGroups::change(GroupName name, Change step) {
  const Deadline patience{parts_.loop.now() + parts_.budget};
  Slots& turns = turns_.try_emplace(name, parts_.loop, 1).first->second;
  Slot turn = co_await turns.take(patience);
  if (!turn) co_return fail(ErrorCode::kOverloaded, "turn of a group");
  auto outcome = co_await change_now(name, std::move(step), patience);
  turn = Slot{};
  leave(name);
  if (outcome && outcome->events > 0 && parts_.changed) parts_.changed(name.tenant);
  co_return outcome;
}

Task<Result<TokenOutcome>> EventGroups::change_now(GroupName name, Change step, Deadline patience) {
  for (std::uint32_t tries = 0;; ++tries) {
    auto loaded = co_await parts_.records.load(name);
    if (!loaded) co_return std::unexpected(loaded.error());
    if (!loaded->state) co_return fail(ErrorCode::kNotFound, "group");
    TokenOutcome outcome = step(*loaded->state);
    if (outcome.events == 0) co_return outcome;
    const auto saved = co_await parts_.records.save(name, *loaded->state, loaded->version);
    if (saved) {
      observe(name, *loaded->state);
      co_return outcome;
    }
    if (saved.error().code != ErrorCode::kConflict) co_return std::unexpected(saved.error());
    const bool again = co_await pause(tries, patience);
    if (!again) co_return fail(ErrorCode::kOverloaded, "group");
  }
}

/// Full jitter: whoever met at the same record is unlikely to meet there again.
Task<bool> EventGroups::pause(std::uint32_t tries, Deadline patience) {
  const auto bound = kFirstPauseMicros << std::min(tries, kPauseDoublings);
  const auto wait = Micros{static_cast<std::int64_t>(parts_.random.below(static_cast<std::uint64_t>(bound)))};
  const MonoTime at = parts_.loop.now() + wait;
  if (patience.passed(at)) co_return false;
  co_await sleep_until(parts_.loop, at);
  co_return true;
}

void EventGroups::leave(const GroupName& name) {
  const auto turns = turns_.find(name);
  if (turns != turns_.end() && turns->second.free() == 1 && turns->second.waiting() == 0) turns_.erase(turns);
}

void EventGroups::written(const GroupName& name, const GroupState& state, const Draft& draft) {
  const auto first = static_cast<std::size_t>(
      std::ranges::count_if(draft.taken.events, [](const auto& event) { return event.attempt == 1; }));
  parts_.metrics.add(Counter::kGroupLeased, first);
  parts_.metrics.add(Counter::kGroupRedelivered, draft.taken.events.size() - first);
  parts_.metrics.add(Counter::kGroupAcknowledged, draft.acknowledged);
  parts_.metrics.add(Counter::kGroupDead, draft.given_up.size());
  for (const GroupDeadLetter& letter : draft.given_up) {
    parts_.log.log(Severity::kError, "no reader of a group acknowledged an event: it is a dead letter now",
                   Field{"tenantId", name.tenant}, Field{"group", name.group}, Field{"eventId", letter.id},
                   Field{"tries", letter.attempts});
  }
  observe(name, state);
  if (draft.loosened && parts_.changed) parts_.changed(name.tenant);
}

void EventGroups::observe(const GroupName& name, const GroupState& state) {
  seen_[name] = {oldest(state), parts_.loop.now()};
}

void EventGroups::measure() {
  Millis lag{0};
  const MonoTime now = parts_.loop.now();
  std::erase_if(seen_, [&](const auto& seen) { return now - seen.second.at > kReadHere; });
  for (const auto& [name, seen] : seen_) {
    if (seen.oldest) lag = std::max(lag, parts_.loop.wall_now() - *seen.oldest);
  }
  lag_.store(lag.count(), std::memory_order_relaxed);
}

}  // namespace wac::delivery
