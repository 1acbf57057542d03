// Interactive messages: facts §2.4.

#include "sandbox/interactive_parts.h"
#include "sandbox/payload_rules.h"

#include <algorithm>
#include <array>
#include <set>

namespace wac::sandbox {
namespace {

namespace json = boost::json;

enum class Headers : std::uint8_t { kNone, kText, kTextRequired, kAny };
using ActionRule = void (*)(Check&, const json::object&, const std::string&);

struct Kind {
  std::string_view name;
  Headers headers;
  Need body;
  std::size_t body_max;
  /// None: the action is passed through.
  ActionRule action;
};

void refuse_repeated(Check& check, std::set<std::string_view>& seen, std::string_view value,
                     const std::string& where) {
  if (!seen.insert(value).second) check.refuse(131009, "Param " + where + " repeats an earlier one.");
}

void check_buttons(Check& check, const json::object& action, const std::string& path) {
  Fields fields(check, action, path);
  std::set<std::string_view> ids;
  std::set<std::string_view> titles;
  if (const json::array* const buttons = fields.array("buttons", Need::kRequired, at_most(3))) {
    for (std::size_t i = 0; i < buttons->size(); ++i) {
      const std::string where = indexed(path + ".buttons", i);
      Fields button(check, (*buttons)[i], where);
      button.one_of("type", Need::kRequired, {"reply"});
      if (const json::object* const reply = button.object("reply", Need::kRequired)) {
        check_reply(check, *reply, where + ".reply", 256);
        if (!check.ok()) return;
        refuse_repeated(check, ids, reply->at("id").get_string(), where + ".reply.id");
        refuse_repeated(check, titles, reply->at("title").get_string(), where + ".reply.title");
      }
      button.done();
    }
  }
  fields.done();
}

void check_rows(Check& check, const json::array& rows, const std::string& path,
                std::set<std::string_view>& ids) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string where = indexed(path, i);
    Fields row(check, rows[i], where);
    const auto id = row.text("id", Need::kRequired, at_most(200));
    row.text("title", Need::kRequired, at_most(24));
    row.text("description", Need::kOptional, at_most(72));
    row.done();
    if (id) refuse_repeated(check, ids, *id, where + ".id");
  }
}

void check_list(Check& check, const json::object& action, const std::string& path) {
  Fields fields(check, action, path);
  fields.text("button", Need::kRequired, at_most(20));
  std::size_t rows_in_all = 0;
  std::set<std::string_view> ids;
  if (const json::array* const sections = fields.array("sections", Need::kRequired, at_most(10))) {
    const Need title = sections->size() > 1 ? Need::kRequired : Need::kOptional;
    for (std::size_t i = 0; i < sections->size(); ++i) {
      const std::string where = indexed(path + ".sections", i);
      Fields section(check, (*sections)[i], where);
      section.text("title", title, at_most(24));
      if (const json::array* const rows = section.array("rows", Need::kRequired)) {
        rows_in_all += rows->size();
        check_rows(check, *rows, where + ".rows", ids);
      }
      section.done();
    }
  }
  if (rows_in_all > 10) check.refuse(100, "Param " + path + ".sections must have at most 10 rows in all.");
  fields.done();
}

void check_flow_payload(Check& check, const json::object& payload, const std::string& path) {
  Fields fields(check, payload, path);
  fields.text("screen", Need::kRequired);
  const json::object* const data = fields.object("data", Need::kOptional);
  if (data != nullptr && data->empty()) check.refuse(131009, "Param " + path + ".data must not be empty.");
  fields.done();
}

void check_flow(Check& check, const json::object& action, const std::string& path) {
  Fields fields(check, action, path);
  fields.one_of("name", Need::kRequired, {"flow"});
  if (const json::object* const parameters = fields.object("parameters", Need::kRequired)) {
    Fields inner(check, *parameters, path + ".parameters");
    inner.one_of("flow_message_version", Need::kRequired, {"3"});
    if (inner.has("flow_id") == inner.has("flow_name")) {
      check.refuse(100, "Exactly one of flow_id and flow_name is required in " + path + ".parameters.");
    }
    inner.text("flow_id", Need::kOptional);
    inner.text("flow_name", Need::kOptional);
    inner.text("flow_cta", Need::kRequired, at_most(30));
    inner.one_of("mode", Need::kOptional, {"published", "draft"});
    inner.text("flow_token", Need::kOptional);
    const auto flow_action = inner.one_of("flow_action", Need::kOptional, {"navigate", "data_exchange"});
    if (const json::object* const payload = inner.object("flow_action_payload", Need::kOptional)) {
      if (flow_action == "data_exchange") {
        check.refuse(100, "flow_action_payload goes with flow_action \"navigate\" only.");
      }
      check_flow_payload(check, *payload, path + ".parameters.flow_action_payload");
    }
    inner.done();
  }
  fields.done();
}

void check_product_list(Check& check, const json::object& action, const std::string& path) {
  Fields fields(check, action, path);
  fields.text("catalog_id", Need::kRequired);
  if (const json::array* const sections = fields.array("sections", Need::kRequired, at_most(10))) {
    check_product_sections(check, *sections, path + ".sections");
  }
  fields.done();
}

void check_catalog(Check& check, const json::object& action, const std::string& path) {
  Fields fields(check, action, path);
  fields.one_of("name", Need::kRequired, {"catalog_message"});
  if (const json::object* const parameters = fields.object("parameters", Need::kOptional)) {
    Fields inner(check, *parameters, path + ".parameters");
    inner.text("thumbnail_product_retailer_id", Need::kOptional);
    inner.done();
  }
  fields.done();
}

void check_name_only(Check& check, const json::object& action, const std::string& path,
                     std::string_view name) {
  Fields fields(check, action, path);
  fields.one_of("name", Need::kRequired, {name});
  fields.done();
}

void check_send_location(Check& check, const json::object& action, const std::string& path) {
  check_name_only(check, action, path, "send_location");
}
void check_call_permission(Check& check, const json::object& action, const std::string& path) {
  check_name_only(check, action, path, "call_permission_request");
}
void check_contact_request(Check& check, const json::object& action, const std::string& path) {
  check_name_only(check, action, path, "request_contact_info");
}

void check_address(Check& check, const json::object& action, const std::string& path) {
  Fields fields(check, action, path);
  fields.one_of("name", Need::kRequired, {"address_message"});
  if (const json::object* const parameters = fields.object("parameters", Need::kRequired)) {
    Fields inner(check, *parameters, path + ".parameters");
    inner.one_of("country", Need::kRequired, {"IN"});
    inner.object("values", Need::kOptional);
    inner.array("saved_addresses", Need::kOptional);
    inner.object("validation_errors", Need::kOptional);
    inner.done();
  }
  fields.done();
}

void check_voice_call(Check& check, const json::object& action, const std::string& path) {
  Fields fields(check, action, path);
  fields.one_of("name", Need::kRequired, {"voice_call"});
  if (const json::object* const parameters = fields.object("parameters", Need::kOptional)) {
    Fields inner(check, *parameters, path + ".parameters");
    inner.text("display_text", Need::kOptional, at_most(20));
    inner.integer("ttl_minutes", Need::kOptional, 1, 43'200);
    inner.text("payload", Need::kOptional, at_most(512));
    inner.done();
  }
  fields.done();
}

void check_header(Check& check, const json::value& value, Headers allowed, const std::string& path) {
  Fields fields(check, value, path);
  if (allowed == Headers::kAny) {
    const auto type = fields.one_of("type", Need::kRequired, {"text", "image", "video", "document"});
    if (type && *type != "text") {
      const Medium medium = *type == "image"   ? Medium::kImage
                            : *type == "video" ? Medium::kVideo
                                               : Medium::kDocument;
      if (const json::value* const media = fields.any(*type, Need::kRequired)) {
        check_media(check, *media, fields.path(*type), medium, MediaPlace::kHeader);
      }
      return fields.done();
    }
  } else {
    fields.one_of("type", Need::kRequired, {"text"});
  }
  fields.text("text", Need::kRequired, at_most(60));
  fields.done();
}

void check_part(Check& check, Fields& fields, std::string_view name, Need need, std::size_t max) {
  const json::object* const part = fields.object(name, need);
  if (part == nullptr) return;
  Fields inner(check, *part, fields.path(name));
  inner.text("text", Need::kRequired, at_most(max));
  inner.done();
}

constexpr std::array kKinds = {
    Kind{"button", Headers::kAny, Need::kRequired, 1'024, check_buttons},
    Kind{"list", Headers::kText, Need::kRequired, 4'096, check_list},
    Kind{"cta_url", Headers::kAny, Need::kRequired, 1'024, check_cta_url},
    Kind{"flow", Headers::kAny, Need::kRequired, 1'024, check_flow},
    Kind{"product", Headers::kNone, Need::kOptional, 1'024, check_product},
    Kind{"product_list", Headers::kTextRequired, Need::kRequired, 1'024, check_product_list},
    Kind{"catalog_message", Headers::kNone, Need::kRequired, 1'024, check_catalog},
    Kind{"location_request_message", Headers::kNone, Need::kRequired, 1'024, check_send_location},
    Kind{"address_message", Headers::kAny, Need::kRequired, 1'024, check_address},
    Kind{"call_permission_request", Headers::kNone, Need::kOptional, 1'024, check_call_permission},
    Kind{"voice_call", Headers::kNone, Need::kRequired, 1'024, check_voice_call},
    Kind{"request_contact_info", Headers::kNone, Need::kRequired, 1'024, check_contact_request},
    Kind{"carousel", Headers::kNone, Need::kRequired, 1'024, check_carousel},
    Kind{"order_details", Headers::kAny, Need::kRequired, 1'024, nullptr},
    Kind{"order_status", Headers::kNone, Need::kRequired, 1'024, nullptr},
};

}  // namespace

void check_interactive(Check& check, const json::value& value) {
  Fields fields(check, value, "interactive");
  const auto type = fields.text("type", Need::kRequired);
  if (!type) return;
  const auto* const kind = std::ranges::find(kKinds, *type, &Kind::name);
  if (kind == kKinds.end()) {
    return check.refuse(131009, "Interactive type \"" + std::string(*type) + "\" is not known.");
  }
  if (kind->headers != Headers::kNone) {
    const Need need = kind->headers == Headers::kTextRequired ? Need::kRequired : Need::kOptional;
    if (const json::value* const header = fields.any("header", need)) {
      check_header(check, *header, kind->headers, "interactive.header");
    }
  }
  check_part(check, fields, "body", kind->body, kind->body_max);
  if (kind->name != "carousel") check_part(check, fields, "footer", Need::kOptional, 60);
  if (const json::object* const action = fields.object("action", Need::kRequired)) {
    if (kind->action != nullptr) kind->action(check, *action, "interactive.action");
  }
  fields.done();
}

}  // namespace wac::sandbox
