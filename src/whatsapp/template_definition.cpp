#include "whatsapp/template_definition.h"

#include "whatsapp/json_text.h"

#include <algorithm>
#include <array>

namespace wac::whatsapp {
namespace {

namespace json = boost::json;

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string upper_text(const json::object& object, std::string_view key) {
  std::string text{text_of(object, key)};
  std::ranges::transform(text, text.begin(), upper);
  return text;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

TemplateVariables variables_of(std::string_view text, bool named) {
  TemplateVariables found;
  found.named = named;
  for (;;) {
    const auto open = text.find("{{");
    if (open == std::string_view::npos) return found;
    text.remove_prefix(open + 2);
    const auto close = text.find("}}");
    if (close == std::string_view::npos) return found;
    const std::string name{trimmed(text.substr(0, close))};
    if (!name.empty() && std::ranges::find(found.names, name) == found.names.end())
      found.names.push_back(name);
    text.remove_prefix(close + 2);
  }
}

void read_header(const json::object& component, bool named, TemplateParts& parts) {
  constexpr std::array<std::string_view, 7> kFormats{"text", "image",    "video",  "document",
                                                     "gif",  "location", "product"};
  std::string format{text_of(component, "format")};
  std::ranges::transform(format, format.begin(), lower);
  parts.header = std::ranges::find(kFormats, format) == kFormats.end() ? "?" : format;
  if (format == "text") parts.header_variables = variables_of(text_of(component, "text"), named);
}

TemplateButton read_button(const json::object& button) {
  struct Known {
    std::string_view type;
    ButtonKind kind;
  };
  constexpr std::array<Known, 8> kTypes{{{"QUICK_REPLY", ButtonKind::kQuickReply},
                                         {"URL", ButtonKind::kUrl},
                                         {"OTP", ButtonKind::kOtp},
                                         {"COPY_CODE", ButtonKind::kCopyCode},
                                         {"CATALOG", ButtonKind::kCatalog},
                                         {"MPM", ButtonKind::kProducts},
                                         {"FLOW", ButtonKind::kFlow},
                                         {"PHONE_NUMBER", ButtonKind::kPlain}}};
  const std::string type = upper_text(button, "type");
  if (type == "REQUEST_CONTACT_INFO") return {ButtonKind::kPlain, false};
  const auto found = std::ranges::find(kTypes, std::string_view{type}, &Known::type);
  if (found == kTypes.end()) return {};
  return {found->kind, variables_of(text_of(button, "url"), false).count() > 0};
}

void read_components(const json::array& components, bool named, TemplateParts& parts,
                     TemplateDefinition* whole);

void read_cards(const json::object& carousel, bool named, TemplateDefinition& definition) {
  const json::array* cards = find_array(carousel, "cards");
  if (cards == nullptr) return;
  for (const json::value& value : *cards) {
    const json::object* card = value.if_object();
    const json::array* components = card == nullptr ? nullptr : find_array(*card, "components");
    TemplateParts parts;
    if (components != nullptr) read_components(*components, named, parts, nullptr);
    definition.cards.push_back(std::move(parts));
  }
}

/// `whole`: null inside a card, which has no offer and no carousel of its own.
void read_components(const json::array& components, bool named, TemplateParts& parts,
                     TemplateDefinition* whole) {
  for (const json::value& value : components) {
    const json::object* component = value.if_object();
    if (component == nullptr) continue;
    const std::string type = upper_text(*component, "type");
    if (type == "HEADER") read_header(*component, named, parts);
    if (type == "BODY") parts.body = variables_of(text_of(*component, "text"), named);
    if (type == "BUTTONS") {
      const json::array* buttons = find_array(*component, "buttons");
      if (buttons == nullptr) continue;
      for (const json::value& button : *buttons) {
        parts.buttons.push_back(button.is_object() ? read_button(button.get_object()) : TemplateButton{});
      }
    }
    if (whole == nullptr) continue;
    if (type == "CAROUSEL") read_cards(*component, named, *whole);
    if (type == "LIMITED_TIME_OFFER") {
      whole->has_offer = true;
      const json::object* offer = find_object(*component, "limited_time_offer");
      const json::value* expires = offer == nullptr ? nullptr : offer->if_contains("has_expiration");
      whole->offer_expires = expires != nullptr && expires->is_bool() && expires->get_bool();
    }
  }
}

}  // namespace

std::optional<TemplateDefinition> parse_template(const json::object& entry) {
  TemplateDefinition definition;
  definition.name = text_of(entry, "name");
  definition.language = text_of(entry, "language");
  definition.status = upper_text(entry, "status");
  definition.category = upper_text(entry, "category");
  if (definition.name.empty() || definition.language.empty() || definition.status.empty())
    return std::nullopt;
  if (const json::array* components = find_array(entry, "components")) {
    definition.has_content = true;
    const bool named = upper_text(entry, "parameter_format") == "NAMED";
    read_components(*components, named, definition.parts, &definition);
  }
  return definition;
}

std::optional<TemplatePage> parse_template_page(std::string_view body) {
  const auto value = parse_json(body, {});
  const json::object* object = value ? value->if_object() : nullptr;
  const json::array* data = object == nullptr ? nullptr : find_array(*object, "data");
  if (data == nullptr) return std::nullopt;
  TemplatePage page;
  for (const json::value& item : *data) {
    const json::object* entry = item.if_object();
    auto definition = entry == nullptr ? std::nullopt : parse_template(*entry);
    if (definition) {
      page.templates.push_back(std::move(*definition));
    } else {
      ++page.odd;
    }
  }
  // `cursors.after` is there on the last page too; only `next` says that there is more. Its URL carries the
  // token, so the cursor is used instead.
  const json::object* paging = find_object(*object, "paging");
  const json::object* cursors = paging == nullptr ? nullptr : find_object(*paging, "cursors");
  if (cursors != nullptr && !text_of(*paging, "next").empty()) page.after = text_of(*cursors, "after");
  return page;
}

void TemplateCatalogue::add(TemplateDefinition definition) {
  ByLanguage& languages = templates_[definition.name];
  std::string language = definition.language;
  if (languages.insert_or_assign(std::move(language), std::move(definition)).second) ++size_;
}

const TemplateDefinition* TemplateCatalogue::find(std::string_view name, std::string_view language) const {
  const auto languages = templates_.find(name);
  if (languages == templates_.end()) return nullptr;
  const auto found = languages->second.find(language);
  return found == languages->second.end() ? nullptr : &found->second;
}

}  // namespace wac::whatsapp
