#include "sandbox/backend.h"

#include "base/encoding.h"
#include "base/expose.h"
#include "sandbox/wamid.h"

#include <algorithm>

namespace wac::sandbox {
namespace {

namespace json = boost::json;

constexpr std::string_view kWindowClosed =
    "Message failed to send because more than 24 hours have passed since the customer last replied to this "
    "number.";
/// Messages of held templates; beyond it they go at once.
constexpr std::size_t kMaxHeld = 100'000;

/// +1 555 078 3881 for the first number, then upwards.
std::string display_number_of(std::size_t index) {
  return std::to_string(15'550'783'881ULL + index);
}

}  // namespace

Backend::Backend(const SandboxConfig& config, Parts parts)
    : config_(config),
      scheduler_(parts.scheduler),
      ids_(parts.ids),
      ledger_(parts.ledger),
      queue_(parts.queue),
      limits_(parts.limits),
      users_(parts.users),
      transcript_(parts.transcript),
      fingerprints_(config.app_secret) {
  for (const std::string& id : config.phone_number_ids) {
    display_numbers_.try_emplace(id, display_number_of(display_numbers_.size()));
  }
}

const std::string& Backend::display_number(std::string_view phone_number_id) const {
  return display_numbers_.at(std::string(phone_number_id));
}

std::optional<GraphError> Backend::refuse(std::string_view phone_number_id, const OutgoingMessage& message) {
  if (message.type == "mark_read") {
    if (inbound_.contains(message.target)) return std::nullopt;
    return graph_error(131009, "No user of this number sent a message with that message_id.");
  }
  if (message.wa_id == display_number(phone_number_id)) {
    return graph_error(131021, "Sender and recipient phone number are the same.");
  }
  if (queue_.full()) {
    return graph_error(130429,
                       "The sandbox's webhook backlog is full: acknowledge webhooks or raise the limit.");
  }
  const Party to = party(phone_number_id, message);
  if (users_.blocked(to)) return graph_error(130403, "The business has blocked this user.");
  if (config_.window == WindowRule::kRefuse && message.type != "template" &&
      users_.window_end(to) <= scheduler_.wall_now()) {
    return graph_error(131047, std::string(kWindowClosed));
  }
  return limits_.take_message(to.phone_number_id, users_.key(to), scheduler_.now());
}

std::string Backend::fingerprint(std::string_view user) {
  const crypto::Digest digest = fingerprints_.mac(user);
  return to_hex(std::span(digest).first(8));
}

Party Backend::party(std::string_view phone_number_id, const OutgoingMessage& message) const {
  Party party;
  party.phone_number_id = phone_number_id;
  party.display_phone_number = display_number(phone_number_id);
  switch (message.recipient_kind) {
    case RecipientKind::kPhone:
      party.wa_id = message.wa_id;
      party.user_id = user_id_of(message.wa_id);
      break;
    case RecipientKind::kUserId:
      party.user_id = message.input;
      break;
    case RecipientKind::kGroup:
      // One made-up member stands for all.
      party.group_id = message.input;
      party.wa_id = "15550001234";
      party.user_id = user_id_of(party.wa_id);
      break;
  }
  return party;
}

std::shared_ptr<const SentMessage> Backend::record(std::string_view phone_number_id,
                                                   const OutgoingMessage& message) {
  auto sent = std::make_shared<SentMessage>();
  sent->party = party(phone_number_id, message);
  const std::string& user = message.wa_id.empty() ? message.input : message.wa_id;
  sent->wamid = make_wamid(user, Direction::kToUser, ids_);
  sent->opaque = message.opaque;
  sent->category = message.category;
  sent->with_conversation = config_.conversations == SandboxConfig::Conversations::kIncluded;
  LedgerEntry entry;
  entry.wamid = sent->wamid;
  entry.phone_number_id = phone_number_id;
  entry.to_fingerprint = fingerprint(user);
  entry.type = message.type;
  entry.opaque = message.opaque;
  entry.accepted_at = scheduler_.wall_now();
  sent->sequence = ledger_.add(std::move(entry));
  return sent;
}

Backend::Fate Backend::fate_of(const Party& to, const OutgoingMessage& message, Fate fate) const {
  if (fate.failed_code != 0) return fate;
  if (message.category == "marketing" && users_.stopped(to)) fate.failed_code = 131050;
  if (config_.window == WindowRule::kFail && message.type != "template" &&
      users_.window_end(to) <= scheduler_.wall_now()) {
    fate.failed_code = 131047;
  }
  return fate;
}

std::string Backend::accept(std::string_view phone_number_id, const OutgoingMessage& message, Fate fate,
                            std::string_view body) {
  if (message.type == "mark_read") {
    ledger_.count_mark_read();
    transcript_.mark_read(message.target, message.typing, scheduler_.wall_now());
    return R"({"success":true})";
  }
  const auto sent = record(phone_number_id, message);
  users_.meet(sent->party);
  transcript_.add_outgoing(users_.conversation(sent->party), sent->party, sent->wamid, scheduler_.wall_now(),
                           std::string(body));
  json::object contact{{"input", message.input}};
  if (message.recipient_kind == RecipientKind::kPhone) contact["wa_id"] = message.wa_id;
  if (message.recipient_kind == RecipientKind::kUserId) contact["user_id"] = message.input;
  json::object made{{"id", sent->wamid}};
  if (message.recipient_kind == RecipientKind::kGroup) made["group_id"] = message.input;
  fate = fate_of(sent->party, message, fate);
  const bool held = message.held && fate.failed_code == 0 && held_.size() < kMaxHeld;
  if (message.type == "template") {
    made["message_status"] = held ? "held_for_quality_assessment" : "accepted";
  }
  json::array contacts;
  contacts.push_back(std::move(contact));
  json::array messages;
  messages.push_back(std::move(made));
  if (held) {
    held_.push_back({message.template_key, sent, message});
  } else {
    schedule_statuses(sent, message, fate);
  }
  return json::serialize(json::object{{"messaging_product", "whatsapp"},
                                      {"contacts", std::move(contacts)},
                                      {"messages", std::move(messages)}});
}

std::size_t Backend::release(const std::string& template_key, Fate fate) {
  std::size_t released = 0;
  for (Held& one : std::exchange(held_, {})) {
    if (one.template_key != template_key) {
      held_.push_back(std::move(one));
      continue;
    }
    schedule_statuses(one.message, one.request, fate);
    ++released;
  }
  return released;
}

bool Backend::reaction_fails(const std::string& target) const {
  if (inbound_.contains(target)) return false;
  const LedgerEntry* const entry = ledger_.find(target);
  return entry == nullptr || entry->type == "reaction";
}

void Backend::schedule_status(const std::shared_ptr<const SentMessage>& message, Status status, Millis delay,
                              int code) {
  Update update;
  update.message = message;
  update.status = status;
  update.error_code = code;
  update.at = scheduler_.wall_now() + delay;
  queue_.schedule(std::move(update), delay);
}

void Backend::schedule_statuses(std::shared_ptr<const SentMessage> message, const OutgoingMessage& request,
                                Fate fate) {
  const bool reaction = request.type == "reaction";
  if (reaction && fate.failed_code == 0 && reaction_fails(request.target)) fate.failed_code = 131009;
  if (fate.failed_code != 0) {
    return schedule_status(message, Status::kFailed, config_.sent_after, fate.failed_code);
  }
  schedule_status(message, Status::kSent, config_.sent_after, 0);
  if (reaction) return;
  schedule_status(message, Status::kDelivered, config_.delivered_after, 0);
  schedule_status(message, Status::kRead, config_.read_after, 0);
  if (request.voice) {
    const Millis step = std::max(config_.read_after - config_.delivered_after, Millis{1});
    schedule_status(message, Status::kPlayed, config_.read_after + step, 0);
  }
}

}  // namespace wac::sandbox
