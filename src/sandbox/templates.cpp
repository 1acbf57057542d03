#include "sandbox/templates.h"

#include <algorithm>
#include <cctype>
#include <optional>

namespace wac::sandbox {
namespace {

namespace json = boost::json;

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
  result.id = string_field(*object, "id");
  result.quality = string_field(*object, "quality");
  if (result.quality.empty()) result.quality = "UNKNOWN";
  result.definition = *object;
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
  for (MessageTemplate& one : read) {
    if (one.id.empty()) one.id = std::to_string(++last_id_);
    std::pair key{one.name, one.language};
    templates_.insert_or_assign(std::move(key), std::move(one));
  }
  return {};
}

const MessageTemplate* TemplateCatalogue::find(std::string_view name, std::string_view language) const {
  const auto found = templates_.find(std::pair{std::string(name), std::string(language)});
  return found == templates_.end() ? nullptr : &found->second;
}

MessageTemplate* TemplateCatalogue::find(std::string_view name, std::string_view language) {
  return const_cast<MessageTemplate*>(std::as_const(*this).find(name, language));
}

const MessageTemplate* TemplateCatalogue::find_id(std::string_view id) const {
  const auto found =
      std::ranges::find_if(templates_, [id](const auto& entry) { return entry.second.id == id; });
  return found == templates_.end() ? nullptr : &found->second;
}

json::array TemplateCatalogue::listing() const {
  json::array list;
  for (const auto& [key, one] : templates_) list.push_back(one.to_json());
  return list;
}

json::object MessageTemplate::to_json() const {
  json::object object = definition;
  object["id"] = id;
  object["status"] = status;
  object["category"] = cased(category, std::toupper);
  object["quality_score"] = json::object{{"score", quality}};
  if (!object.contains("parameter_format")) {
    object["parameter_format"] = parts.body.named || parts.header.named ? "NAMED" : "POSITIONAL";
  }
  return object;
}

}  // namespace wac::sandbox
