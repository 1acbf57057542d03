#include "whatsapp/webhook_change.h"

#include "whatsapp/json_view.h"
#include "whatsapp/pricing.h"
#include "whatsapp/webhook_contacts.h"
#include "whatsapp/webhook_fields.h"
#include "whatsapp/webhook_identity.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace wac::whatsapp {
namespace {

bool is_text_or_absent(const JsonObject& object, std::string_view member) {
  const JsonValue* value = object.if_contains(member);
  return value == nullptr || value->is_text();
}

/// Whether consumers can rely on the documented types. `type` itself may be a word nobody has seen yet.
bool is_well_formed_message(const JsonObject& message) {
  constexpr std::array<std::string_view, 5> kTexts{"from", "from_user_id", "from_parent_user_id", "group_id",
                                                   "type"};
  if (text_of(message, "id").empty()) return false;
  for (const std::string_view member : kTexts) {
    if (!is_text_or_absent(message, member)) return false;
  }
  const JsonValue* timestamp = message.if_contains("timestamp");
  if (timestamp != nullptr && !timestamp->is_text() && timestamp->if_int64() == nullptr) return false;
  const std::string_view type = text_of(message, "type");
  const JsonValue* content = is_type_word(type) ? message.if_contains(type) : nullptr;
  return content == nullptr || (type == "contacts" ? content->is_array() : content->is_object());
}

/// `position` is the item's place among its siblings.
void append_message(std::vector<WebhookItem>& items, const WebhookPlace& place, const JsonValue& entry,
                    Contacts& contacts, std::size_t position) {
  const JsonObject* message = entry.if_object();
  if (message == nullptr || !is_well_formed_message(*message)) {
    return append_by_content(items, place, "unknown.messages", entry, DataForm::kRaw);
  }
  WebhookItem& item = items.emplace_back();
  item.type = "message.received.";
  item.type += type_word_or_unknown(text_of(*message, "type"));
  item.account = place.account;
  item.sender = place.sender;
  item.timestamp = parse_timestamp(message->if_contains("timestamp"));
  const std::string_view sender = place.sender ? place.sender->str() : std::string_view{};
  item.identity = Identity{}.part("message").part(sender).part(text_of(*message, "id")).take();
  const JsonObject* contact =
      contacts.find(text_of(*message, "from"), text_of(*message, "from_user_id"), position);
  append_news_of_message(item.news, *message, contact);
  item.data = PersonalText{make_data(place, DataForm::kMessage, entry, contact)};
}

std::uint32_t first_error_code(const JsonObject& status) {
  const JsonArray* errors = find_array(status, "errors");
  const JsonObject* error = errors == nullptr || errors->empty() ? nullptr : errors->front().if_object();
  const JsonValue* code = error == nullptr ? nullptr : error->if_contains("code");
  if (code == nullptr) return 0;
  std::uint32_t number = 0;
  if (const std::int64_t* whole = code->if_int64()) {
    if (*whole > 0 && *whole <= std::numeric_limits<std::uint32_t>::max())
      number = static_cast<std::uint32_t>(*whole);
  } else if (const auto text = code->if_text()) {
    const char* end = text->data() + text->size();
    if (const auto [stop, error_code] = std::from_chars(text->data(), end, number);
        error_code != std::errc{} || stop != end) {
      return 0;
    }
  }
  return number;
}

/// A group message has one status per participant, all with the same wamid and word.
std::string_view participant_of(const JsonObject& status) {
  constexpr std::array<std::string_view, 3> kSpellings{
      "recipient_participant_user_id", "recipient_participant_id", "participant_recipient_id"};
  for (const std::string_view member : kSpellings) {
    if (const std::string_view participant = text_of(status, member); !participant.empty())
      return participant;
  }
  return {};
}

std::string packed_pricing(const JsonObject& status) {
  const JsonObject* pricing = pricing_of(status);
  if (pricing == nullptr) return {};
  const JsonValue* billable = pricing->if_contains("billable");
  Pricing read{std::string{text_of(*pricing, "category")}, std::string{text_of(*pricing, "type")},
               std::string{text_of(*pricing, "pricing_model")}, std::nullopt};
  if (billable != nullptr && billable->is_bool()) read.billable = billable->get_bool();
  return pack_pricing(read);
}

// A status settles an intent, so it needs no more than an id and a word: mistyped members are left out of its
// normalised form, the rest counts.
void append_status(std::vector<WebhookItem>& items, const WebhookPlace& place, const JsonValue& entry,
                   Contacts& contacts, std::size_t position) {
  const JsonObject* status = entry.if_object();
  if (status == nullptr || text_of(*status, "id").empty() || text_of(*status, "status").empty()) {
    return append_by_content(items, place, "unknown.messages", entry, DataForm::kRaw);
  }
  const std::string_view wamid = text_of(*status, "id");
  const std::string_view word = type_word_or_unknown(text_of(*status, "status"));
  const std::uint32_t error_code = word == "failed" ? first_error_code(*status) : 0;
  WebhookItem& item = items.emplace_back();
  item.type = "message.status.";
  item.type += word;
  item.account = place.account;
  item.sender = place.sender;
  item.timestamp = parse_timestamp(status->if_contains("timestamp"));
  Identity identity;
  // The word as it came: two words outside the charset are two statuses.
  identity.part("status").part(place.sender ? place.sender->str() : std::string_view{}).part(wamid);
  identity.part(text_of(*status, "status")).part(participant_of(*status));
  if (error_code != 0) identity.part(std::to_string(error_code));
  item.identity = identity.take();
  item.status = StatusInfo{.status = std::string{word},
                           .wamid = Wamid{std::string{wamid}},
                           .opaque = std::string{text_of(*status, "biz_opaque_callback_data")},
                           .error_code = error_code,
                           .pricing = packed_pricing(*status)};
  const JsonObject* contact =
      contacts.find(text_of(*status, "recipient_id"), text_of(*status, "recipient_user_id"), position);
  append_news_of_failure(item.news, *status, error_code);
  item.data = PersonalText{make_data(place, DataForm::kStatus, entry, contact)};
}

void append_error(std::vector<WebhookItem>& items, const WebhookPlace& place, const JsonValue& entry) {
  if (!entry.is_object())
    return append_by_content(items, place, "unknown." + std::string{place.field}, entry, DataForm::kRaw);
  append_by_content(items, place, "value.error", entry, DataForm::kError);
}

bool is_understood(const JsonMember& member, std::span<const std::string_view> lists) {
  const std::string_view key = member.key.view();
  if (key.empty()) return false;
  if (key == "messaging_product") return true;
  if (key == "metadata") return member.value.is_object();
  const bool list = key == "contacts" || key == "errors" || std::ranges::find(lists, key) != lists.end();
  return list && member.value.is_array();
}

/// What else the value holds (`user_actions`, mistyped lists, …) is an item of its own.
void append_rest(std::vector<WebhookItem>& items, const WebhookPlace& place, const JsonObject& value,
                 std::span<const std::string_view> lists) {
  std::vector<JsonMember> rest;
  for (const JsonMember& member : value) {
    if (!is_understood(member, lists)) rest.push_back(member);
  }
  if (rest.empty()) return;
  append_by_content(items, place, "unknown." + std::string{place.field},
                    JsonValue{JsonObject{rest.data(), rest.size()}}, DataForm::kRaw);
}

void read_metadata(WebhookPlace& place, const JsonObject& value) {
  const JsonObject* metadata = find_object(value, "metadata");
  if (metadata == nullptr) return;
  place.sender = SenderId::parse(text_of(*metadata, "phone_number_id"));
  place.display_phone_number = text_of(*metadata, "display_phone_number");
}

void append_messages(std::vector<WebhookItem>& items, const WebhookPlace& place, const JsonObject& value) {
  constexpr std::array<std::string_view, 2> kLists{"messages", "statuses"};
  Contacts contacts(find_array(value, "contacts"));
  const std::size_t before = items.size();
  if (const JsonArray* messages = find_array(value, "messages")) {
    items.reserve(items.size() + messages->size());
    for (std::size_t i = 0; i < messages->size(); ++i)
      append_message(items, place, (*messages)[i], contacts, i);
  }
  if (const JsonArray* statuses = find_array(value, "statuses")) {
    items.reserve(items.size() + statuses->size());
    for (std::size_t i = 0; i < statuses->size(); ++i)
      append_status(items, place, (*statuses)[i], contacts, i);
  }
  if (const JsonArray* errors = find_array(value, "errors")) {
    for (const JsonValue& error : *errors) append_error(items, place, error);
  }
  append_rest(items, place, value, kLists);
  if (items.size() == before)
    append_by_content(items, place, "unknown.messages", JsonValue{value}, DataForm::kRaw);
}

/// When it happened, by its own account.
std::optional<WallTime> own_time(const JsonObject& entry) {
  if (const auto time = parse_timestamp(entry.if_contains("timestamp"))) return time;
  const JsonObject* metadata = find_object(entry, "metadata");
  return metadata == nullptr ? std::nullopt : parse_timestamp(metadata->if_contains("timestamp"));
}

const JsonObject* contact_of(const JsonObject& entry, Contacts& contacts, std::size_t position) {
  for (const auto& [wa_id, user_id] :
       {std::pair{"wa_id", "user_id"}, std::pair{"from", "from_user_id"}, std::pair{"to", "to_user_id"},
        std::pair{"recipient_id", "recipient_user_id"}}) {
    const JsonObject* found = contacts.find(text_of(entry, wa_id), text_of(entry, user_id), position);
    if (found != nullptr) return found;
  }
  return nullptr;
}

/// One item of a field's list.
void append_listed(std::vector<WebhookItem>& items, const WebhookPlace& place, const FieldRule& rule,
                   const JsonValue& entry, Contacts& contacts, std::size_t position) {
  const JsonObject* object = entry.if_object();
  if (object == nullptr || (rule.form == DataForm::kEcho && !is_well_formed_message(*object))) {
    return append_by_content(items, place, "unknown." + std::string{place.field}, entry, DataForm::kRaw);
  }
  WebhookItem& item = items.emplace_back();
  item.type = "account." + std::string{place.field};
  item.account = place.account;
  item.sender = place.sender;
  item.timestamp = own_time(*object);
  const std::string_view sender = place.sender ? place.sender->str() : std::string_view{};
  Identity identity;
  identity.part(item.type).part(place.account).part(sender);
  if (rule.form == DataForm::kEcho) {
    identity.part(text_of(*object, "id"));
  } else {
    // Where the item has no time of its own, the notification's tells it from an equal one of another day.
    const bool dated = item.timestamp || !place.entry_time;
    identity.part(dated ? std::string{} : std::to_string(to_millis(*place.entry_time)));
    std::string canonical;
    append_json(canonical, entry, KeyOrder::kSorted);
    identity.part(canonical);
  }
  item.identity = identity.take();
  if (!item.timestamp) item.timestamp = place.entry_time;
  append_news_of_entry(item.news, place.field, *object);
  item.data = PersonalText{make_data(place, rule.form, entry, contact_of(*object, contacts, position))};
}

void append_lists(std::vector<WebhookItem>& items, const WebhookPlace& place, const FieldRule& rule,
                  const JsonObject& value) {
  Contacts contacts(find_array(value, "contacts"));
  const std::size_t before = items.size();
  for (const std::string_view name : rule.lists) {
    const JsonArray* list = name.empty() ? nullptr : find_array(value, name);
    if (list == nullptr) continue;
    for (std::size_t i = 0; i < list->size(); ++i) append_listed(items, place, rule, (*list)[i], contacts, i);
  }
  if (const JsonArray* errors = find_array(value, "errors")) {
    for (const JsonValue& error : *errors) append_error(items, place, error);
  }
  append_rest(items, place, value, rule.lists);
  if (items.size() == before) {
    append_by_content(items, place, "unknown." + std::string{place.field}, JsonValue{value}, DataForm::kRaw);
  }
}

}  // namespace

void append_by_content(std::vector<WebhookItem>& items, const WebhookPlace& place, std::string type,
                       const JsonValue& raw, DataForm form) {
  std::string canonical;
  append_json(canonical, raw, KeyOrder::kSorted);
  WebhookItem& item = items.emplace_back();
  // The time is part of it: an account may be disabled, reinstated and disabled again within days, and an
  // event repeated is better than one lost.
  const std::string time = place.entry_time ? std::to_string(to_millis(*place.entry_time)) : std::string{};
  item.identity =
      Identity{}.part(type).part(place.field).part(place.account).part(time).part(canonical).take();
  item.type = std::move(type);
  item.account = place.account;
  item.sender = place.sender;
  item.timestamp = place.entry_time;
  item.data = PersonalText{make_data(place, form, raw, nullptr)};
}

void append_change(std::vector<WebhookItem>& items, WebhookPlace place, const JsonValue& change) {
  const JsonObject* object = change.if_object();
  const std::string_view field = object == nullptr ? std::string_view{} : text_of(*object, "field");
  if (!is_type_word(field))
    return append_by_content(items, place, "unknown.notification", change, DataForm::kRaw);
  place.field = field;
  const JsonValue* value = object->if_contains("value");
  if (value == nullptr || !value->is_object()) {
    return append_by_content(items, place, "unknown." + std::string{field}, change, DataForm::kRaw);
  }
  read_metadata(place, value->get_object());
  if (field == "messages") return append_messages(items, place, value->get_object());
  const FieldRule* rule = find_field(field);
  if (rule == nullptr) {
    return append_by_content(items, place, "unknown." + std::string{field}, *value, DataForm::kRaw);
  }
  if (!rule->lists.front().empty()) return append_lists(items, place, *rule, value->get_object());
  append_by_content(items, place, "account." + std::string{field}, *value, rule->form);
}

}  // namespace wac::whatsapp
