#include "whatsapp/webhook.h"

#include "whatsapp/json_view.h"
#include "whatsapp/text_rules.h"
#include "whatsapp/webhook_change.h"
#include "whatsapp/webhook_repair.h"

#include <algorithm>
#include <array>

namespace wac::whatsapp {
namespace {

std::string_view account_of(const JsonObject& entry) {
  const std::string_view id = text_of(entry, "id");
  return id.size() <= 32 && std::ranges::all_of(id, is_digit) ? id : std::string_view{};
}

void append_entry(WebhookItems& found, const JsonValue& value) {
  const JsonObject* entry = value.if_object();
  if (entry == nullptr) {
    return append_by_content(found.items, {}, "unknown.notification", value, DataForm::kRaw);
  }
  WebhookPlace place;
  place.account = account_of(*entry);
  place.entry_time = parse_timestamp(entry->if_contains("time"));
  const std::size_t before = found.items.size();
  if (const JsonArray* changes = find_array(*entry, "changes")) {
    for (const JsonValue& change : *changes) append_change(found.items, place, change);
  }
  if (entry->contains("changed_fields")) {
    ++found.without_values;
    append_by_content(found.items, place, "webhook.without_values", value, DataForm::kRaw);
  }
  if (found.items.size() == before) {
    append_by_content(found.items, place, "unknown.notification", value, DataForm::kRaw);
  }
}

/// Another product's notifications must not be read as messages of ours.
bool is_of_whatsapp(const JsonObject& notification) {
  constexpr std::string_view kProduct = "whatsapp_business_account";
  const JsonValue* object = notification.if_contains("object");
  return object == nullptr || object->if_text().value_or(kProduct) == kProduct;
}

}  // namespace

Result<WebhookItems> parse_webhook(std::string_view body) {
  std::array<unsigned char, 8192> buffer;
  std::pmr::monotonic_buffer_resource memory(buffer.data(), buffer.size());
  std::optional<JsonValue> parsed = read_json(body, memory);
  std::string repaired;
  if (!parsed) {
    repaired = repair_text(body);
    if (repaired != body) parsed = read_json(repaired, memory);
  }
  if (!parsed || !parsed->is_object()) return fail(ErrorCode::kInvalid, "webhook body");
  const JsonObject& notification = parsed->get_object();
  WebhookItems found;
  const JsonArray* entries = is_of_whatsapp(notification) ? find_array(notification, "entry") : nullptr;
  if (entries != nullptr) {
    for (const JsonValue& entry : *entries) append_entry(found, entry);
  }
  if (found.items.empty()) {
    append_by_content(found.items, {}, "unknown.notification", *parsed, DataForm::kRaw);
  }
  return found;
}

}  // namespace wac::whatsapp
