#include "whatsapp/webhook_change.h"

#include "whatsapp/json_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_map>

namespace wac::whatsapp {
namespace {

namespace json = boost::json;

// Facts §3.7, without `messages`. Sorted.
constexpr auto kKnownFields = std::to_array<std::string_view>({
    "account_alerts",
    "account_review_update",
    "account_settings_update",
    "account_update",
    "automatic_events",
    "business_capability_update",
    "business_username_update",
    "business_username_updates",
    "calls",
    "consumer_profile",
    "flows",
    "group_lifecycle_update",
    "group_participants_update",
    "group_settings_update",
    "group_status_update",
    "history",
    "message_echoes",
    "message_template_components_update",
    "message_template_quality_update",
    "message_template_status_update",
    "messaging_handovers",
    "partner_solutions",
    "payment_configuration_update",
    "phone_number_name_update",
    "phone_number_quality_update",
    "security",
    "smb_app_state_sync",
    "smb_message_echoes",
    "standby",
    "template_category_update",
    "template_correct_category_detection",
    "user_preferences",
});
static_assert(std::ranges::is_sorted(kKnownFields));

// Lists of content rather than notices: a value may fill the whole notification.
constexpr std::array<std::string_view, 7> kBulkFields{
    "calls",   "history",         "message_echoes", "smb_app_state_sync", "smb_message_echoes",
    "standby", "user_preferences"};
static_assert(std::ranges::is_sorted(kBulkFields));

/// Parts of an identity, each behind its length, so that no two lists of parts read the same.
class Identity {
 public:
  Identity& part(std::string_view text) {
    std::array<char, 20> length;
    const auto [end, error] = std::to_chars(length.data(), length.data() + length.size(), text.size());
    text_.append(length.data(), end);
    text_ += ':';
    text_ += text;
    return *this;
  }
  PersonalText take() { return PersonalText{std::move(text_)}; }

 private:
  std::string text_;
};

/// value.contacts[]: whom messages and statuses belong to.
class Contacts {
 public:
  explicit Contacts(const json::array* contacts) : contacts_(contacts) {}

  /// `position` is the item's place among its siblings: Meta lists contacts in the same order.
  const json::object* find(std::string_view wa_id, std::string_view user_id, std::size_t position) {
    if (contacts_ == nullptr || contacts_->empty()) return nullptr;
    const json::object* guess = (*contacts_)[std::min(position, contacts_->size() - 1)].if_object();
    if (guess != nullptr && belongs(*guess, wa_id, user_id)) return guess;
    if (contacts_->size() == 1) return nullptr;
    if (index_.empty()) build_index();
    for (const std::string_view id : {wa_id, user_id}) {
      if (id.empty()) continue;
      if (const auto found = index_.find(id); found != index_.end()) return found->second;
    }
    return nullptr;
  }

 private:
  static bool belongs(const json::object& contact, std::string_view wa_id, std::string_view user_id) {
    return (!wa_id.empty() && text_of(contact, "wa_id") == wa_id) ||
           (!user_id.empty() && text_of(contact, "user_id") == user_id);
  }
  void build_index() {
    for (const json::value& entry : *contacts_) {
      const json::object* contact = entry.if_object();
      if (contact == nullptr) continue;
      for (const std::string_view key : {"wa_id", "user_id"}) {
        if (const std::string_view id = text_of(*contact, key); !id.empty()) index_.emplace(id, contact);
      }
    }
    // Never empty after this, so that it is built once.
    index_.emplace(std::string_view{}, nullptr);
  }

  const json::array* contacts_;
  std::unordered_map<std::string_view, const json::object*> index_;
};

bool is_text_or_absent(const json::object& object, std::string_view member) {
  const json::value* value = object.if_contains(member);
  return value == nullptr || value->is_string();
}

/// Whether consumers can rely on the documented types. `type` itself may be a word nobody has seen yet.
bool is_well_formed_message(const json::object& message) {
  constexpr std::array<std::string_view, 5> kTexts{"from", "from_user_id", "from_parent_user_id", "group_id",
                                                   "type"};
  if (text_of(message, "id").empty()) return false;
  for (const std::string_view member : kTexts) {
    if (!is_text_or_absent(message, member)) return false;
  }
  const json::value* timestamp = message.if_contains("timestamp");
  if (timestamp != nullptr && !timestamp->is_string() && !timestamp->is_int64()) return false;
  const std::string_view type = text_of(message, "type");
  const json::value* content = is_type_word(type) ? message.if_contains(type) : nullptr;
  return content == nullptr || (type == "contacts" ? content->is_array() : content->is_object());
}

/// `position` is the item's place among its siblings.
void append_message(std::vector<WebhookItem>& items, const WebhookPlace& place, const json::value& entry,
                    Contacts& contacts, std::size_t position) {
  const json::object* message = entry.if_object();
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
  const json::object* contact =
      contacts.find(text_of(*message, "from"), text_of(*message, "from_user_id"), position);
  item.data = PersonalText{make_data(place, DataForm::kMessage, entry, contact)};
}

std::uint32_t first_error_code(const json::object& status) {
  const json::array* errors = find_array(status, "errors");
  const json::object* error = errors == nullptr || errors->empty() ? nullptr : errors->front().if_object();
  const json::value* code = error == nullptr ? nullptr : error->if_contains("code");
  if (code == nullptr) return 0;
  std::uint32_t number = 0;
  if (const std::int64_t* whole = code->if_int64()) {
    if (*whole > 0 && *whole <= std::numeric_limits<std::uint32_t>::max())
      number = static_cast<std::uint32_t>(*whole);
  } else if (const json::string* text = code->if_string()) {
    const char* end = text->data() + text->size();
    if (const auto [stop, error_code] = std::from_chars(text->data(), end, number);
        error_code != std::errc{} || stop != end) {
      return 0;
    }
  }
  return number;
}

/// A group message has one status per participant, all with the same wamid and word.
std::string_view participant_of(const json::object& status) {
  constexpr std::array<std::string_view, 3> kSpellings{
      "recipient_participant_user_id", "recipient_participant_id", "participant_recipient_id"};
  for (const std::string_view member : kSpellings) {
    if (const std::string_view participant = text_of(status, member); !participant.empty())
      return participant;
  }
  return {};
}

// A status settles an intent, so it needs no more than an id and a word: mistyped members are left out of its
// normalised form, the rest counts.
void append_status(std::vector<WebhookItem>& items, const WebhookPlace& place, const json::value& entry,
                   Contacts& contacts, std::size_t position) {
  const json::object* status = entry.if_object();
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
                           .error_code = error_code};
  const json::object* contact =
      contacts.find(text_of(*status, "recipient_id"), text_of(*status, "recipient_user_id"), position);
  item.data = PersonalText{make_data(place, DataForm::kStatus, entry, contact)};
}

void append_error(std::vector<WebhookItem>& items, const WebhookPlace& place, const json::value& entry) {
  if (!entry.is_object()) return append_by_content(items, place, "unknown.messages", entry, DataForm::kRaw);
  append_by_content(items, place, "value.error", entry, DataForm::kChange);
}

bool is_understood(const json::key_value_pair& member) {
  const std::string_view key{member.key().data(), member.key().size()};
  if (key == "messaging_product") return true;
  if (key == "metadata") return member.value().is_object();
  return (key == "contacts" || key == "messages" || key == "statuses" || key == "errors") &&
         member.value().is_array();
}

/// What else the value holds (`user_actions`, `groups`, mistyped lists, …) is an item of its own.
void append_rest(std::vector<WebhookItem>& items, const WebhookPlace& place, const json::object& value) {
  json::object rest(value.storage());
  for (const auto& member : value) {
    if (!is_understood(member)) rest.emplace(member.key(), member.value());
  }
  if (rest.empty()) return;
  append_by_content(items, place, "unknown.messages", json::value(std::move(rest)), DataForm::kRaw);
}

void append_messages(std::vector<WebhookItem>& items, WebhookPlace place, const json::object& value) {
  if (const json::object* metadata = find_object(value, "metadata")) {
    place.sender = SenderId::parse(text_of(*metadata, "phone_number_id"));
    place.display_phone_number = text_of(*metadata, "display_phone_number");
  }
  Contacts contacts(find_array(value, "contacts"));
  const std::size_t before = items.size();
  if (const json::array* messages = find_array(value, "messages")) {
    items.reserve(items.size() + messages->size());
    for (std::size_t i = 0; i < messages->size(); ++i)
      append_message(items, place, (*messages)[i], contacts, i);
  }
  if (const json::array* statuses = find_array(value, "statuses")) {
    items.reserve(items.size() + statuses->size());
    for (std::size_t i = 0; i < statuses->size(); ++i)
      append_status(items, place, (*statuses)[i], contacts, i);
  }
  if (const json::array* errors = find_array(value, "errors")) {
    for (const json::value& error : *errors) append_error(items, place, error);
  }
  append_rest(items, place, value);
  if (items.size() == before) append_by_content(items, place, "unknown.messages", value, DataForm::kRaw);
}

}  // namespace

void append_by_content(std::vector<WebhookItem>& items, const WebhookPlace& place, std::string type,
                       const json::value& raw, DataForm form) {
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

void append_change(std::vector<WebhookItem>& items, WebhookPlace place, const json::value& change) {
  const json::object* object = change.if_object();
  const std::string_view field = object == nullptr ? std::string_view{} : text_of(*object, "field");
  if (!is_type_word(field))
    return append_by_content(items, place, "unknown.notification", change, DataForm::kRaw);
  place.field = field;
  const json::value* value = object->if_contains("value");
  if (value == nullptr || !value->is_object()) {
    return append_by_content(items, place, "unknown." + std::string{field}, change, DataForm::kRaw);
  }
  if (field == "messages") return append_messages(items, std::move(place), value->get_object());
  if (const json::object* metadata = find_object(value->get_object(), "metadata")) {
    place.sender = SenderId::parse(text_of(*metadata, "phone_number_id"));
    place.display_phone_number = text_of(*metadata, "display_phone_number");
  }
  const bool known = std::ranges::binary_search(kKnownFields, field);
  const bool bulk = std::ranges::binary_search(kBulkFields, field);
  const DataForm form = !known ? DataForm::kRaw : bulk ? DataForm::kBulk : DataForm::kChange;
  append_by_content(items, place, (known ? "account." : "unknown.") + std::string{field}, *value, form);
}

}  // namespace wac::whatsapp
