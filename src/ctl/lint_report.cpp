#include "ctl/lint_report.h"

#include "whatsapp/advice.h"
#include "whatsapp/json_text.h"
#include "whatsapp/recipient.h"

#include <boost/json.hpp>

namespace wac::ctl {
namespace {

namespace json = boost::json;
using whatsapp::text_of;
using whatsapp::Violation;

constexpr std::size_t kMaxIntents = 100;

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
