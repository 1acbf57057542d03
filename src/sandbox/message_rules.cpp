#include "sandbox/message_rules.h"

#include "sandbox/fields.h"
#include "sandbox/payload_rules.h"
#include "sandbox/wamid.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace wac::sandbox {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxOpaque = 512;
constexpr std::array<std::string_view, 12> kTypes = {"text",     "image",    "audio",       "video",
                                                     "document", "sticker",  "location",    "contacts",
                                                     "reaction", "template", "interactive", "pin"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alphanumeric(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

/// `CC.<1–128 alphanumeric>` or `CC.ENT.<…>` (facts §2.6).
bool is_user_id(std::string_view text) {
  if (text.size() < 4 || text[2] != '.') return false;
  if (!std::ranges::all_of(text.substr(0, 2), [](char c) { return c >= 'A' && c <= 'Z'; })) return false;
  text.remove_prefix(3);
  if (text.starts_with("ENT.")) text.remove_prefix(4);
  return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, is_alphanumeric);
}

void check_phone(Check& check, std::string_view to, PlusRule plus, OutgoingMessage& message) {
  if (is_user_id(to)) {
    return check.refuse(131009, "A business-scoped user id belongs in \"recipient\", not in \"to\".");
  }
  for (const char c : to) {
    if (is_digit(c)) {
      message.wa_id += c;
    } else if (std::string_view("+-() ").find(c) == std::string_view::npos) {
      return check.refuse(131009, "Param to holds a character that is not part of a phone number.");
    }
  }
  if (to.rfind('+') != 0 && to.find('+') != std::string_view::npos) {
    return check.refuse(131009, "Param to has a + that is not its first character.");
  }
  if (!to.starts_with('+') && plus == PlusRule::kRequired) {
    return check.refuse(100,
                        "Param to has no leading +: Meta may prepend the sender's own country code and reach "
                        "a stranger. (Sandbox rule; --lenient-plus accepts it.)");
  }
  if (message.wa_id.size() < 7 || message.wa_id.size() > 15 || message.wa_id.front() == '0') {
    check.refuse(131009, "Param to is not a valid WhatsApp phone number (7 to 15 digits with country code).");
  }
}

void check_group(Check& check, std::string_view to) {
  const bool letters =
      std::ranges::any_of(to, [](char c) { return std::isalpha(static_cast<unsigned char>(c)); });
  const bool clean =
      std::ranges::all_of(to, [](char c) { return is_alphanumeric(c) || c == '_' || c == '-' || c == '='; });
  if (!letters || !clean || to.size() < 10 || to.size() > 256) {
    check.refuse(131009, "recipient_type is \"group\" but param to is not a group id.");
  }
}

void check_recipient(Check& check, Fields& fields, PlusRule plus, OutgoingMessage& message) {
  const auto kind = fields.one_of("recipient_type", Need::kOptional, {"individual", "group"});
  const auto to = fields.text("to", Need::kOptional, at_most(256));
  const auto recipient = fields.text("recipient", Need::kOptional, at_most(160));
  if (!to && !recipient) return check.refuse(131008, "Parameter to (or recipient) is required.");
  // With both, Meta uses `to`.
  message.input = to ? *to : *recipient;
  if (kind == "group") {
    message.recipient_kind = RecipientKind::kGroup;
    if (!to) return check.refuse(131008, "Parameter to is required when recipient_type is \"group\".");
    return check_group(check, *to);
  }
  if (recipient && !is_user_id(*recipient)) {
    return check.refuse(131009, "Param recipient is not a business-scoped user id.");
  }
  if (to) return check_phone(check, *to, plus, message);
  message.recipient_kind = RecipientKind::kUserId;
}

void check_context(Check& check, Fields& fields, std::string_view type) {
  const json::object* const context = fields.object("context", Need::kOptional);
  if (context == nullptr) return;
  if (type == "reaction") check.refuse(100, "A reaction cannot be a contextual reply.");
  Fields inner(check, *context, "context");
  const auto id = inner.text("message_id", Need::kRequired);
  if (id && !is_wamid(*id)) check.refuse(131009, "Param context.message_id is not a WhatsApp message id.");
  inner.done();
}

void check_payload(Check& check, const json::value& payload, const MessageRules& rules,
                   OutgoingMessage& message) {
  const std::string_view type = message.type;
  if (type == "text") return check_text(check, payload);
  if (type == "location") return check_location(check, payload, "location");
  if (type == "contacts") return check_contacts(check, payload);
  if (type == "interactive") return check_interactive(check, payload);
  if (type == "reaction") {
    message.target = check_reaction(check, payload);
    return;
  }
  if (type == "pin") return check_pin(check, payload, message.recipient_kind);
  if (type == "template") {
    const MessageTemplate* const found =
        check_template(check, payload, *rules.templates, message.recipient_kind);
    if (found == nullptr) return;
    message.category = found->category;
    message.template_key = found->name + '/' + found->language;
    message.held = found->held;
    return;
  }
  const Medium medium = type == "image"     ? Medium::kImage
                        : type == "video"   ? Medium::kVideo
                        : type == "audio"   ? Medium::kAudio
                        : type == "sticker" ? Medium::kSticker
                                            : Medium::kDocument;
  message.voice = check_media(check, payload, std::string(type), medium, MediaPlace::kMessage);
}

/// `{"status":"read"}`: a request of its own that shares the path.
void check_mark_read(Check& check, Fields& fields, OutgoingMessage& message) {
  message.type = "mark_read";
  fields.one_of("status", Need::kRequired, {"read"});
  const auto id = fields.text("message_id", Need::kRequired);
  if (id && !is_wamid(*id)) check.refuse(131009, "Param message_id is not a WhatsApp message id.");
  if (id) message.target = *id;
  if (const json::object* const typing = fields.object("typing_indicator", Need::kOptional)) {
    message.typing = true;
    Fields inner(check, *typing, "typing_indicator");
    inner.one_of("type", Need::kRequired, {"text"});
    inner.done();
  }
}

void check_send(Check& check, Fields& fields, const MessageRules& rules, OutgoingMessage& message) {
  check_recipient(check, fields, rules.plus, message);
  if (const auto opaque = fields.text("biz_opaque_callback_data", Need::kOptional, at_most(kMaxOpaque))) {
    message.opaque = *opaque;
  }
  fields.text("recipient_identity_key_hash", Need::kOptional, at_most(256));
  // Meta reads a missing type as text; a connector that relies on it has forgotten to say what it sends.
  const auto type = fields.text("type", Need::kRequired);
  if (!type) return;
  const auto* const known = std::ranges::find(kTypes, *type);
  if (known == kTypes.end()) {
    return check.refuse(131051, "Message type \"" + std::string(*type) + "\" is not supported.");
  }
  message.type = *known;
  if (message.recipient_kind == RecipientKind::kGroup && message.type == "interactive") {
    return check.refuse(131051, "Message type \"interactive\" is not supported in groups.");
  }
  check_context(check, fields, message.type);
  if (const json::value* const payload = fields.any(message.type, Need::kRequired)) {
    check_payload(check, *payload, rules, message);
  }
}

}  // namespace

std::expected<OutgoingMessage, GraphError> check_message(const json::value& body, const MessageRules& rules) {
  Check check;
  OutgoingMessage message;
  Fields fields(check, body, "");
  fields.one_of("messaging_product", Need::kRequired, {"whatsapp"});
  if (fields.has("status")) {
    check_mark_read(check, fields, message);
  } else {
    check_send(check, fields, rules, message);
  }
  // Last, so that a wrong type is named as such and not as the unknown key it brings along.
  fields.done();
  if (!check.ok()) return std::unexpected(*check.refusal());
  return message;
}

}  // namespace wac::sandbox
