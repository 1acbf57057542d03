#include "whatsapp/contact_news.h"

#include "whatsapp/json_view.h"
#include "whatsapp/webhook_data.h"

#include <initializer_list>

namespace wac::whatsapp {
namespace {

std::string_view first_text(const JsonObject& object, std::initializer_list<std::string_view> members) {
  for (const std::string_view member : members) {
    if (const std::string_view text = text_of(object, member); !text.empty()) return text;
  }
  return {};
}

bool tells_who(const ContactNews& one) {
  return !one.phone.empty() || !one.user.empty();
}

void set_identity(ContactNews& one, std::string_view phone, std::string_view user) {
  one.phone = Phone{std::string{phone}};
  one.user = UserId{std::string{user}};
}

// `from` is who it was, `system` who it is now. The oldest payloads name the new number `new_wa_id`.
void append_change_of_identity(std::vector<ContactNews>& news, const JsonObject& message,
                               const JsonObject& system) {
  const std::string_view was_phone = first_text(message, {"from"});
  const std::string_view is_phone = first_text(system, {"wa_id", "new_wa_id"});
  const std::string_view was_user = first_text(system, {"previous_user_id"});
  const std::string_view is_user = first_text(system, {"user_id"});
  ContactNews& one = news.emplace_back();
  one.at = parse_timestamp(message.if_contains("timestamp"));
  set_identity(one, is_phone.empty() ? was_phone : is_phone, is_user);
  if (!is_phone.empty() && was_phone != is_phone) one.former_phone = Phone{std::string{was_phone}};
  if (was_user != is_user) one.former_user = UserId{std::string{was_user}};
  if (!tells_who(one)) news.pop_back();
}

void append_preference(std::vector<ContactNews>& news, const JsonObject& entry) {
  const std::string_view value = text_of(entry, "value");
  if (text_of(entry, "category") != "marketing_messages" || (value != "stop" && value != "resume")) return;
  ContactNews& one = news.emplace_back();
  set_identity(one, text_of(entry, "wa_id"), text_of(entry, "user_id"));
  one.marketing = value == "stop" ? MarketingChoice::kStop : MarketingChoice::kResume;
  one.at = parse_timestamp(entry.if_contains("timestamp"));
  if (!tells_who(one)) news.pop_back();
}

void append_call(std::vector<ContactNews>& news, const JsonObject& entry) {
  if (text_of(entry, "direction") != "USER_INITIATED") return;
  ContactNews& one = news.emplace_back();
  set_identity(one, text_of(entry, "from"), text_of(entry, "from_user_id"));
  one.wrote = true;
  one.at = parse_timestamp(entry.if_contains("timestamp"));
  if (!tells_who(one)) news.pop_back();
}

}  // namespace

void append_news_of_message(std::vector<ContactNews>& news, const JsonObject& message,
                            const JsonObject* contact) {
  if (const JsonObject* system = find_object(message, "system")) {
    return append_change_of_identity(news, message, *system);
  }
  if (!text_of(message, "group_id").empty()) return;
  std::string_view phone = text_of(message, "from");
  std::string_view user = text_of(message, "from_user_id");
  if (phone.empty() && contact != nullptr) phone = text_of(*contact, "wa_id");
  if (user.empty() && contact != nullptr) user = text_of(*contact, "user_id");
  ContactNews& one = news.emplace_back();
  set_identity(one, phone, user);
  one.wrote = true;
  one.at = parse_timestamp(message.if_contains("timestamp"));
  if (!tells_who(one)) news.pop_back();
}

void append_news_of_failure(std::vector<ContactNews>& news, const JsonObject& status,
                            std::uint32_t error_code) {
  if (error_code != kStoppedMarketing) return;
  ContactNews& one = news.emplace_back();
  set_identity(one, text_of(status, "recipient_id"), text_of(status, "recipient_user_id"));
  one.marketing = MarketingChoice::kStop;
  one.at = parse_timestamp(status.if_contains("timestamp"));
  if (!tells_who(one)) news.pop_back();
}

void append_news_of_entry(std::vector<ContactNews>& news, std::string_view field, const JsonObject& entry) {
  if (field == "user_preferences") append_preference(news, entry);
  if (field == "calls") append_call(news, entry);
}

}  // namespace wac::whatsapp
