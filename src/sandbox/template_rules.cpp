// Template sends: facts §2.5. The template's definition says what must come.

#include "sandbox/interactive_parts.h"
#include "sandbox/payload_rules.h"
#include "sandbox/template_parameters.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

namespace wac::sandbox {
namespace {

namespace json = boost::json;

/// `"0"` or `0`: Meta takes both.
std::optional<std::size_t> button_index(Check& check, Fields& component) {
  const json::value* const value = component.any("index", Need::kRequired);
  if (value == nullptr) return std::nullopt;
  std::size_t index = 10;
  if (const json::string* const text = value->if_string()) {
    const char* const end = text->data() + text->size();
    if (text->empty() || std::from_chars(text->data(), end, index).ptr != end) index = 10;
  } else if (value->is_int64() && value->get_int64() >= 0) {
    index = static_cast<std::size_t>(value->get_int64());
  }
  if (index < 10) return index;
  check.refuse(100, "Param " + component.path("index") + " must be \"0\" to \"9\".");
  return std::nullopt;
}

/// Checks a send's components against one definition: the template's, or a card's.
class ComponentCheck {
 public:
  ComponentCheck(Check& check, const TemplateParts& parts) : check_(check), parts_(parts) {}

  void run(const json::array& components, const std::string& path) {
    for (std::size_t i = 0; i < components.size(); ++i) one(components[i], indexed(path, i));
  }
  /// After all components: is anything missing?
  void complete() {
    const std::string& format = parts_.header_format;
    if (!seen_.contains("header")) {
      if (format == "TEXT" && !parts_.header.variables.empty()) {
        refuse_count(check_, "header", 0, parts_.header.variables.size());
      } else if (!format.empty() && format != "TEXT") {
        check_.refuse(132012, "header: Format mismatch, expected " + format + ", received UNKNOWN");
      }
    }
    if (!seen_.contains("body") && !parts_.body.variables.empty()) {
      refuse_count(check_, "body", 0, parts_.body.variables.size());
    }
    for (std::size_t i = 0; i < parts_.buttons.size(); ++i) {
      if (parts_.buttons[i].needs_parameter() && !seen_.contains("button" + std::to_string(i))) {
        check_.refuse(131008, "buttons: Button at index " + std::to_string(i) + " of type " +
                                  parts_.buttons[i].type + " requires a parameter");
      }
    }
    if (!seen_.contains("carousel") && !parts_.cards.empty()) {
      check_.refuse(131008, "carousel: the template has " + std::to_string(parts_.cards.size()) + " cards");
    }
    if (!seen_.contains("limited_time_offer") && parts_.limited_time_offer) {
      check_.refuse(131008, "limited_time_offer: the template needs its expiration time");
    }
  }

 private:
  void one(const json::value& value, const std::string& path) {
    Fields fields(check_, value, path);
    const auto written = fields.text("type", Need::kRequired);
    if (!written) return;
    const std::string type = lower_case(*written);
    if (type == "button") return button(fields, path);
    if (!seen_.insert(type).second) check_.refuse(100, "Component " + type + " is given twice.");
    if (type == "carousel") {
      if (const json::array* const cards = fields.array("cards", Need::kRequired, at_most(10))) {
        carousel(*cards, path + ".cards");
      }
      return fields.done();
    }
    if (const json::array* const parameters = fields.array("parameters", Need::kRequired, {.min = 0})) {
      parametrised(type, *parameters, path + ".parameters");
    }
    fields.done();
  }

  void parametrised(const std::string& type, const json::array& parameters, const std::string& path) {
    if (type == "body") {
      check_variables(check_, parameters, parts_.body, type, path);
    } else if (type == "header") {
      const std::string& format = parts_.header_format;
      if (format.empty() || format == "TEXT") {
        check_variables(check_, parameters, parts_.header, type, path);
      } else {
        check_header_media(check_, parameters, format, path);
      }
    } else if (type == "limited_time_offer" && parts_.limited_time_offer) {
      offer(parameters, path);
    } else if (type == "tap_target_configuration") {
      tap_target(parameters, path);
    } else {
      check_.refuse(132012, "The template has no component " + type + ".");
    }
  }

  void button(Fields& fields, const std::string& path) {
    const auto sub_type = fields.text("sub_type", Need::kRequired);
    const auto index = button_index(check_, fields);
    const json::array* const parameters = fields.array("parameters", Need::kRequired, at_most(1));
    fields.done();
    if (!sub_type || !index || parameters == nullptr) return;
    if (*index >= parts_.buttons.size()) {
      return check_.refuse(132012, "button: the template has no button at index " + std::to_string(*index));
    }
    const TemplateButton& expected = parts_.buttons[*index];
    if (expected.sub_type().empty()) {
      return refuse_count(check_, "button at index " + std::to_string(*index), 1, 0);
    }
    if (lower_case(*sub_type) != expected.sub_type()) {
      return check_.refuse(132012, "button: Format mismatch at index " + std::to_string(*index) +
                                       ", expected " + std::string(expected.sub_type()) + ", received " +
                                       std::string(*sub_type));
    }
    if (!seen_.insert("button" + std::to_string(*index)).second) {
      check_.refuse(100, "The button at index " + std::to_string(*index) + " is given twice.");
    }
    check_button_parameter(check_, (*parameters)[0], expected, path + ".parameters[0]");
  }

  void carousel(const json::array& cards, const std::string& path) {
    if (cards.size() != parts_.cards.size()) {
      return check_.refuse(132012, "carousel: " + std::to_string(cards.size()) +
                                       " cards where the template has " +
                                       std::to_string(parts_.cards.size()));
    }
    for (std::size_t i = 0; i < cards.size(); ++i) {
      const std::string where = indexed(path, i);
      Fields card(check_, cards[i], where);
      card.integer("card_index", Need::kRequired, 0, 9);
      if (const json::array* const components = card.array("components", Need::kRequired)) {
        ComponentCheck inner(check_, parts_.cards[i]);
        inner.run(*components, where + ".components");
        inner.complete();
      }
      card.done();
    }
  }

  void offer(const json::array& parameters, const std::string& path) {
    if (parameters.size() != 1) return refuse_count(check_, "limited_time_offer", parameters.size(), 1);
    Fields fields(check_, parameters[0], indexed(path, 0));
    fields.one_of("type", Need::kRequired, {"limited_time_offer"});
    if (const json::object* const content = fields.object("limited_time_offer", Need::kRequired)) {
      Fields inner(check_, *content, fields.path("limited_time_offer"));
      inner.integer("expiration_time_ms", Need::kRequired, 1, INT64_MAX);
      inner.done();
    }
    fields.done();
  }

  void tap_target(const json::array& parameters, const std::string& path) {
    if (parameters.size() != 1) return refuse_count(check_, "tap_target_configuration", parameters.size(), 1);
    Fields fields(check_, parameters[0], indexed(path, 0));
    fields.one_of("type", Need::kRequired, {"tap_target_configuration"});
    const json::array* const targets = fields.array("tap_target_configuration", Need::kRequired, at_most(1));
    if (targets != nullptr) {
      Fields inner(check_, (*targets)[0], indexed(fields.path("tap_target_configuration"), 0));
      inner.url("url", Need::kRequired, Fields::Scheme::kAnyHttp);
      inner.text("title", Need::kRequired);
      inner.done();
    }
    fields.done();
  }

  Check& check_;
  const TemplateParts& parts_;
  std::set<std::string, std::less<>> seen_;
};

/// An authentication template repeats its code in the button (facts §2.5).
void check_same_code(Check& check, const json::array& components) {
  std::string_view body;
  std::string_view button;
  for (const json::value& component : components) {
    const json::value& parameter = component.at("parameters").at(0);
    if (!parameter.as_object().contains("text")) continue;
    (lower_case(component.at("type").as_string()) == "body" ? body : button) =
        parameter.at("text").as_string();
  }
  if (code_points(body) > kMaxCode) check.refuse(132005, "body: a code has at most 15 characters");
  if (body != button)
    check.refuse(132012, "button: an authentication template's button repeats the body's code");
}

const MessageTemplate* find_template(Check& check, Fields& fields, const TemplateCatalogue& templates) {
  const auto name = fields.text("name", Need::kRequired, at_most(512));
  const json::object* const language = fields.object("language", Need::kRequired);
  if (language == nullptr) return nullptr;
  Fields inner(check, *language, "template.language");
  const auto code = inner.text("code", Need::kRequired);
  inner.one_of("policy", Need::kOptional, {"deterministic"});
  inner.done();
  if (!name || !code) return nullptr;
  const MessageTemplate* const found = templates.find(*name, *code);
  if (found != nullptr && found->status == "PAUSED") {
    check.refuse(132015, "Template is paused due to low quality.");
  } else if (found != nullptr && found->status == "DISABLED") {
    check.refuse(132016, "Template was paused too many times and is disabled.");
  } else if (found == nullptr || found->status != "APPROVED") {
    check.refuse(132001,
                 "template name (" + std::string(*name) + ") does not exist in " + std::string(*code));
  }
  return check.ok() ? found : nullptr;
}

}  // namespace

const MessageTemplate* check_template(Check& check, const json::value& value,
                                      const TemplateCatalogue& templates, RecipientKind recipient) {
  Fields fields(check, value, "template");
  const MessageTemplate* const found = find_template(check, fields, templates);
  if (found == nullptr) return nullptr;
  if (found->category == "authentication" && recipient == RecipientKind::kUserId) {
    check.refuse(131062, "Authentication templates need a phone number.");
  }
  if (found->category == "authentication" && recipient == RecipientKind::kGroup) {
    check.refuse(131051, "Authentication templates are not supported in groups.");
  }
  const json::array* const components = fields.array("components", Need::kOptional, {.min = 0});
  fields.done();
  ComponentCheck inner(check, found->parts);
  if (components != nullptr) inner.run(*components, "template.components");
  inner.complete();
  if (check.ok() && components != nullptr && found->category == "authentication")
    check_same_code(check, *components);
  return check.ok() ? found : nullptr;
}

}  // namespace wac::sandbox
