#include "ctl/lint_report.h"

#include "whatsapp/advice.h"
#include "whatsapp/json_text.h"
#include "whatsapp/recipient.h"
#include "whatsapp/schema.h"

#include <boost/json.hpp>

#include <array>

namespace wac::ctl {
namespace {

namespace json = boost::json;
using whatsapp::text_of;
using whatsapp::Violation;

constexpr std::size_t kMaxIntents = 100;

// What stands beside a message and what it quotes. Values that only the connector can judge are any text.
namespace schema = whatsapp::schema;
constexpr schema::Rule kAnyText = schema::text(0);
constexpr std::array<std::string_view, 1> kProvider{"whatsapp"};
constexpr std::array<std::string_view, 2> kOnUnknown{"hold", "resend"};
constexpr std::array<std::string_view, 2> kPriority{"normal", "high"};
constexpr std::array<std::string_view, 2> kWhenPaused{"wait", "refuse"};
constexpr std::array kContextFields{schema::required("messageId", schema::text(whatsapp::kWamidText, 512))};
constexpr schema::Shape kContext{.fields = kContextFields};
constexpr std::array kEnvelopeFields{
    schema::optional("intentId", kAnyText),
    schema::optional("to", kAnyText),
    schema::optional("recipient", kAnyText),
    schema::optional("recipientType", kAnyText),
    schema::optional("tenantId", kAnyText),
    schema::optional("senderId", kAnyText),
    schema::optional("provider", schema::one_of(kProvider)),
    schema::optional("dedupeKey", schema::text(1)),
    schema::optional("correlationId", kAnyText),
    schema::optional("createdAt", kAnyText),
    schema::optional("sendAt", kAnyText),
    schema::optional("expiresAt", kAnyText),
    schema::optional("context", schema::object(kContext)),
    schema::optional("onUnknown", schema::one_of(kOnUnknown)),
    schema::optional("priority", schema::one_of(kPriority)),
    schema::optional("whenPaused", schema::one_of(kWhenPaused)),
};
constexpr schema::Shape kEnvelope{.fields = kEnvelopeFields};

void lint_envelope(json::object intent, const std::string& pointer, LintReport& report) {
  intent.erase("payload");
  intent.erase("fallback");
  schema::Report found;
  schema::check(intent, kEnvelope, found);
  for (Violation& error : found.take())
    report.errors.push_back({pointer + error.pointer, std::move(error.rule)});
}

void lint_payload(const json::value& value, const std::string& pointer, LintReport& report) {
  const json::object* payload = value.if_object();
  if (payload == nullptr) {
    report.errors.push_back({pointer, "must be an object"});
    return;
  }
  auto errors = whatsapp::lint(*payload);
  if (errors.empty()) {
    for (Violation& warning : whatsapp::advise(*payload))
      report.warnings.push_back({pointer + warning.pointer, std::move(warning.rule)});
  }
  for (Violation& error : errors) report.errors.push_back({pointer + error.pointer, std::move(error.rule)});
}

void lint_group(const json::object& intent, const json::object& message, const std::string& pointer,
                LintReport& report) {
  if (intent.contains("recipient"))
    report.errors.push_back({pointer + "/recipient", R"(must be absent: a group is named by "to")"});
  if (!whatsapp::parse_group_id(text_of(intent, "to")))
    report.errors.push_back({pointer + "/to", "must be the id of a group"});
  if (!whatsapp::may_go_to_group(message))
    report.errors.push_back({pointer + "/payload", "is of a type that cannot go to a group"});
}

void lint_recipient(const json::object& intent, const json::object& message, const std::string& pointer,
                    LintReport& report) {
  const std::string_view kind = text_of(intent, "recipientType");
  if (kind == "group") return lint_group(intent, message, pointer, report);
  if (intent.contains("recipientType") && kind != "individual")
    report.errors.push_back({pointer + "/recipientType", R"(must be "individual" or "group")"});
  if (whatsapp::needs_group(message))
    report.errors.push_back({pointer + "/recipientType", R"(must be "group": this type is for groups only)"});
  const bool to = intent.contains("to");
  const bool user = intent.contains("recipient");
  if (to && user) {
    report.errors.push_back({pointer + "/recipient", R"(must be absent when "to" is given)"});
  } else if (!to && !user) {
    report.errors.push_back({pointer + "/to", R"(is required (or "recipient"))"});
  } else if (to && !whatsapp::parse_phone(text_of(intent, "to"))) {
    report.errors.push_back({pointer + "/to", "must be + and 7 to 15 digits (E.164)"});
  } else if (user && !whatsapp::parse_user_id(text_of(intent, "recipient"))) {
    report.errors.push_back({pointer + "/recipient", "must be a business-scoped user id such as US.1349…"});
  }
}

void lint_fallback(const json::object& intent, const json::object& message, const std::string& pointer,
                   LintReport& report) {
  const json::value* fallback = intent.if_contains("fallback");
  if (fallback == nullptr) return;
  const std::string_view type = text_of(message, "type");
  const json::object* content = fallback->if_object();
  if (type == "template" || type == "mark_read" || type == "raw") {
    report.errors.push_back({pointer + "/fallback", "must be absent: this type needs no open window"});
  } else if (text_of(intent, "recipientType") == "group") {
    report.errors.push_back({pointer + "/fallback", "must be absent: of groups no window is known"});
  } else if (content != nullptr && text_of(*content, "type") != "template") {
    report.errors.push_back({pointer + "/fallback", R"(must be a payload of type "template")"});
  } else {
    lint_payload(*fallback, pointer + "/fallback", report);
  }
}

void lint_intent(const json::value& value, const std::string& pointer, LintReport& report) {
  const json::object* intent = value.if_object();
  const json::value* payload = intent == nullptr ? nullptr : intent->if_contains("payload");
  if (intent == nullptr) {
    report.errors.push_back({pointer, "must be an object"});
  } else if (payload == nullptr) {
    report.errors.push_back({pointer + "/payload", "is required"});
  } else {
    lint_payload(*payload, pointer + "/payload", report);
    const json::object* message = payload->if_object();
    if (message != nullptr && text_of(*message, "type") != "mark_read")
      lint_recipient(*intent, *message, pointer, report);
    if (message != nullptr && intent->contains("context") && !whatsapp::may_quote(*message))
      report.errors.push_back({pointer + "/context", "must be absent: this type cannot quote a message"});
    if (message != nullptr) lint_fallback(*intent, *message, pointer, report);
    lint_envelope(*intent, pointer, report);
  }
}

}  // namespace

LintReport lint_document(const json::value& document) {
  LintReport report;
  const json::object* object = document.if_object();
  if (object == nullptr) {
    report.errors.push_back({"", R"(must be an object: a payload, an intent or {"intents":[…]})"});
  } else if (const json::value* list = object->if_contains("intents")) {
    const json::array* intents = list->if_array();
    if (intents == nullptr || intents->empty() || intents->size() > kMaxIntents) {
      report.errors.push_back({"/intents", "must be a list of 1 to 100 intents"});
      return report;
    }
    for (const auto& member : *object) {
      if (member.key() != "intents")
        report.errors.push_back({"/" + std::string{member.key()}, "is not a field here"});
    }
    for (std::size_t i = 0; i < intents->size(); ++i)
      lint_intent((*intents)[i], "/intents/" + std::to_string(i), report);
  } else if (object->contains("payload")) {
    lint_intent(document, "", report);
  } else {
    lint_payload(document, "", report);
  }
  return report;
}

}  // namespace wac::ctl
