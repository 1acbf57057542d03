#include "sandbox/template_control.h"

#include "sandbox/fields.h"

#include <algorithm>
#include <charconv>

namespace wac::sandbox {
namespace {

namespace json = boost::json;

/// Webhooks carry the id as a number.
json::value numeric_id(const std::string& id) {
  std::int64_t number = 0;
  const char* const end = id.data() + id.size();
  return std::from_chars(id.data(), end, number).ptr == end ? json::value(number) : json::value(id);
}

json::object identity(const MessageTemplate& one) {
  return {{"message_template_id", numeric_id(one.id)},
          {"message_template_name", one.name},
          {"message_template_language", one.language}};
}

}  // namespace

std::expected<json::object, std::string> TemplateControl::add(const json::value& body) {
  const json::object* const object = body.if_object();
  const json::value list =
      object != nullptr && !object->contains("data") ? json::value(json::array{body}) : body;
  if (const auto added = templates_.add(list); !added)
    return std::unexpected(std::string(added.error().where));
  const json::value& entries = list.is_array() ? list : list.at("data");
  for (const json::value& entry : entries.get_array()) {
    const auto* const one =
        templates_.find(entry.at("name").as_string().c_str(), entry.at("language").as_string().c_str());
    if (one != nullptr) announce_status(*one, "NONE");
  }
  return json::object{{"added", entries.get_array().size()}};
}

std::expected<json::object, std::string> TemplateControl::update(const json::object& request) {
  Check check;
  Fields fields(check, request, "template");
  const auto name = fields.text("name", Need::kRequired);
  const auto language = fields.text("language", Need::kRequired);
  const auto status =
      fields.one_of("status", Need::kOptional,
                    {"APPROVED", "PAUSED", "DISABLED", "REJECTED", "PENDING", "FLAGGED", "IN_APPEAL",
                     "PENDING_DELETION", "DELETED", "ARCHIVED", "LIMIT_EXCEEDED"});
  const auto reason = fields.text("reason", Need::kOptional);
  const auto quality = fields.one_of("quality", Need::kOptional, {"GREEN", "YELLOW", "RED", "UNKNOWN"});
  const auto held = fields.boolean("hold", Need::kOptional);
  const auto drop = fields.boolean("drop", Need::kOptional);
  fields.done();
  if (!check.ok()) return std::unexpected(check.refusal()->details);
  MessageTemplate* const one = templates_.find(*name, *language);
  if (one == nullptr) return std::unexpected("no such template");
  if (status && one->status != *status) {
    one->status = *status;
    announce_status(*one, reason.value_or("NONE"));
  }
  if (quality && one->quality != *quality) {
    const std::string before = std::exchange(one->quality, std::string(*quality));
    announce_quality(*one, before);
  }
  const std::size_t released = held ? hold(*one, *held, drop.value_or(false)) : 0;
  return json::object{{"template", one->to_json()}, {"held", one->held}, {"released", released}};
}

std::size_t TemplateControl::hold(MessageTemplate& one, bool held, bool drop) {
  one.held = held;
  if (held) return 0;
  return backend_.release(one.name + '/' + one.language, {.failed_code = drop ? 132015 : 0});
}

void TemplateControl::announce_status(const MessageTemplate& one, std::string_view reason) {
  json::object value = identity(one);
  value["event"] = one.status;
  value["message_template_category"] = one.to_json().at("category");
  value["reason"] = reason;
  if (one.status == "PAUSED") {
    value["other_info"] = json::object{{"title", "FIRST_PAUSE"},
                                       {"description", "Paused for 3 hours because of its low quality."}};
  }
  backend_.announce("message_template_status_update", value);
}

void TemplateControl::announce_quality(const MessageTemplate& one, std::string_view before) {
  json::object value = identity(one);
  value["previous_quality_score"] = before;
  value["new_quality_score"] = one.quality;
  backend_.announce("message_template_quality_update", value);
}

}  // namespace wac::sandbox
