#include "sandbox/control_api.h"

#include <charconv>
#include <expected>

namespace wac::sandbox {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::Method;

constexpr std::uint64_t kDefaultPage = 1'000;
constexpr std::uint64_t kLargestPage = 10'000;

Reply answer(json::object body) {
  Reply reply;
  reply.body = json::serialize(body);
  return reply;
}

Reply answer(std::expected<json::object, std::string> result) {
  return result ? answer(std::move(*result)) : control_error(400, result.error());
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
  if (name == "health") return answer(json::object{{"status", "ok"}});
  if (name == "ledger") return ledger_page(request);
  if (name == "webhooks") return answer(webhook_counts());
  if (name == "faults") return answer(json::object{{"faults", faults_.to_json()}});
  return control_error(404, "no such resource");
}

Reply ControlApi::post(std::string_view name, const json::value& body) {
  if (name == "faults") {
    const auto replaced = faults_.replace(body);
    if (!replaced) return control_error(400, replaced.error().where);
    return answer(json::object{{"faults", faults_.to_json()}});
  }
  if (name == "reset") {
    queue_.reset();
    ledger_.reset();
    backend_.reset();
    faults_.clear();
    return answer(json::object{{"status", "ok"}});
  }
  if (name != "inbound") return control_error(404, "no such resource");
  const json::object* const object = body.if_object();
  if (object == nullptr) return control_error(400, "the body must be a JSON object");
  return answer(object->contains("field") ? backend_.announce(*object) : backend_.receive(*object));
}

Reply ControlApi::ledger_page(const HttpRequest& request) {
  std::uint64_t after = 0;
  std::uint64_t limit = kDefaultPage;
  const bool good = read_number(request, "after", after) && read_number(request, "limit", limit);
  if (!good || limit > kLargestPage)
    return control_error(400, "after and limit are numbers, limit at most 10000");
  return answer(ledger_.page(after, limit));
}

json::object ControlApi::webhook_counts() const {
  const WebhookCounts counts = queue_.counts();
  return {{"scheduled", counts.scheduled}, {"sent", counts.sent},       {"acknowledged", counts.acknowledged},
          {"pending", counts.pending},     {"failed", counts.failed},   {"held_back", counts.held_back},
          {"posts", counts.posts},         {"retries", counts.retries}, {"duplicates", counts.duplicates}};
}

}  // namespace wac::sandbox
