#include "sandbox/backend.h"

#include "base/encoding.h"
#include "base/expose.h"
#include "sandbox/wamid.h"

#include <algorithm>

namespace wac::sandbox {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxInboundCount = 100'000;
constexpr std::size_t kMaxIdsShown = 1'000;
constexpr std::size_t kMaxConversations = 1'000'000;

std::string digits_of(std::string_view text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return c >= '0' && c <= '9'; });
  return digits;
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// +1 555 078 3881 for the first number, then upwards.
std::string display_number_of(std::size_t index) {
  return std::to_string(15'550'783'881ULL + index);
}

}  // namespace

Backend::Backend(const SandboxConfig& config, Scheduler& scheduler, Random& ids, Ledger& ledger,
                 WebhookQueue& queue)
    : config_(config),
      scheduler_(scheduler),
      ids_(ids),
      ledger_(ledger),
      queue_(queue),
      fingerprints_(config.app_secret) {
  for (const std::string& id : config.phone_number_ids) {
    display_numbers_.try_emplace(id, display_number_of(display_numbers_.size()));
  }
}

const std::string& Backend::display_number(std::string_view phone_number_id) const {
  return display_numbers_.at(std::string(phone_number_id));
}

std::optional<GraphError> Backend::refuse(std::string_view phone_number_id,
                                          const OutgoingMessage& message) const {
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
  return std::nullopt;
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

std::string Backend::accept(std::string_view phone_number_id, const OutgoingMessage& message, Fate fate) {
  if (message.type == "mark_read") {
    ledger_.count_mark_read();
    return R"({"success":true})";
  }
  const auto sent = record(phone_number_id, message);
  json::object contact{{"input", message.input}};
  if (message.recipient_kind == RecipientKind::kPhone) contact["wa_id"] = message.wa_id;
  if (message.recipient_kind == RecipientKind::kUserId) contact["user_id"] = message.input;
  json::object made{{"id", sent->wamid}};
  if (message.recipient_kind == RecipientKind::kGroup) made["group_id"] = message.input;
  if (message.type == "template") made["message_status"] = "accepted";
  json::array contacts;
  contacts.push_back(std::move(contact));
  json::array messages;
  messages.push_back(std::move(made));
  schedule_statuses(sent, message, fate);
  return json::serialize(json::object{{"messaging_product", "whatsapp"},
                                      {"contacts", std::move(contacts)},
                                      {"messages", std::move(messages)}});
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

void Backend::on_sent(const Update& update) {
  if (update.kind != Update::Kind::kStatus) return;
  ledger_.mark_delivered(update.message->sequence, update.status);
  if (update.status != Status::kRead || config_.reply == ReplyMode::kNever) return;
  const LedgerEntry* const entry = ledger_.find(update.message->wamid);
  if (entry != nullptr && entry->type == "text") answer(*update.message);
}

void Backend::answer(const SentMessage& message) {
  const std::string conversation = message.party.phone_number_id + '/' + message.party.user_id;
  if (config_.reply == ReplyMode::kFirst) {
    if (answered_.size() >= kMaxConversations) answered_.clear();
    if (!answered_.insert(conversation).second) return;
  }
  auto from = std::make_shared<Party>(message.party);
  if (from->profile_name.empty()) from->profile_name = "Sandbox User";
  json::object reply{{"type", "text"}, {"text", json::object{{"body", config_.reply_text}}}};
  reply["context"] = json::object{{"from", message.party.display_phone_number}, {"id", message.wamid}};
  schedule_inbound(std::move(from), std::move(reply), config_.reply_after);
}

void Backend::remember_inbound(const std::string& wamid) {
  inbound_.insert(wamid);
  inbound_order_.push_back(wamid);
  if (inbound_order_.size() <= config_.ledger_limit) return;
  inbound_.erase(inbound_order_.front());
  inbound_order_.pop_front();
}

std::string Backend::schedule_inbound(std::shared_ptr<const Party> from, json::object message, Millis delay) {
  const WallTime at = scheduler_.wall_now() + delay;
  std::string wamid =
      make_wamid(from->wa_id.empty() ? from->user_id : from->wa_id, Direction::kFromUser, ids_);
  remember_inbound(wamid);
  if (!from->wa_id.empty()) message["from"] = from->wa_id;
  if (!from->user_id.empty()) message["from_user_id"] = from->user_id;
  if (!from->group_id.empty()) message["group_id"] = from->group_id;
  message["id"] = wamid;
  message["timestamp"] = std::to_string(to_millis(at) / 1'000);
  Update update;
  update.kind = Update::Kind::kInbound;
  update.at = at;
  update.from = std::move(from);
  update.json = json::serialize(message);
  queue_.schedule(std::move(update), delay);
  return wamid;
}

std::expected<json::object, std::string> Backend::receive(const json::object& request) {
  auto from = std::make_shared<Party>();
  from->wa_id = digits_of(text_of(request, "from"));
  from->user_id = text_of(request, "user_id");
  if (from->user_id.empty() && !from->wa_id.empty()) from->user_id = user_id_of(from->wa_id);
  from->profile_name = text_of(request, "name");
  if (from->profile_name.empty()) from->profile_name = "Sandbox User";
  from->phone_number_id = text_of(request, "phone_number_id");
  if (from->phone_number_id.empty()) from->phone_number_id = config_.phone_number_ids.front();
  const json::value* const count_value = request.if_contains("count");
  const std::int64_t count = count_value == nullptr    ? 1
                             : count_value->is_int64() ? count_value->get_int64()
                                                       : 0;
  if (from->user_id.empty()) return std::unexpected("from (a phone number) or user_id is required");
  if (text_of(request, "type").empty()) return std::unexpected("type is required");
  if (!knows_number(from->phone_number_id)) return std::unexpected("phone_number_id is unknown");
  if (count < 1 || static_cast<std::uint64_t>(count) > kMaxInboundCount) {
    return std::unexpected("count must be 1 to 100000");
  }
  if (queue_.full()) return std::unexpected("the webhook backlog is full");
  from->display_phone_number = display_number(from->phone_number_id);
  json::object message = request;
  for (const char* const own : {"phone_number_id", "name", "user_id", "count"}) message.erase(own);
  json::array ids;
  for (std::int64_t i = 0; i < count; ++i) {
    std::string wamid = schedule_inbound(from, message, Millis{0});
    if (ids.size() < kMaxIdsShown) ids.push_back(json::object{{"id", std::move(wamid)}});
  }
  return json::object{{"count", count}, {"messages", std::move(ids)}};
}

std::expected<json::object, std::string> Backend::announce(const json::object& request) {
  Update update;
  update.kind = Update::Kind::kOther;
  update.at = scheduler_.wall_now();
  update.field = text_of(request, "field");
  const json::value* const value = request.if_contains("value");
  if (update.field.empty() || value == nullptr) return std::unexpected("field and value are required");
  if (queue_.full()) return std::unexpected("the webhook backlog is full");
  update.json = json::serialize(*value);
  queue_.schedule(std::move(update), Millis{0});
  return json::object{{"count", 1}};
}

void Backend::reset() {
  inbound_.clear();
  inbound_order_.clear();
  answered_.clear();
}

}  // namespace wac::sandbox
