#pragma once

#include "base/expose.h"
#include "whatsapp/json_text.h"
#include "whatsapp/message.h"
#include "whatsapp/webhook.h"

#include <boost/json.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace wac::whatsapp::testing {

inline boost::json::value json_of(std::string_view text) {
  auto value = parse_json(text, {});
  if (!value) throw std::invalid_argument("the test's JSON is broken: " + std::string{text});
  return std::move(*value);
}

/// Key-sorted, compact: equal content is equal text.
inline std::string canonical(const boost::json::value& value) {
  std::string out;
  append_json(out, value, KeyOrder::kSorted);
  return out;
}
inline std::string canonical(std::string_view text) {
  return canonical(json_of(text));
}

/// "pointer rule" of each violation.
inline std::vector<std::string> lint_text(std::string_view payload) {
  std::vector<std::string> found;
  for (const Violation& violation : lint(json_of(payload).as_object())) {
    found.push_back(violation.pointer + " " + violation.rule);
  }
  return found;
}

inline std::string repeated(std::string_view piece, std::size_t count, std::string_view separator = "") {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) out += separator;
    out += piece;
  }
  return out;
}

/// `text` with every `mark` replaced.
inline std::string replaced(std::string text, std::string_view mark, std::string_view by) {
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + by.size())) {
    text.replace(at, mark.size(), by);
  }
  return text;
}

inline std::string_view shown(const PersonalText& text) {
  return expose(text, Purpose::kValidate);
}
inline std::string_view shown(const Wamid& text) {
  return expose(text, Purpose::kValidate);
}

inline boost::json::object data_of(const WebhookItem& item) {
  return json_of(shown(item.data)).as_object();
}

/// A notification with one change of field `messages`; `lists` are members of the value.
inline std::string notification(std::string_view lists) {
  return R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"field":"messages","value":{)"
         R"("messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881","phone_number_id":"106540352242922"},)" +
         std::string{lists} + "}}]}]}";
}

inline std::vector<WebhookItem> items_of(std::string_view body) {
  auto parsed = parse_webhook(body);
  if (!parsed) throw std::invalid_argument("not a notification");
  return std::move(parsed->items);
}

inline std::vector<std::string> types_of(std::string_view body) {
  std::vector<std::string> types;
  for (const WebhookItem& item : items_of(body)) types.push_back(item.type);
  return types;
}

}  // namespace wac::whatsapp::testing
