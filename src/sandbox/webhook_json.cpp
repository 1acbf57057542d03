#include "sandbox/webhook_json.h"

#include "sandbox/graph_error.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace wac::sandbox {
namespace {

namespace json = boost::json;

constexpr std::int64_t kConversationSeconds = 86'400;

std::string seconds(WallTime at) {
  return std::to_string(to_millis(at) / 1'000);
}

void append_escape(std::string& out, std::uint32_t unit) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kHex[(unit >> static_cast<unsigned>(shift)) & 15U];
}

json::object pricing(const SentMessage& message) {
  const bool billable = message.category != "service";
  return {{"billable", billable},
          {"pricing_model", "PMP"},
          {"type", billable ? "regular" : "free_customer_service"},
          {"category", message.category}};
}

json::object conversation(const SentMessage& message, const Update& update) {
  json::object object{{"id", "c" + std::to_string(message.sequence)}};
  if (update.status == Status::kSent) {
    object["expiration_timestamp"] = std::to_string(to_millis(update.at) / 1'000 + kConversationSeconds);
  }
  object["origin"] = json::object{{"type", message.category}};
  return object;
}

void add_recipient(json::object& object, const Party& party) {
  if (!party.group_id.empty()) {
    object["recipient_id"] = party.group_id;
    object["recipient_type"] = "group";
    object["recipient_participant_id"] = party.wa_id;
    object["recipient_participant_user_id"] = party.user_id;
    return;
  }
  if (!party.wa_id.empty()) object["recipient_id"] = party.wa_id;
  object["recipient_user_id"] = party.user_id;
}

json::object status_object(const Update& update) {
  const SentMessage& message = *update.message;
  json::object object{
      {"id", message.wamid}, {"status", name(update.status)}, {"timestamp", seconds(update.at)}};
  const bool failed = update.status == Status::kFailed;
  // `failed` carries no contact data but the phone it was sent to (facts §2.6).
  if (failed) {
    if (!message.party.wa_id.empty()) object["recipient_id"] = message.party.wa_id;
  } else {
    add_recipient(object, message.party);
  }
  if (!message.opaque.empty()) object["biz_opaque_callback_data"] = message.opaque;
  if (update.status == Status::kSent || update.status == Status::kDelivered) {
    if (message.with_conversation) object["conversation"] = conversation(message, update);
    object["pricing"] = pricing(message);
  }
  if (failed) {
    const std::string_view title = error_title(update.error_code);
    object["errors"] = json::array{json::object{
        {"code", update.error_code},
        {"title", title},
        {"message", title},
        {"error_data", json::object{{"details", "Injected by the sandbox."}}},
        {"href", "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"}}};
  }
  return object;
}

json::object contact_of(const Party& party) {
  json::object contact;
  if (!party.profile_name.empty()) contact["profile"] = json::object{{"name", party.profile_name}};
  if (!party.wa_id.empty()) contact["wa_id"] = party.wa_id;
  if (!party.user_id.empty()) contact["user_id"] = party.user_id;
  return contact;
}

const Party& party_of(const Update& update) {
  return update.kind == Update::Kind::kInbound ? *update.from : update.message->party;
}

bool share_change(const Update& a, const Update& b) {
  return a.kind == b.kind && a.kind != Update::Kind::kOther &&
         party_of(a).phone_number_id == party_of(b).phone_number_id;
}

json::object change_of(std::span<const Update> updates) {
  const Update& first = updates.front();
  if (first.kind == Update::Kind::kOther) {
    return {{"field", first.field}, {"value", json::parse(first.json)}};
  }
  const Party& sender = party_of(first);
  json::object value{{"messaging_product", "whatsapp"},
                     {"metadata", json::object{{"display_phone_number", sender.display_phone_number},
                                               {"phone_number_id", sender.phone_number_id}}}};
  json::array contacts;
  json::array items;
  for (const Update& update : updates) {
    const bool status = update.kind == Update::Kind::kStatus;
    items.push_back(status ? json::value(status_object(update)) : json::parse(update.json));
    if (status && update.status == Status::kFailed) continue;
    json::object contact = contact_of(party_of(update));
    if (std::ranges::find(contacts, json::value(contact)) == contacts.end())
      contacts.push_back(std::move(contact));
  }
  if (!contacts.empty()) value["contacts"] = std::move(contacts);
  value[first.kind == Update::Kind::kStatus ? "statuses" : "messages"] = std::move(items);
  return {{"field", "messages"}, {"value", std::move(value)}};
}

}  // namespace

std::string escape_like_meta(std::string_view json) {
  std::string out;
  out.reserve(json.size() + json.size() / 8);
  for (std::size_t i = 0; i < json.size();) {
    const auto lead = static_cast<unsigned char>(json[i]);
    if (lead < 0x80) {
      if (lead == '/') out += '\\';
      out += json[i++];
      continue;
    }
    // The serialiser only emits valid UTF-8.
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    std::uint32_t point = lead & (0xFFU >> (length + 1));
    for (std::size_t n = 1; n < length && i + n < json.size(); ++n) {
      point = point << 6U | (static_cast<unsigned char>(json[i + n]) & 0x3FU);
    }
    i += length;
    if (point < 0x10000) {
      append_escape(out, point);
    } else {
      append_escape(out, 0xD800 + ((point - 0x10000) >> 10U));
      append_escape(out, 0xDC00 + ((point - 0x10000) & 0x3FFU));
    }
  }
  return out;
}

std::string webhook_body(std::span<const Update> updates, std::string_view waba_id) {
  json::array changes;
  while (!updates.empty()) {
    std::size_t count = 1;
    while (count < updates.size() && share_change(updates[0], updates[count])) ++count;
    changes.push_back(change_of(updates.first(count)));
    updates = updates.subspan(count);
  }
  json::object entry{{"id", waba_id}, {"changes", std::move(changes)}};
  json::array entries;
  entries.push_back(std::move(entry));
  return escape_like_meta(
      json::serialize(json::object{{"object", "whatsapp_business_account"}, {"entry", std::move(entries)}}));
}

std::string user_id_of(std::string_view wa_id) {
  // FNV-1a: only stability matters, the phone is in the same webhook.
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : wa_id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  std::string digits = std::to_string(hash);
  digits.insert(0, 20 - std::min<std::size_t>(20, digits.size()), '0');
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kCountries = {
      {{"49", "DE"}, {"55", "BR"}, {"52", "MX"}, {"91", "IN"}, {"44", "GB"}}};
  const auto* const country =
      std::ranges::find_if(kCountries, [&](const auto& entry) { return wa_id.starts_with(entry.first); });
  return std::string(country == kCountries.end() ? "US" : country->second) + '.' + digits;
}

}  // namespace wac::sandbox
