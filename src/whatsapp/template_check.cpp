#include "whatsapp/template_check.h"

#include "whatsapp/json_text.h"
#include "whatsapp/schema.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace wac::whatsapp {
namespace {

namespace json = boost::json;
using schema::Report;

/// A component of the message and where it stands.
struct Placed {
  const json::object* component = nullptr;
  std::size_t at = 0;
};

Placed find_component(const json::array* components, std::string_view type) {
  for (std::size_t i = 0; components != nullptr && i < components->size(); ++i) {
    const json::object* component = (*components)[i].if_object();
    if (component != nullptr && text_of(*component, "type") == type) return {component, i};
  }
  return {};
}

const json::array& parameters_of(const json::object& component) {
  static const json::array none;
  const json::array* parameters = find_array(component, "parameters");
  return parameters == nullptr ? none : *parameters;
}

std::string count_of(std::size_t count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

void check_names(const json::array& parameters, const TemplateVariables& variables, Report& report) {
  const Report::Step step(report, "parameters");
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const json::object* parameter = parameters[i].if_object();
    if (parameter == nullptr) continue;
    const Report::Step entry(report, i);
    const bool given = parameter->contains("parameter_name");
    if (!variables.named && given)
      report.broken_at("parameter_name", "must be absent: the template's variables are numbered");
    if (!variables.named) continue;
    const std::string_view name = text_of(*parameter, "parameter_name");
    if (std::ranges::find(variables.names, name) == variables.names.end()) {
      report.broken_at("parameter_name", fmt::format("must be one of {}", fmt::join(variables.names, ", ")));
    }
  }
}

/// A text's variables against the parameters of its component.
void check_variables(const Placed& given, const TemplateVariables& variables, std::string_view part,
                     Report& report) {
  const std::size_t wanted = variables.count();
  if (given.component == nullptr) {
    if (wanted != 0)
      report.broken(fmt::format("must have a {} with {}", part, count_of(wanted, "parameter")));
    return;
  }
  const Report::Step entry(report, given.at);
  const json::array& parameters = parameters_of(*given.component);
  if (parameters.size() != wanted) {
    report.broken_at("parameters", fmt::format("must have {}: the template's {} has {}",
                                               wanted == 0 ? "no entries" : fmt::format("exactly {}", wanted),
                                               part, count_of(wanted, "variable")));
    return;
  }
  check_names(parameters, variables, report);
}

void check_header(const json::array* components, const TemplateParts& parts, Report& report) {
  const Placed given = find_component(components, "header");
  if (parts.header == "?") return;
  if (parts.header.empty() || parts.header == "text") {
    const json::array none;
    const json::array& parameters = given.component == nullptr ? none : parameters_of(*given.component);
    check_variables(given, parts.header_variables, "header", report);
    const json::object* first = parameters.empty() ? nullptr : parameters[0].if_object();
    if (parts.header_variables.count() != 1 || first == nullptr || text_of(*first, "type") == "text") return;
  } else if (given.component == nullptr) {
    return report.broken(fmt::format("must have a header with one {} parameter", parts.header));
  }
  const json::array& parameters = parameters_of(*given.component);
  const json::object* first = parameters.empty() ? nullptr : parameters[0].if_object();
  const std::string_view type = first == nullptr ? std::string_view{} : text_of(*first, "type");
  // An animated picture is a video to the Cloud API.
  const bool same_kind = type == parts.header || (parts.header == "gif" && type == "video");
  if (same_kind) return;
  const Report::Step entry(report, given.at);
  const Report::Step list(report, "parameters");
  const Report::Step parameter(report, std::size_t{0});
  report.broken_at("type", fmt::format("must be {}: the kind of the template's header", parts.header));
}

/// The sub_type that gives this button its parameter; empty: it takes none.
std::string_view sub_type_of(const TemplateButton& button) {
  switch (button.kind) {
    case ButtonKind::kQuickReply:
      return "quick_reply";
    case ButtonKind::kUrl:
      return button.variable ? "url" : "";
    case ButtonKind::kOtp:
      return "url";
    case ButtonKind::kCopyCode:
      return "copy_code";
    case ButtonKind::kCatalog:
      return "catalog";
    case ButtonKind::kProducts:
      return "mpm";
    case ButtonKind::kFlow:
      return "flow";
    case ButtonKind::kPlain:
    case ButtonKind::kOther:
      break;
  }
  return "";
}

bool needs_parameter(const TemplateButton& button) {
  return button.kind == ButtonKind::kOtp || button.kind == ButtonKind::kCopyCode ||
         button.kind == ButtonKind::kProducts || (button.kind == ButtonKind::kUrl && button.variable);
}

std::size_t index_of(const json::object& button) {
  const std::string_view text = text_of(button, "index");
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  return error == std::errc{} && end == text.data() + text.size() ? index : std::string_view::npos;
}

void check_button(const json::object& given, const std::vector<TemplateButton>& buttons, Report& report) {
  const std::size_t index = index_of(given);
  if (index >= buttons.size()) {
    report.broken_at("index", buttons.empty()
                                  ? "is not a button: the template has none"
                                  : fmt::format("is not a button: the template has {}, counted from 0",
                                                count_of(buttons.size(), "button")));
    return;
  }
  const TemplateButton& button = buttons[index];
  if (button.kind == ButtonKind::kOther) return;
  const std::string_view wanted = sub_type_of(button);
  if (wanted.empty()) return report.broken("must be absent: this button of the template takes no parameters");
  if (text_of(given, "sub_type") != wanted)
    report.broken_at("sub_type", fmt::format("must be {}: the kind of the template's button", wanted));
}

void check_buttons(const json::array* components, const std::vector<TemplateButton>& buttons,
                   Report& report) {
  std::vector<bool> given(buttons.size(), false);
  for (std::size_t i = 0; components != nullptr && i < components->size(); ++i) {
    const json::object* component = (*components)[i].if_object();
    if (component == nullptr || text_of(*component, "type") != "button") continue;
    const Report::Step entry(report, i);
    check_button(*component, buttons, report);
    if (const std::size_t index = index_of(*component); index < given.size()) given[index] = true;
  }
  for (std::size_t i = 0; i < buttons.size(); ++i) {
    if (given[i] || !needs_parameter(buttons[i])) continue;
    report.broken(
        fmt::format("must have a button with index \"{}\" and sub_type {}", i, sub_type_of(buttons[i])));
  }
}

void check_parts(const json::object& parent, const TemplateParts& parts, Report& report) {
  const json::array* components = find_array(parent, "components");
  const Report::Step step(report, "components");
  check_header(components, parts, report);
  check_variables(find_component(components, "body"), parts.body, "body", report);
  check_buttons(components, parts.buttons, report);
}

void check_offer(const json::array* components, const TemplateDefinition& definition, Report& report) {
  const Placed given = find_component(components, "limited_time_offer");
  const Report::Step step(report, "components");
  if (given.component == nullptr) {
    if (definition.offer_expires) report.broken("must have a limited_time_offer with its expiration");
  } else if (!definition.has_offer) {
    const Report::Step entry(report, given.at);
    report.broken("must be absent: the template has no limited-time offer");
  }
}

void check_cards(const json::array* components, const std::vector<TemplateParts>& cards, Report& report) {
  const Placed given = find_component(components, "carousel");
  const Report::Step step(report, "components");
  if (given.component == nullptr) {
    if (!cards.empty()) report.broken("must have a carousel: the template has one");
    return;
  }
  const Report::Step entry(report, given.at);
  if (cards.empty()) return report.broken("must be absent: the template has no carousel");
  const json::array* list = find_array(*given.component, "cards");
  // A product carousel may show more of them than its template was made with.
  const bool products = cards.front().header == "product";
  if (list != nullptr && !products && list->size() != cards.size())
    report.broken_at("cards", fmt::format("must have exactly {}: the template has {}", cards.size(),
                                          count_of(cards.size(), "card")));
  const Report::Step inside(report, "cards");
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const json::object* card = (*list)[i].if_object();
    const Report::Step one(report, i);
    // Cards are alike.
    if (card != nullptr) check_parts(*card, cards[std::min(i, cards.size() - 1)], report);
  }
}

std::string_view first_text(const Placed& placed) {
  if (placed.component == nullptr) return {};
  const json::array& parameters = parameters_of(*placed.component);
  const json::object* first = parameters.empty() ? nullptr : parameters[0].if_object();
  return first == nullptr ? std::string_view{} : text_of(*first, "text");
}

/// The code stands in the body and, the same, in the button (facts §2.5).
void check_authentication(const json::array* components, Report& report) {
  const Placed body = find_component(components, "body");
  const Placed button = find_component(components, "button");
  const std::string_view code = first_text(body);
  if (code.empty()) return;
  const auto broken = [&](const Placed& where, std::string rule) {
    const Report::Step step(report, "components");
    const Report::Step entry(report, where.at);
    const Report::Step list(report, "parameters");
    const Report::Step parameter(report, std::size_t{0});
    report.broken_at("text", std::move(rule));
  };
  if (count_characters(code) > 15) broken(body, "must have at most 15 characters: it is a code");
  if (button.component != nullptr && first_text(button) != code)
    broken(button, "must be the code of the body");
}

TemplateFault one(LocalError code, std::string pointer, std::string rule) {
  TemplateFault fault{code, {}};
  fault.violations.push_back({std::move(pointer), std::move(rule)});
  return fault;
}

}  // namespace

std::optional<TemplateFault> check_template(const json::object& payload, RecipientKind recipient,
                                            const TemplateCatalogue& catalogue) {
  const json::object* message =
      text_of(payload, "type") == "template" ? find_object(payload, "template") : nullptr;
  if (message == nullptr) return std::nullopt;
  const std::string_view name = text_of(*message, "name");
  const json::object* language = find_object(*message, "language");
  const std::string_view code = language == nullptr ? std::string_view{} : text_of(*language, "code");
  const TemplateDefinition* definition = catalogue.find(name, code);
  if (definition == nullptr) {
    if (!catalogue.complete()) return std::nullopt;
    return catalogue.has_name(name)
               ? one(LocalError::kTemplateUnknown, "/template/language/code",
                     "is not a language of this template")
               : one(LocalError::kTemplateUnknown, "/template/name", "is not a template of this account");
  }
  if (!definition->approved()) {
    return one(LocalError::kTemplateNotApproved, "/template/name",
               fmt::format("is a template that is not approved: its status is {}", definition->status));
  }
  if (definition->is_authentication() && recipient != RecipientKind::kPhone) {
    return one(LocalError::kTemplateNeedsPhone, "/template/name",
               "is an authentication template: it goes to a phone number only");
  }
  if (!definition->has_content) return std::nullopt;
  Report report;
  {
    const Report::Step step(report, "template");
    const json::array* components = find_array(*message, "components");
    check_parts(*message, definition->parts, report);
    check_offer(components, *definition, report);
    check_cards(components, definition->cards, report);
    if (definition->is_authentication()) check_authentication(components, report);
  }
  TemplateFault fault{LocalError::kTemplateParameters, report.take()};
  if (fault.violations.empty()) return std::nullopt;
  return fault;
}

std::string words_of(const TemplateFault& fault) {
  std::string out;
  for (const Violation& violation : fault.violations) {
    if (!out.empty()) out += "; ";
    out += violation.pointer;
    out += ' ';
    out += violation.rule;
  }
  return out;
}

}  // namespace wac::whatsapp
