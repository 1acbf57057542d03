#include "sandbox/transcript.h"

#include "sandbox/graph_error.h"

#include <algorithm>
#include <utility>

namespace wac::sandbox {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxBytes = std::size_t{32} * 1024 * 1024;
constexpr std::size_t kMaxConversations = 10'000;
/// Facts §1.3: the bubble ends on the answer, or after that.
constexpr std::chrono::seconds kTypingTime{25};

}  // namespace

void Transcript::add_outgoing(const std::string& conversation, const Party& party, std::string wamid,
                              WallTime at, std::string body) {
  add(party, {.wamid = std::move(wamid),
              .conversation = conversation,
              .at = at,
              .body = std::move(body),
              .outgoing = true,
              .status = std::nullopt});
  conversations_[conversation].typing_until = WallTime{};
  notify();
}

void Transcript::add_incoming(const std::string& conversation, const Party& party, std::string wamid,
                              WallTime at, std::string body) {
  add(party, {.wamid = std::move(wamid),
              .conversation = conversation,
              .at = at,
              .body = std::move(body),
              .outgoing = false,
              .status = std::nullopt});
  notify();
}

void Transcript::add(const Party& party, Message message) {
  message.revision = ++revision_;
  if (conversations_.size() >= kMaxConversations && !conversations_.contains(message.conversation)) {
    conversations_.erase(conversations_.begin());
  }
  Conversation& conversation = conversations_[message.conversation];
  conversation.revision = revision_;
  // A party may know less than an earlier one did: no name, or no phone.
  Party known = party;
  if (known.profile_name.empty()) known.profile_name = conversation.party.profile_name;
  if (known.wa_id.empty()) known.wa_id = conversation.party.wa_id;
  conversation.party = std::move(known);
  bytes_ += message.body.size();
  by_wamid_.insert_or_assign(message.wamid, forgotten_ + messages_.size());
  messages_.push_back(std::move(message));
  while (messages_.size() > limit_ || (bytes_ > kMaxBytes && messages_.size() > 1)) forget_oldest();
}

void Transcript::forget_oldest() {
  bytes_ -= messages_.front().body.size();
  by_wamid_.erase(messages_.front().wamid);
  messages_.pop_front();
  ++forgotten_;
}

Transcript::Message* Transcript::at(const std::string& wamid) {
  const auto found = by_wamid_.find(wamid);
  return found == by_wamid_.end() ? nullptr : &messages_[found->second - forgotten_];
}

void Transcript::set_status(const std::string& wamid, Status status, int error_code) {
  Message* const message = at(wamid);
  if (message == nullptr || !message->outgoing || (message->status && *message->status >= status)) return;
  message->status = status;
  message->error_code = error_code;
  message->revision = ++revision_;
  notify();
}

void Transcript::mark_read(const std::string& wamid, bool typing, WallTime now) {
  const auto found = by_wamid_.find(wamid);
  if (found == by_wamid_.end()) return;
  const std::size_t last = found->second - forgotten_;
  const std::string conversation = messages_[last].conversation;
  for (std::size_t i = 0; i <= last; ++i) {
    Message& message = messages_[i];
    if (message.outgoing || message.status || message.conversation != conversation) continue;
    message.status = Status::kRead;
    message.revision = ++revision_;
  }
  if (typing) conversations_[conversation].typing_until = now + kTypingTime;
  touch(conversation);
}

void Transcript::touch(const std::string& conversation) {
  const auto found = conversations_.find(conversation);
  if (found == conversations_.end()) return;
  found->second.revision = ++revision_;
  notify();
}

void Transcript::reset() {
  messages_.clear();
  by_wamid_.clear();
  conversations_.clear();
  bytes_ = 0;
  forgotten_ = 0;
  ++revision_;
  ++generation_;
  notify();
}

const Transcript::Conversation* Transcript::find(const std::string& conversation) const {
  const auto found = conversations_.find(conversation);
  return found == conversations_.end() ? nullptr : &found->second;
}

json::object Transcript::to_json(const Message& message) {
  json::object object{{"id", message.wamid},
                      {"conversation", message.conversation},
                      {"from", message.outgoing ? "business" : "user"},
                      {"at", to_millis(message.at)}};
  json::error_code failure;
  json::value body = json::parse(message.body, failure);
  object["message"] = failure ? json::value(json::object{}) : std::move(body);
  if (message.outgoing) {
    object["status"] = message.status ? name(*message.status) : "accepted";
  } else {
    object["status"] = message.status ? "read" : "delivered";
  }
  if (message.error_code != 0) {
    object["error"] = json::object{{"code", message.error_code}, {"title", error_title(message.error_code)}};
  }
  return object;
}

json::array Transcript::messages_after(std::uint64_t revision) const {
  json::array list;
  for (const Message& message : messages_) {
    if (message.revision > revision) list.push_back(to_json(message));
  }
  return list;
}

OneShot<bool> Transcript::next_change() {
  const OneShot<bool> waiter;
  if (stopped_) waiter.set(false);
  // Those that gave up need no call any more.
  std::erase_if(waiters_, [](const OneShot<bool>& one) { return one.is_set(); });
  waiters_.push_back(waiter);
  return waiter;
}

void Transcript::notify() {
  for (const OneShot<bool>& waiter : std::exchange(waiters_, {})) waiter.set(true);
}

void Transcript::stop() {
  stopped_ = true;
  for (const OneShot<bool>& waiter : std::exchange(waiters_, {})) waiter.set(false);
}

}  // namespace wac::sandbox
