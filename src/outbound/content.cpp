#include "outbound/content.h"

#include "base/expose.h"
#include "whatsapp/json_text.h"

#include <boost/json.hpp>

#include <array>

namespace wac::outbound {
namespace json = boost::json;

PersonalText make_content(const json::object& payload, const std::optional<whatsapp::Recipient>& recipient,
                          std::string_view context_message_id, const json::object* fallback) {
  std::string out = "{";
  if (!context_message_id.empty()) {
    out += "\"context\":";
    whatsapp::append_json_string(out, context_message_id);
    out += ',';
  }
  if (fallback != nullptr) {
    out += "\"fallback\":";
    whatsapp::append_json(out, *fallback, whatsapp::KeyOrder::kSorted);
    out += ',';
  }
  out += "\"payload\":";
  whatsapp::append_json(out, payload, whatsapp::KeyOrder::kSorted);
  if (recipient) {
    // In the order of the variant.
    constexpr std::array kMembers{",\"to\":", ",\"recipient\":", ",\"group\":"};
    out += kMembers.at(recipient->who.index());
    whatsapp::append_json_string(
        out, std::visit([](const auto& who) { return expose(who, Purpose::kSeal); }, recipient->who));
  }
  out += '}';
  return PersonalText{std::move(out)};
}

Result<Content> read_content(const PersonalText& text) {
  auto memory = std::make_shared<json::monotonic_resource>();
  auto value = whatsapp::parse_json(expose(text, Purpose::kGraphRequest), memory.get());
  auto* object = value ? value->if_object() : nullptr;
  auto* payload = object != nullptr ? object->if_contains("payload") : nullptr;
  if (payload == nullptr || !payload->is_object()) return fail(ErrorCode::kCorrupt, "intent content");
  Content content{std::move(memory), std::move(payload->get_object())};
  content.context_message_id = whatsapp::text_of(*object, "context");
  if (auto* fallback = object->if_contains("fallback"); fallback != nullptr && fallback->is_object()) {
    content.fallback.emplace(std::move(fallback->get_object()));
  }
  if (const auto to = whatsapp::text_of(*object, "to"); !to.empty()) {
    content.recipient = whatsapp::Recipient{Phone{std::string{to}}};
  } else if (const auto user = whatsapp::text_of(*object, "recipient"); !user.empty()) {
    content.recipient = whatsapp::Recipient{UserId{std::string{user}}};
  } else if (const auto group = whatsapp::text_of(*object, "group"); !group.empty()) {
    content.recipient = whatsapp::Recipient{whatsapp::GroupId{std::string{group}}};
  }
  return content;
}

bool is_template(const Content& content) {
  return whatsapp::text_of(content.payload, "type") == "template";
}

}  // namespace wac::outbound
