#include "whatsapp/webhook_data.h"

#include "whatsapp/json_view.h"
#include "whatsapp/text_rules.h"
#include "whatsapp/webhook_notice.h"
#include "whatsapp/webhook_writer.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace wac::whatsapp {
namespace {

/// A member of Meta's and its name in our events.
struct Renamed {
  std::string_view theirs;
  std::string_view ours;
};

// Texts, in the order in which they are written. Numbers are written as texts too: Meta's type for timestamps
// and ids is text, and a consumer should see one type.
constexpr std::array kMessageTexts{
    Renamed{"id", "id"},
    Renamed{"from", "from"},
    Renamed{"from_user_id", "fromUserId"},
    Renamed{"from_parent_user_id", "fromParentUserId"},
    Renamed{"to", "to"},
    Renamed{"to_user_id", "toUserId"},
    Renamed{"group_id", "groupId"},
    Renamed{"timestamp", "timestamp"},
};
constexpr std::array kMessageObjects{Renamed{"context", "context"}, Renamed{"referral", "referral"},
                                     Renamed{"errors", "errors"}};

constexpr std::array kStatusTexts{
    Renamed{"id", "id"},
    Renamed{"timestamp", "timestamp"},
    Renamed{"recipient_id", "recipientId"},
    Renamed{"recipient_user_id", "recipientUserId"},
    Renamed{"recipient_parent_user_id", "recipientParentUserId"},
    // The spelling until 5 May 2026; one of the two is there.
    Renamed{"parent_recipient_user_id", "recipientParentUserId"},
    Renamed{"recipient_type", "recipientType"},
    Renamed{"recipient_participant_id", "participantId"},
    Renamed{"participant_recipient_id", "participantId"},
    Renamed{"recipient_participant_user_id", "participantUserId"},
    Renamed{"recipient_participant_parent_user_id", "participantParentUserId"},
    Renamed{"recipient_identity_key_hash", "recipientIdentityKeyHash"},
    Renamed{"biz_opaque_callback_data", "opaque"},
    Renamed{"template_id", "templateId"},
};
constexpr std::array kStatusObjects{Renamed{"conversation", "conversation"}, Renamed{"errors", "errors"}};

constexpr std::array kContactTexts{
    Renamed{"wa_id", "waId"},
    Renamed{"user_id", "userId"},
    Renamed{"parent_user_id", "parentUserId"},
    Renamed{"identity_key_hash", "identityKeyHash"},
};

bool has_earlier_spelling(std::span<const Renamed> table, std::size_t index, const JsonObject& object) {
  for (std::size_t i = 0; i < index; ++i) {
    if (table[i].ours == table[index].ours && object.contains(table[i].theirs)) return true;
  }
  return false;
}

void write_texts(ObjectWriter& writer, std::span<const Renamed> table, const JsonObject& object) {
  for (std::size_t i = 0; i < table.size(); ++i) {
    const JsonValue* value = object.if_contains(table[i].theirs);
    if (value == nullptr || !is_textual(*value) || has_earlier_spelling(table, i, object)) continue;
    append_as_text(writer.name(table[i].ours), *value);
  }
}

void write_objects(ObjectWriter& writer, std::span<const Renamed> table, const JsonObject& object) {
  for (const Renamed& member : table) {
    const JsonValue* value = object.if_contains(member.theirs);
    if (value != nullptr && (value->is_object() || value->is_array()))
      append_json(writer.name(member.ours), *value);
  }
}

void write_message(std::string& out, const JsonObject& message) {
  ObjectWriter writer(out);
  write_texts(writer, kMessageTexts, message);
  const std::string_view type = text_of(message, "type");
  writer.text("type", type_word_or_unknown(type));
  write_objects(writer, kMessageObjects, message);
  const bool written =
      std::ranges::any_of(kMessageObjects, [&](const Renamed& m) { return m.theirs == type; });
  const JsonValue* content = is_type_word(type) && !written ? message.if_contains(type) : nullptr;
  if (content != nullptr && (content->is_object() || content->is_array()))
    append_json(writer.name(type), *content);
  writer.end();
}

void write_status(std::string& out, const JsonObject& status) {
  ObjectWriter writer(out);
  writer.text("status", type_word_or_unknown(text_of(status, "status")));
  write_texts(writer, kStatusTexts, status);
  write_objects(writer, kStatusObjects, status);
  if (const JsonObject* pricing = pricing_of(status))
    append_json(writer.name("pricing"), JsonValue{*pricing});
  writer.end();
}

void write_contact(std::string& out, const JsonObject& contact) {
  ObjectWriter writer(out);
  write_texts(writer, kContactTexts, contact);
  if (const JsonObject* profile = find_object(contact, "profile")) {
    if (const std::string_view name = text_of(*profile, "name"); !name.empty()) writer.text("name", name);
    if (const std::string_view user = text_of(*profile, "username"); !user.empty())
      writer.text("username", user);
  }
  writer.end();
}

void write_sender(std::string& out, const WebhookPlace& place) {
  ObjectWriter writer(out);
  writer.text("phoneNumberId", place.sender->str());
  if (!place.display_phone_number.empty()) writer.text("displayPhoneNumber", place.display_phone_number);
  writer.end();
}

}  // namespace

std::string make_data(const WebhookPlace& place, DataForm form, const JsonValue& item,
                      const JsonObject* contact) {
  // A text message takes about 900 bytes; one allocation is enough for most items.
  constexpr std::size_t kUsualSize = 1024;
  std::string out;
  out.reserve(kUsualSize);
  ObjectWriter writer(out);
  writer.text("account", place.account);
  if (place.sender) write_sender(writer.name("sender"), place);
  const bool of_field = form == DataForm::kNotice || form == DataForm::kEcho || form == DataForm::kRaw;
  if (of_field && !place.field.empty()) writer.text("field", place.field);
  if (form == DataForm::kMessage || form == DataForm::kEcho)
    write_message(writer.name("message"), item.get_object());
  if (form == DataForm::kStatus) write_status(writer.name("status"), item.get_object());
  if (form == DataForm::kNotice) append_notice(writer.name("notice"), place.field, item.get_object());
  if (form == DataForm::kError) append_notice(writer.name("error"), kErrorNotice, item.get_object());
  if (contact != nullptr) write_contact(writer.name("contact"), *contact);
  append_json(writer.name("raw"), item);
  writer.end();
  return out;
}

const JsonObject* pricing_of(const JsonObject& status) {
  if (const JsonObject* pricing = find_object(status, "pricing")) return pricing;
  const JsonObject* conversation = find_object(status, "conversation");
  return conversation == nullptr ? nullptr : find_object(*conversation, "pricing");
}

bool is_type_word(std::string_view text) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_'; };
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, allowed);
}

std::string_view type_word_or_unknown(std::string_view text) {
  return is_type_word(text) ? text : "unknown";
}

std::optional<WallTime> parse_timestamp(const JsonValue* value) {
  if (value == nullptr) return std::nullopt;
  std::int64_t seconds = -1;
  if (const std::int64_t* number = value->if_int64()) {
    seconds = *number;
  } else if (const auto text = value->if_text()) {
    const char* end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, seconds);
    if (error != std::errc{} || stop != end) return std::nullopt;
  }
  constexpr std::int64_t kEndOf9999 = 253'402'300'799;
  if (seconds < 0 || seconds > kEndOf9999) return std::nullopt;
  return WallTime{std::chrono::seconds{seconds}};
}

}  // namespace wac::whatsapp
