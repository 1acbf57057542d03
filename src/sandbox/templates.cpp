#include "sandbox/templates.h"

#include <algorithm>
#include <cctype>
#include <optional>

namespace wac::sandbox {
namespace {

namespace json = boost::json;

// order_update's URL button may be left out, so that both forms of a send can be tried.
constexpr std::string_view kBuiltIn = R"json([
 {"id":"594425479261596","name":"hello_world","language":"en_US","category":"UTILITY","status":"APPROVED",
  "parameter_format":"POSITIONAL","components":[
  {"type":"HEADER","format":"TEXT","text":"Hello World"},
  {"type":"BODY","text":"Welcome and congratulations!! This message demonstrates your ability to send a WhatsApp message notification from the Cloud API, hosted by Meta. Thank you for taking the time to test with us."},
  {"type":"FOOTER","text":"WhatsApp Business Platform sample message"}]},
 {"id":"594425479261597","name":"order_update","language":"en_US","category":"UTILITY","status":"APPROVED",
  "parameter_format":"POSITIONAL","components":[
  {"type":"BODY","text":"Hi {{1}}, your order {{2}} has been updated. Thank you."},
  {"type":"BUTTONS","buttons":[
   {"type":"URL","text":"View order","url":"https://shop.example.com/orders/{{1}}","optional":true}]}]},
 {"id":"594425479261598","name":"order_shipped","language":"en_US","category":"UTILITY","status":"APPROVED",
  "parameter_format":"NAMED","components":[
  {"type":"HEADER","format":"IMAGE"},
  {"type":"BODY","text":"{{first_name}}, order {{order_id}} is on its way. Questions? Just answer."},
  {"type":"BUTTONS","buttons":[{"type":"QUICK_REPLY","text":"Help"},
   {"type":"URL","text":"Track","url":"https://shop.example.com/track/{{1}}"},
   {"type":"PHONE_NUMBER","text":"Call us","phone_number":"+15550783881"}]}]},
 {"id":"594425479261599","name":"login_code","language":"en_US","category":"AUTHENTICATION","status":"APPROVED",
  "parameter_format":"POSITIONAL","components":[
  {"type":"BODY","text":"{{1}} is your verification code.","add_security_recommendation":true},
  {"type":"BUTTONS","buttons":[{"type":"OTP","otp_type":"COPY_CODE","text":"Copy code"}]}]},
 {"id":"594425479261600","name":"summer_sale","language":"en_US","category":"MARKETING","status":"APPROVED",
  "parameter_format":"POSITIONAL","components":[
  {"type":"HEADER","format":"TEXT","text":"Sale for {{1}}"},
  {"type":"BODY","text":"Everything is {{1}} off until {{2}}. See you soon."},
  {"type":"BUTTONS","buttons":[{"type":"COPY_CODE","text":"Copy offer code"}]}]}
])json";

std::string cased(std::string_view text, int (*change)(int)) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [change](unsigned char c) { return static_cast<char>(change(c)); });
  return out;
}

std::string string_field(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

const json::array* array_field(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_array();
}

bool read_buttons(const json::array& list, TemplateParts& parts) {
  for (const json::value& value : list) {
    const json::object* const object = value.if_object();
    if (object == nullptr) return false;
    TemplateButton button;
    button.type = cased(string_field(*object, "type"), std::toupper);
    button.variable = string_field(*object, "url").find("{{") != std::string::npos;
    const json::value* const optional = object->if_contains("optional");
    button.optional = optional != nullptr && optional->is_bool() && optional->get_bool();
    if (button.type.empty()) return false;
    parts.buttons.push_back(std::move(button));
  }
  return true;
}

bool read_parts(const json::array& components, TemplateParts& parts);

bool read_cards(const json::array& cards, TemplateParts& parts) {
  for (const json::value& value : cards) {
    const json::object* const card = value.if_object();
    const json::array* const components = card == nullptr ? nullptr : array_field(*card, "components");
    // A card has no cards of its own, which also bounds the recursion.
    TemplateParts inner;
    if (components == nullptr || !read_parts(*components, inner) || !inner.cards.empty()) return false;
    parts.cards.push_back(std::move(inner));
  }
  return true;
}

bool read_parts(const json::array& components, TemplateParts& parts) {
  for (const json::value& value : components) {
    const json::object* const component = value.if_object();
    if (component == nullptr) return false;
    const std::string type = cased(string_field(*component, "type"), std::toupper);
    if (type == "HEADER") {
      parts.header_format = cased(string_field(*component, "format"), std::toupper);
      parts.header = TemplateText::parse(string_field(*component, "text"));
      if (parts.header_format.empty()) return false;
    } else if (type == "BODY") {
      parts.body = TemplateText::parse(string_field(*component, "text"));
    } else if (type == "BUTTONS") {
      const json::array* const buttons = array_field(*component, "buttons");
      if (buttons == nullptr || !read_buttons(*buttons, parts)) return false;
    } else if (type == "CAROUSEL") {
      const json::array* const cards = array_field(*component, "cards");
      if (cards == nullptr || !read_cards(*cards, parts)) return false;
    } else if (type == "LIMITED_TIME_OFFER") {
      parts.limited_time_offer = true;
    } else if (type.empty()) {
      return false;
    }
  }
  return true;
}

std::optional<MessageTemplate> read_template(const json::value& value) {
  const json::object* const object = value.if_object();
  if (object == nullptr) return std::nullopt;
  MessageTemplate result;
  result.name = string_field(*object, "name");
  result.language = string_field(*object, "language");
  result.category = cased(string_field(*object, "category"), std::tolower);
  result.status = cased(string_field(*object, "status"), std::toupper);
  if (result.status.empty()) result.status = "APPROVED";
  if (result.category.empty()) result.category = "utility";
  const json::array* const components = array_field(*object, "components");
  const bool good = !result.name.empty() && !result.language.empty() && components != nullptr &&
                    read_parts(*components, result.parts);
  return good ? std::optional(std::move(result)) : std::nullopt;
}

}  // namespace

TemplateText TemplateText::parse(std::string_view text) {
  TemplateText result;
  result.text = text;
  for (std::size_t at = text.find("{{"); at != std::string_view::npos; at = text.find("{{", at)) {
    const std::size_t end = text.find("}}", at);
    if (end == std::string_view::npos) break;
    std::string name(text.substr(at + 2, end - at - 2));
    at = end;
    if (std::ranges::find(result.variables, name) != result.variables.end()) continue;
    result.named = result.named || !std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
    result.variables.push_back(std::move(name));
  }
  return result;
}

bool TemplateButton::needs_parameter() const {
  if (optional) return false;
  return type == "OTP" || type == "COPY_CODE" || type == "MPM" || (type == "URL" && variable);
}

std::string_view TemplateButton::sub_type() const {
  if (type == "URL") return variable ? "url" : "";
  if (type == "OTP") return "url";
  if (type == "QUICK_REPLY") return "quick_reply";
  if (type == "COPY_CODE") return "copy_code";
  if (type == "CATALOG") return "catalog";
  if (type == "MPM") return "mpm";
  if (type == "FLOW") return "flow";
  if (type == "VOICE_CALL") return "voice_call";
  if (type == "ORDER_DETAILS") return "order_details";
  if (type == "SPM") return "spm";
  return "";
}

TemplateCatalogue TemplateCatalogue::built_in() {
  TemplateCatalogue catalogue;
  // A mistake in the literal above shows in the first test that finds a template missing.
  (void)catalogue.add(json::parse(kBuiltIn));
  return catalogue;
}

Result<void> TemplateCatalogue::add(const json::value& listing) {
  const json::array* list = listing.if_array();
  if (const json::object* const object = listing.if_object()) list = array_field(*object, "data");
  if (list == nullptr) return fail(ErrorCode::kInvalid, "templates: neither a list nor an object with data");
  std::vector<MessageTemplate> read;
  for (const json::value& value : *list) {
    auto one = read_template(value);
    if (!one) return fail(ErrorCode::kInvalid, "templates: an entry lacks name, language or components");
    read.push_back(std::move(*one));
  }
  for (std::size_t i = 0; i < read.size(); ++i) {
    std::pair key{read[i].name, read[i].language};
    templates_.insert_or_assign(std::move(key), std::move(read[i]));
    listing_.push_back((*list)[i]);
  }
  return {};
}

const MessageTemplate* TemplateCatalogue::find(std::string_view name, std::string_view language) const {
  const auto found = templates_.find(std::pair{std::string(name), std::string(language)});
  return found == templates_.end() ? nullptr : &found->second;
}

}  // namespace wac::sandbox
