#include "sandbox/template_parameters.h"

#include "sandbox/interactive_parts.h"
#include "sandbox/payload_rules.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace wac::sandbox {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxRenderedBody = 1'024;

/// Widely reported as refused, whatever the template.
void check_variable_text(Check& check, std::string_view text, const std::string& where) {
  const bool control = text.find_first_of("\n\r\t") != std::string_view::npos;
  if (control || text.find("     ") != std::string_view::npos) {
    check.refuse(
        132018, where + ": param text cannot have new-line/tab characters or more than 4 consecutive spaces");
  }
}

void check_currency(Check& check, Fields& parameter) {
  const json::object* const currency = parameter.object("currency", Need::kRequired);
  if (currency == nullptr) return;
  Fields fields(check, *currency, parameter.path("currency"));
  fields.text("fallback_value", Need::kRequired);
  fields.text("code", Need::kRequired, {.min = 3, .max = 3});
  fields.integer("amount_1000", Need::kRequired, 0, INT64_MAX);
  fields.done();
}

void check_date_time(Check& check, Fields& parameter) {
  const json::object* const date = parameter.object("date_time", Need::kRequired);
  if (date == nullptr) return;
  Fields fields(check, *date, parameter.path("date_time"));
  fields.text("fallback_value", Need::kRequired);
  fields.done();
}

/// One variable of a text. Returns the name it fills (empty when positional) and adds to the rendered length.
std::string_view check_variable(Check& check, const json::value& value, const TemplateText& text,
                                const std::string& where, std::size_t& rendered) {
  Fields fields(check, value, where);
  const auto type = fields.text("type", Need::kRequired);
  if (type == "currency") {
    check_currency(check, fields);
  } else if (type == "date_time") {
    check_date_time(check, fields);
  } else if (type == "text") {
    if (const auto content = fields.text("text", Need::kRequired, at_most(32'768))) {
      rendered += code_points(*content);
      check_variable_text(check, *content, where);
    }
  } else if (type) {
    check.refuse(132012, where + ": Format mismatch, expected TEXT, received " + std::string(*type));
  }
  const auto name = fields.text("parameter_name", Need::kOptional);
  if (name && !text.named) {
    check.refuse(132012, where + ": the template's parameters have no names");
  } else if (!name && text.named) {
    check.refuse(100, where + ": Parameter name is missing or empty");
  } else if (name && std::ranges::find(text.variables, *name) == text.variables.end()) {
    check.refuse(132012, where + ": the template has no parameter named " + std::string(*name));
  }
  fields.done();
  return name.value_or("");
}

void check_header_product(Check& check, Fields& parameter) {
  const json::object* const product = parameter.object("product", Need::kRequired);
  if (product != nullptr) check_product(check, *product, parameter.path("product"));
}

void check_action(Check& check, Fields& parameter, std::string_view sub_type) {
  const json::object* const action = parameter.object("action", Need::kRequired);
  if (action == nullptr || sub_type == "flow" || sub_type == "order_details" || sub_type == "spm") return;
  const std::string path = parameter.path("action");
  Fields fields(check, *action, path);
  fields.text("thumbnail_product_retailer_id", Need::kOptional);
  if (sub_type == "mpm") {
    if (const json::array* const sections = fields.array("sections", Need::kRequired, at_most(10))) {
      check_product_sections(check, *sections, path + ".sections");
    }
  }
  fields.done();
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

void refuse_count(Check& check, const std::string& where, std::size_t got, std::size_t want) {
  check.refuse(132000, where + ": number of localizable_params (" + std::to_string(got) +
                           ") does not match the expected number of params (" + std::to_string(want) + ")");
}

void check_variables(Check& check, const json::array& parameters, const TemplateText& text,
                     const std::string& name, const std::string& path) {
  if (parameters.size() != text.variables.size()) {
    return refuse_count(check, name, parameters.size(), text.variables.size());
  }
  std::size_t rendered = code_points(text.text);
  std::set<std::string_view> filled;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const std::string where = indexed(path, i);
    const std::string_view filled_name = check_variable(check, parameters[i], text, where, rendered);
    if (!filled_name.empty() && !filled.insert(filled_name).second) {
      check.refuse(132012, where + ": parameter " + std::string(filled_name) + " is given twice");
    }
  }
  const std::size_t max = name == "header" ? 60 : kMaxRenderedBody;
  // The placeholders themselves do not count: each is longer than four characters with its braces.
  for (const std::string& variable : text.variables) rendered -= std::min(rendered, variable.size() + 4);
  if (!parameters.empty() && rendered > max) {
    check.refuse(132005, name + ": translated text has " + std::to_string(rendered) +
                             " characters, more than " + std::to_string(max));
  }
}

void check_header_media(Check& check, const json::array& parameters, const std::string& format,
                        const std::string& path) {
  if (parameters.size() != 1) return refuse_count(check, "header", parameters.size(), 1);
  Fields fields(check, parameters[0], indexed(path, 0));
  const auto type = fields.text("type", Need::kRequired);
  const std::string expected = lower_case(format);
  if (type && *type != expected) {
    return check.refuse(132012,
                        "header: Format mismatch, expected " + format + ", received " + std::string(*type));
  }
  if (expected == "product") {
    check_header_product(check, fields);
  } else if (const json::value* const content = fields.any(expected, Need::kRequired)) {
    if (expected == "location") {
      check_location(check, *content, fields.path(expected));
    } else {
      const Medium medium = expected == "image"      ? Medium::kImage
                            : expected == "document" ? Medium::kDocument
                                                     : Medium::kVideo;
      check_media(check, *content, fields.path(expected), medium, MediaPlace::kHeader);
    }
  }
  fields.done();
}

void check_button_parameter(Check& check, const json::value& value, const TemplateButton& button,
                            const std::string& path) {
  const std::string_view sub_type = button.sub_type();
  Fields fields(check, value, path);
  if (sub_type == "quick_reply") {
    fields.one_of("type", Need::kRequired, {"payload"});
    fields.text("payload", Need::kRequired, at_most(256));
  } else if (sub_type == "url") {
    fields.one_of("type", Need::kRequired, {"text"});
    const auto text = fields.text("text", Need::kRequired, at_most(button.type == "OTP" ? kMaxCode : 2'000));
    if (text) check_variable_text(check, *text, path);
  } else if (sub_type == "copy_code") {
    fields.one_of("type", Need::kRequired, {"coupon_code"});
    fields.text("coupon_code", Need::kRequired, at_most(kMaxCode));
  } else if (sub_type == "voice_call") {
    fields.one_of("type", Need::kRequired, {"ttl_minutes", "payload"});
    fields.integer("ttl_minutes", Need::kOptional, 1, 43'200);
    fields.text("payload", Need::kOptional, at_most(512));
  } else {
    fields.one_of("type", Need::kRequired, {"action"});
    check_action(check, fields, sub_type);
  }
  fields.done();
}

}  // namespace wac::sandbox
