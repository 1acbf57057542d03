#include "delivery/window.h"

#include <utility>

namespace wac::delivery {

void Window::reset(std::string cursor, std::set<crypto::Fingerprint> done,
                   const std::vector<TriedEvent>& tried) {
  *this = Window{};
  end_ = cursor;
  cursor_ = std::move(cursor);
  known_ = std::move(done);
  for (const TriedEvent& event : tried) tried_.emplace(event.id, event);
}

void Window::add(PendingEvent event, MonoTime now) {
  if (known_.erase(event.id) != 0) {
    skip(event.id, std::move(event.after));
    return;
  }
  if (const auto tried = tried_.extract(event.id)) {
    event.first_try = tried.mapped().first_try;
    event.tries = tried.mapped().tries;
    event.refused = true;
  }
  const crypto::Fingerprint conversation = event.conversation;
  const Sequence sequence = next_++;
  end_ = event.after;
  bytes_ += event.body.size();
  ++pending_;
  events_.emplace(sequence, Held{std::move(event), false});
  std::deque<Sequence>& queue = conversations_[conversation];
  queue.push_back(sequence);
  if (queue.size() == 1) heads_.emplace(now, sequence);
}

void Window::skip(const crypto::Fingerprint& id, std::string after) {
  end_ = after;
  PendingEvent event;
  event.id = id;
  event.after = std::move(after);
  events_.emplace(next_++, Held{std::move(event), true});
  advance();
}

void Window::read_to(std::string cursor) {
  if (events_.empty()) cursor_ = cursor;
  end_ = std::move(cursor);
}

std::optional<Window::Sequence> Window::take(MonoTime now) {
  if (heads_.empty() || heads_.begin()->first > now) return std::nullopt;
  const Sequence sequence = heads_.begin()->second;
  heads_.erase(heads_.begin());
  return sequence;
}

void Window::settle(Sequence sequence, MonoTime now) {
  Held& held = events_.at(sequence);
  held.settled = true;
  --pending_;
  bytes_ -= held.event.body.size();
  held.event.body = PersonalText{};
  const auto conversation = conversations_.find(held.event.conversation);
  conversation->second.pop_front();
  if (conversation->second.empty()) {
    conversations_.erase(conversation);
  } else {
    const Sequence next = conversation->second.front();
    heads_.emplace(now, next);
  }
  advance();
}

void Window::put_back(Sequence sequence, MonoTime due) {
  heads_.emplace(due, sequence);
}

void Window::hurry(MonoTime now) {
  std::set<std::pair<MonoTime, Sequence>> heads;
  for (const auto& [due, sequence] : heads_) heads.emplace(due < now ? due : now, sequence);
  heads_ = std::move(heads);
}

std::vector<crypto::Fingerprint> Window::done() const {
  // What was settled before a restart and has not been met again is still so.
  std::vector<crypto::Fingerprint> done{known_.begin(), known_.end()};
  for (const auto& [sequence, held] : events_) {
    if (held.settled) done.push_back(held.event.id);
  }
  return done;
}

std::vector<TriedEvent> Window::tried() const {
  std::vector<TriedEvent> tried;
  for (const auto& [id, event] : tried_) tried.push_back(event);
  for (const auto& [sequence, held] : events_) {
    if (held.settled || !held.event.refused) continue;
    tried.push_back({held.event.id, held.event.first_try.value_or(WallTime{}), held.event.tries});
  }
  return tried;
}

void Window::advance() {
  while (!events_.empty() && events_.begin()->second.settled) {
    cursor_ = std::move(events_.begin()->second.event.after);
    events_.erase(events_.begin());
    ++settled_;
  }
  if (events_.empty()) cursor_ = end_;
}

}  // namespace wac::delivery
