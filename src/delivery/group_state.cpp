#include "delivery/group_state.h"

#include <algorithm>

namespace wac::delivery {
namespace {

constexpr std::size_t kHolderDigits = 16;
constexpr std::int64_t kFirstPause = 1'000;

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Whether the token's holder was the last to get the event. A lease that is over does not matter: as long as
/// nobody else has the event, it can still be acknowledged.
bool means(const AckToken& token, const GroupItem& item) {
  return item.holder == token.holder && (!token.id || *token.id == item.id);
}

/// For each token, `take` is asked about every event it stands for, whether to count it.
template <class Take>
TokenOutcome each_of(GroupState& state, std::span<const AckToken> tokens, Take take) {
  TokenOutcome outcome;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    std::size_t events = 0;
    for (GroupItem& item : state.items) {
      if (means(tokens[i], item) && take(item)) ++events;
    }
    outcome.events += events;
    if (events == 0) outcome.unknown.push_back(i);
  }
  return outcome;
}

Millis pause_after(std::uint32_t attempts, const config::GroupRules& rules) {
  if (attempts < 2) return Millis{0};
  const std::uint32_t doublings = std::min<std::uint32_t>(attempts - 2, 20);
  return std::min(Millis{kFirstPause << doublings}, rules.lease);
}

}  // namespace

std::string AckToken::text() const {
  return id ? holder + "-" + id->hex() : holder;
}

std::optional<AckToken> AckToken::parse(std::string_view text) {
  AckToken token;
  token.holder = text.substr(0, text.find('-'));
  if (token.holder.size() != kHolderDigits || !is_hex(token.holder)) return std::nullopt;
  if (token.holder.size() == text.size()) return token;
  token.id = crypto::Fingerprint::from_hex(text.substr(kHolderDigits + 1));
  if (!token.id) return std::nullopt;
  return token;
}

std::vector<GroupDeadLetter> expire(GroupState& state, const config::GroupRules& rules, WallTime now) {
  std::vector<GroupDeadLetter> given_up;
  std::erase_if(state.items, [&](GroupItem& item) {
    if (item.leased && item.until <= now) item.leased = false;
    const bool too_often = !item.leased && item.attempts >= rules.attempts;
    if (!too_often || state.dead.size() + given_up.size() >= kGroupDeadMax) return false;
    given_up.push_back({item.id, item.conversation, item.before, item.time, item.attempts, now});
    return true;
  });
  state.dead.insert(state.dead.end(), given_up.begin(), given_up.end());
  return given_up;
}

HandOut::HandOut(GroupState& state, const config::GroupRules& rules, Hand hand)
    : state_(state), window_(rules.window), hand_(std::move(hand)) {
  for (const GroupItem& item : state_.items) {
    if (item.leased && item.holder != hand_.holder) closed_.insert(item.conversation);
  }
}

void HandOut::give(GroupItem& item) const {
  item.holder = hand_.holder;
  item.leased = true;
  item.until = hand_.until;
  ++item.attempts;
}

std::vector<GroupItem> HandOut::again(std::size_t limit) {
  std::vector<GroupItem> given;
  for (GroupItem& item : state_.items) {
    if (item.leased) continue;
    const bool may_go =
        given.size() < limit && item.until <= hand_.now && !closed_.contains(item.conversation);
    if (may_go) {
      give(item);
      given.push_back(item);
    } else {
      closed_.insert(item.conversation);
    }
  }
  return given;
}

bool HandOut::offer(GroupItem item) {
  const bool may_go = !closed_.contains(item.conversation);
  if (may_go) give(item);
  state_.items.push_back(std::move(item));
  return may_go;
}

void forget(GroupState& state, const crypto::Fingerprint& id) {
  std::erase_if(state.items, [&](const GroupItem& item) { return item.id == id; });
}

TokenOutcome acknowledge(GroupState& state, std::span<const AckToken> tokens) {
  TokenOutcome outcome;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::size_t settled =
        std::erase_if(state.items, [&](const GroupItem& item) { return means(tokens[i], item); });
    outcome.events += settled;
    if (settled == 0) outcome.unknown.push_back(i);
  }
  state.acknowledged += outcome.events;
  return outcome;
}

TokenOutcome extend(GroupState& state, std::span<const AckToken> tokens, WallTime now, WallTime until) {
  return each_of(state, tokens, [&](GroupItem& item) {
    if (!item.leased || item.until <= now) return false;
    item.until = until;
    return true;
  });
}

TokenOutcome give_back(GroupState& state, std::span<const AckToken> tokens, WallTime now, Millis delay) {
  std::set<crypto::Fingerprint> named;
  const TokenOutcome outcome = each_of(state, tokens, [&](GroupItem& item) {
    if (!item.leased) return false;
    item.leased = false;
    item.until = now + delay;
    named.insert(item.id);
    return true;
  });
  std::set<std::pair<crypto::Fingerprint, std::string>> broken;
  for (GroupItem& item : state.items) {
    if (named.contains(item.id)) {
      broken.emplace(item.conversation, item.holder);
    } else if (item.leased && broken.contains({item.conversation, item.holder})) {
      item.leased = false;
      item.until = now;
      --item.attempts;
    }
  }
  return outcome;
}

std::size_t release(GroupState& state, const std::string& holder, StreamEnd end,
                    const config::GroupRules& rules, WallTime now) {
  std::size_t released = 0;
  for (GroupItem& item : state.items) {
    if (!item.leased || item.holder != holder) continue;
    item.leased = false;
    item.until = end == StreamEnd::kReader ? now + pause_after(item.attempts, rules) : now;
    if (end == StreamEnd::kOurs) --item.attempts;
    ++released;
  }
  return released;
}

void restart(GroupState& state, std::string cursor) {
  state.items.clear();
  state.cursor = std::move(cursor);
}

std::size_t redrive(GroupState& state, const config::GroupRules& rules) {
  const std::size_t room = rules.window - std::min(rules.window, state.items.size());
  const std::size_t count = std::min(room, state.dead.size());
  const auto end = state.dead.begin() + static_cast<std::ptrdiff_t>(count);
  for (auto letter = state.dead.begin(); letter != end; ++letter) {
    GroupItem item;
    item.id = letter->id;
    item.conversation = letter->conversation;
    item.before = letter->before;
    item.time = letter->time;
    state.items.push_back(std::move(item));
  }
  state.dead.erase(state.dead.begin(), end);
  return count;
}

std::size_t in_flight(const GroupState& state, std::string_view holder) {
  return static_cast<std::size_t>(std::ranges::count_if(state.items, [&](const GroupItem& item) {
    return item.leased && (holder.empty() || item.holder == holder);
  }));
}

std::optional<WallTime> next_change(const GroupState& state, WallTime now) {
  std::optional<WallTime> next;
  for (const GroupItem& item : state.items) {
    if (item.until > now && (!next || item.until < *next)) next = item.until;
  }
  return next;
}

std::optional<WallTime> oldest(const GroupState& state) {
  std::optional<WallTime> time;
  for (const GroupItem& item : state.items) {
    if (!time || item.time < *time) time = item.time;
  }
  return time;
}

}  // namespace wac::delivery
