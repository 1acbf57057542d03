#include "sandbox/control_api.h"

#include "sandbox/fields.h"
#include "sandbox/profile.h"

#include <charconv>
#include <expected>

namespace wac::sandbox {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::Method;

constexpr std::uint64_t kDefaultPage = 1'000;
constexpr std::uint64_t kLargestPage = 10'000;

Reply answer(const std::expected<json::object, std::string>& result) {
  return result ? json_reply(*result) : control_error(400, result.error());
}

/// False: present but not a number.
bool read_number(const HttpRequest& request, std::string_view name, std::uint64_t& out) {
  std::string text;
  if (!net::query_parameter(request.query, name, text)) return true;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

Reply control_error(int status, std::string_view why) {
  Reply reply;
  reply.status = status;
  reply.body = json::serialize(json::object{{"error", why}});
  return reply;
}

Reply ControlApi::handle(const HttpRequest& request, std::string_view name) {
  if (request.method == Method::kGet) return get(request, name);
  if (request.method != Method::kPost) return control_error(405, "GET or POST");
  json::error_code failure;
  const json::value body =
      request.body.empty() ? json::value(json::object{}) : json::parse(request.body, failure);
  if (failure) return control_error(400, "the body is not valid JSON");
  return post(name, body);
}

Reply ControlApi::get(const HttpRequest& request, std::string_view name) {
  if (name == "health") return json_reply(json::object{{"status", "ok"}});
  if (name == "ledger") return ledger_page(request);
  if (name == "webhooks") return json_reply(webhook_counts());
  if (name == "faults") return json_reply(json::object{{"faults", parts_.faults.to_json()}});
  if (name == "templates") return json_reply(parts_.templates.listing());
  return control_error(404, "no such resource");
}

Reply ControlApi::post(std::string_view name, const json::value& body) {
  if (name == "faults") return set_profile(body);
  if (name == "templates") return answer(parts_.templates.add(body));
  if (name == "reset") {
    parts_.queue.reset();
    parts_.ledger.reset();
    parts_.backend.reset();
    parts_.faults.clear();
    parts_.limits.set_usage(std::nullopt);
    return json_reply(json::object{{"status", "ok"}});
  }
  const json::object* const object = body.if_object();
  const bool known = name == "inbound" || name == "preferences" || name == "templates/update" ||
                     name == "numbers" || name == "usage";
  if (!known) return control_error(404, "no such resource");
  if (object == nullptr) return control_error(400, "the body must be a JSON object");
  if (name == "preferences") return answer(parts_.backend.prefer(*object));
  if (name == "templates/update") return answer(parts_.templates.update(*object));
  if (name == "numbers") return answer(parts_.management.set_number(*object));
  if (name == "usage") return set_usage(*object);
  return answer(object->contains("field") ? parts_.backend.announce(*object)
                                          : parts_.backend.receive(*object));
}

Reply ControlApi::set_profile(const json::value& body) {
  const auto profile = read_profile(body);
  if (!profile) return control_error(400, profile.error().where);
  const auto replaced = parts_.faults.replace(profile->faults);
  if (!replaced) return control_error(400, replaced.error().where);
  if (profile->webhooks) parts_.queue.set_faults(*profile->webhooks);
  if (profile->limits) parts_.limits.configure(*profile->limits);
  return json_reply(json::object{{"faults", parts_.faults.to_json()}});
}

Reply ControlApi::set_usage(const json::object& body) {
  if (body.empty()) {
    parts_.limits.set_usage(std::nullopt);
    return json_reply(json::object{{"usage", nullptr}});
  }
  Check check;
  Fields fields(check, body, "usage");
  const auto percent = fields.integer("percent", Need::kRequired, 0, 1'000);
  const auto minutes = fields.integer("regain_minutes", Need::kOptional, 0, 10'000);
  fields.done();
  if (!check.ok()) return control_error(400, "usage: percent is 0 to 1000, regain_minutes optional");
  const Usage usage{.percent = static_cast<std::uint32_t>(*percent),
                    .regain_minutes = static_cast<std::uint32_t>(minutes.value_or(0))};
  parts_.limits.set_usage(usage);
  return json_reply(json::object{
      {"usage", json::object{{"percent", usage.percent}, {"regain_minutes", usage.regain_minutes}}}});
}

Reply ControlApi::ledger_page(const HttpRequest& request) {
  std::uint64_t after = 0;
  std::uint64_t limit = kDefaultPage;
  const bool good = read_number(request, "after", after) && read_number(request, "limit", limit);
  if (!good || limit > kLargestPage)
    return control_error(400, "after and limit are numbers, limit at most 10000");
  return json_reply(parts_.ledger.page(after, limit));
}

json::object ControlApi::webhook_counts() const {
  const WebhookCounts counts = parts_.queue.counts();
  return {{"scheduled", counts.scheduled},  {"sent", counts.sent},     {"acknowledged", counts.acknowledged},
          {"pending", counts.pending},      {"failed", counts.failed}, {"held_back", counts.held_back},
          {"dropped", counts.dropped},      {"posts", counts.posts},   {"retries", counts.retries},
          {"duplicates", counts.duplicates}};
}

}  // namespace wac::sandbox
