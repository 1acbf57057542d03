// What users do: they write, answer, and say what they do not want.

#include "sandbox/backend.h"
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

}  // namespace

void Backend::on_sent(const Update& update) {
  if (update.kind != Update::Kind::kStatus) return;
  ledger_.mark_delivered(update.message->sequence, update.status);
  transcript_.set_status(update.message->wamid, update.status, update.error_code);
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
  update.json = json::serialize(message);
  users_.meet(*from);
  users_.wrote(*from, at);
  limits_.count_inbound(from->phone_number_id, scheduler_.now());
  transcript_.add_incoming(users_.conversation(*from), *from, wamid, at, update.json);
  update.from = std::move(from);
  queue_.schedule(std::move(update), delay);
  return wamid;
}

std::expected<std::shared_ptr<Party>, std::string> Backend::sender_of(const json::object& request) const {
  auto from = std::make_shared<Party>();
  from->wa_id = digits_of(text_of(request, "from"));
  from->user_id = text_of(request, "user_id");
  from->group_id = text_of(request, "group_id");
  if (from->user_id.empty() && !from->wa_id.empty()) from->user_id = user_id_of(from->wa_id);
  from->profile_name = text_of(request, "name");
  if (from->profile_name.empty()) from->profile_name = "Sandbox User";
  from->phone_number_id = text_of(request, "phone_number_id");
  if (from->phone_number_id.empty()) from->phone_number_id = config_.phone_number_ids.front();
  if (from->user_id.empty()) return std::unexpected("from (a phone number) or user_id is required");
  if (!knows_number(from->phone_number_id)) return std::unexpected("phone_number_id is unknown");
  if (queue_.full()) return std::unexpected("the webhook backlog is full");
  from->display_phone_number = display_number(from->phone_number_id);
  return from;
}

std::expected<json::object, std::string> Backend::receive(const json::object& request) {
  auto from = sender_of(request);
  if (!from) return std::unexpected(from.error());
  const json::value* const count_value = request.if_contains("count");
  const std::int64_t count = count_value == nullptr    ? 1
                             : count_value->is_int64() ? count_value->get_int64()
                                                       : 0;
  if (text_of(request, "type").empty()) return std::unexpected("type is required");
  if (count < 1 || static_cast<std::uint64_t>(count) > kMaxInboundCount) {
    return std::unexpected("count must be 1 to 100000");
  }
  if (users_.blocked(**from)) return std::unexpected("the business has blocked this user");
  json::object message = request;
  for (const char* const own : {"phone_number_id", "name", "user_id", "count"}) message.erase(own);
  json::array ids;
  for (std::int64_t i = 0; i < count; ++i) {
    std::string wamid = schedule_inbound(*from, message, Millis{0});
    if (ids.size() < kMaxIdsShown) ids.push_back(json::object{{"id", std::move(wamid)}});
  }
  return json::object{{"count", count}, {"messages", std::move(ids)}};
}

std::expected<json::object, std::string> Backend::prefer(const json::object& request) {
  const auto from = sender_of(request);
  if (!from) return std::unexpected(from.error());
  const std::string value = text_of(request, "value");
  if (value != "stop" && value != "resume") return std::unexpected("value must be stop or resume");
  const Party& user = **from;
  users_.prefer(user, value == "stop");
  transcript_.touch(users_.conversation(user));
  json::object contact{{"profile", json::object{{"name", user.profile_name}}}, {"user_id", user.user_id}};
  json::object preference{{"user_id", user.user_id},
                          {"detail", value == "stop" ? "User requested to stop marketing messages"
                                                     : "User requested to resume marketing messages"},
                          {"category", "marketing_messages"},
                          {"value", value},
                          {"timestamp", to_millis(scheduler_.wall_now()) / 1'000}};
  if (!user.wa_id.empty()) contact["wa_id"] = preference["wa_id"] = user.wa_id;
  json::array contacts;
  contacts.push_back(std::move(contact));
  json::array preferences;
  preferences.push_back(std::move(preference));
  announce("user_preferences",
           json::object{{"messaging_product", "whatsapp"},
                        {"metadata", json::object{{"display_phone_number", user.display_phone_number},
                                                  {"phone_number_id", user.phone_number_id}}},
                        {"contacts", std::move(contacts)},
                        {"user_preferences", std::move(preferences)}});
  return json::object{{"value", value}};
}

std::expected<json::object, std::string> Backend::announce(const json::object& request) {
  const std::string field = text_of(request, "field");
  const json::value* const value = request.if_contains("value");
  if (field.empty() || value == nullptr) return std::unexpected("field and value are required");
  if (queue_.full()) return std::unexpected("the webhook backlog is full");
  announce(field, *value);
  return json::object{{"count", 1}};
}

void Backend::announce(std::string field, const json::value& value) {
  Update update;
  update.kind = Update::Kind::kOther;
  update.at = scheduler_.wall_now();
  update.field = std::move(field);
  update.json = json::serialize(value);
  queue_.schedule(std::move(update), Millis{0});
}

void Backend::reset() {
  inbound_.clear();
  inbound_order_.clear();
  answered_.clear();
  held_.clear();
  users_.reset();
  transcript_.reset();
}

}  // namespace wac::sandbox
