#include "whatsapp/message.h"

#include "base/expose.h"
#include "whatsapp/json_text.h"
#include "whatsapp/payload_shapes.h"

#include <array>
#include <fmt/format.h>

namespace wac::whatsapp {
namespace {

namespace json = boost::json;
using namespace schema;

constexpr std::array kTextFields{
    required("body", {.kind = Kind::kText, .min = 1, .max = 4096, .form = &kNotBlank}),
    optional("preview_url", flag())};
constexpr Shape kText{.fields = kTextFields};
constexpr std::array kReactionFields{required("message_id", text(kWamidText)),
                                     required("emoji", text(kEmojiOrNone))};
constexpr Shape kReaction{.fields = kReactionFields};
constexpr std::array kMarkReadFields{required("message_id", text(kWamidText)),
                                     optional("typing_indicator", flag())};
constexpr Shape kMarkRead{.fields = kMarkReadFields};

constexpr std::array kPinWords{std::string_view{"pin"}, std::string_view{"unpin"}};
constexpr std::array kPinFields{required("type", one_of(kPinWords)), required("message_id", text(kWamidText)),
                                optional("expiration_days", integer(1, 30))};

void check_pin(const json::object& pin, Report& report) {
  if (text_of(pin, "type") == "pin" && !pin.contains("expiration_days"))
    report.broken_at("expiration_days", "is required: a pin ends after 1 to 30 days");
}

constexpr Shape kPin{.fields = kPinFields, .check = check_pin};

// What build_message() writes itself: a raw object must not redirect or mark anything.
constexpr std::array<std::string_view, 8> kEnvelopeFields{
    "messaging_product", "recipient_type",           "to",     "recipient",
    "context",           "biz_opaque_callback_data", "status", "message_id"};

void check_raw(const json::object& raw, Report& report) {
  for (const std::string_view field : kEnvelopeFields) {
    if (raw.contains(field)) report.broken_at(field, "belongs to the envelope, not to the message");
  }
  const std::string_view type = text_of(raw, "type");
  if (!type.empty() && !raw.contains(type))
    report.broken_at(type, "is required: the object under the type's name");
}

constexpr std::array kRawFields{required("type", text(kSnakeName, 64))};
constexpr Shape kRaw{.fields = kRawFields, .check = check_raw, .unlisted = Unlisted::kAllowed};

constexpr Rule kContactEntry = object(kContact);

constexpr std::array kTextPayload{required("text", object(kText))};
constexpr std::array kImagePayload{required("image", object(kImage))};
constexpr std::array kAudioPayload{required("audio", object(kAudio))};
constexpr std::array kVideoPayload{required("video", object(kVideo))};
constexpr std::array kDocumentPayload{required("document", object(kDocument))};
constexpr std::array kStickerPayload{required("sticker", object(kSticker))};
constexpr std::array kLocationPayload{required("location", object(kLocation))};
constexpr std::array kContactsPayload{required("contacts", list(kContactEntry, 1, 257))};
constexpr std::array kReactionPayload{required("reaction", object(kReaction))};
constexpr std::array kInteractivePayload{required("interactive", object(kInteractive))};
constexpr std::array kTemplatePayload{required("template", object(kTemplate))};
constexpr std::array kPinPayload{required("pin", object(kPin))};
constexpr std::array kMarkReadPayload{required("mark_read", object(kMarkRead))};
constexpr std::array kRawPayload{required("raw", object(kRaw))};

constexpr std::array kPayloadShapes{Shape{.fields = kTextPayload},        Shape{.fields = kImagePayload},
                                    Shape{.fields = kAudioPayload},       Shape{.fields = kVideoPayload},
                                    Shape{.fields = kDocumentPayload},    Shape{.fields = kStickerPayload},
                                    Shape{.fields = kLocationPayload},    Shape{.fields = kContactsPayload},
                                    Shape{.fields = kReactionPayload},    Shape{.fields = kTemplatePayload},
                                    Shape{.fields = kInteractivePayload}, Shape{.fields = kMarkReadPayload},
                                    Shape{.fields = kPinPayload},         Shape{.fields = kRawPayload}};

// A payload holds its type and one object under the type's name.
constexpr auto kPayloadTypes = [] {
  std::array<Variant, kPayloadShapes.size()> types{};
  for (std::size_t i = 0; i < types.size(); ++i) {
    types[i] = {kPayloadShapes[i].fields.front().name, &kPayloadShapes[i]};
  }
  return types;
}();

// Kept at the top level by Meta as well (facts §2.1).
constexpr std::string_view kKeyHash = "recipient_identity_key_hash";

void check_payload(const json::object& payload, Report& report) {
  const std::string_view type = text_of(payload, "type");
  if ((type == "mark_read" || type == "raw") && payload.contains(kKeyHash))
    report.broken_at(kKeyHash, fmt::format("is not a field of {}", type));
}

constexpr std::array kCommonFields{optional(kKeyHash, text(kOpaqueId, 256))};
constexpr Shape kPayload{
    .fields = kCommonFields, .tag = "type", .variants = kPayloadTypes, .check = check_payload};

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out += ",\"";
  out += name;
  out += "\":";
  append_json_string(out, text);
}

void append_recipient(std::string& out, const Recipient& recipient) {
  if (const Phone* phone = std::get_if<Phone>(&recipient.who)) {
    // Without `+` Meta may put the sender's own country code in front (facts §2.1).
    const std::string_view digits = expose(*phone, Purpose::kGraphRequest);
    append_member(out, "to", digits.starts_with('+') ? std::string{digits} : '+' + std::string{digits});
  } else if (const UserId* user = std::get_if<UserId>(&recipient.who)) {
    append_member(out, "recipient", expose(*user, Purpose::kGraphRequest));
  } else {
    append_member(out, "to", expose(std::get<GroupId>(recipient.who), Purpose::kGraphRequest));
  }
}

void append_mark_read(std::string& out, const json::object& mark_read) {
  append_member(out, "status", "read");
  append_member(out, "message_id", text_of(mark_read, "message_id"));
  const json::value* typing = mark_read.if_contains("typing_indicator");
  if (typing != nullptr && typing->is_bool() && typing->get_bool())
    out += R"(,"typing_indicator":{"type":"text"})";
}

void append_content(std::string& out, const json::object& content, std::string_view type) {
  append_member(out, "type", type);
  for (const auto& member : content) {
    const std::string_view name{member.key().data(), member.key().size()};
    if (name == "type") continue;
    out += ',';
    append_json_string(out, name);
    out += ':';
    append_json(out, member.value());
  }
}

}  // namespace

std::vector<Violation> lint(const json::object& payload) {
  Report report;
  check(payload, kPayload, report);
  return report.take();
}

bool is_idempotent(const json::object& payload) {
  return text_of(payload, "type") == "mark_read";
}

bool may_quote(const json::object& payload) {
  const std::string_view type = text_of(payload, "type");
  return type != "mark_read" && type != "reaction" && type != "pin";
}

bool may_go_to_group(const json::object& payload) {
  const std::string_view type = text_of(payload, "type");
  return type != "interactive" && type != "mark_read";
}

bool needs_group(const json::object& payload) {
  return text_of(payload, "type") == "pin";
}

PersonalText build_message(const json::object& payload, const Envelope& envelope) {
  constexpr std::size_t kUsualSize = 512;
  std::string out;
  out.reserve(kUsualSize);
  out += R"({"messaging_product":"whatsapp")";
  if (const json::object* mark_read = find_object(payload, "mark_read");
      mark_read != nullptr && is_idempotent(payload)) {
    append_mark_read(out, *mark_read);
    out += '}';
    return PersonalText{std::move(out)};
  }
  const bool group = envelope.recipient != nullptr && envelope.recipient->is_group();
  append_member(out, "recipient_type", group ? "group" : "individual");
  if (envelope.recipient != nullptr) append_recipient(out, *envelope.recipient);
  const json::object* raw = find_object(payload, "raw");
  const json::object& content = raw != nullptr && text_of(payload, "type") == "raw" ? *raw : payload;
  append_content(out, content, text_of(content, "type"));
  if (!envelope.context_message_id.empty()) {
    out += R"(,"context":{"message_id":)";
    append_json_string(out, envelope.context_message_id);
    out += '}';
  }
  if (!envelope.opaque.empty()) append_member(out, "biz_opaque_callback_data", envelope.opaque);
  out += '}';
  return PersonalText{std::move(out)};
}

}  // namespace wac::whatsapp
