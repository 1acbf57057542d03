#include "sandbox/graph_api.h"

#include "base/expose.h"
#include "crypto/digest.h"
#include "sandbox/message_rules.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace wac::sandbox {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::Method;

bool digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// `v25.0`.
bool is_version(std::string_view text) {
  if (!text.starts_with('v')) return false;
  const std::size_t dot = text.find('.');
  return dot != std::string_view::npos && digits(text.substr(1, dot - 1)) && digits(text.substr(dot + 1));
}

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> parts;
  while (path.starts_with('/')) {
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    parts.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return parts;
}

std::string_view method_name(Method method) {
  switch (method) {
    case Method::kGet:
      return "get";
    case Method::kPost:
      return "post";
    case Method::kDelete:
      return "delete";
    default:
      return "request";
  }
}

bool is_json(std::string_view content_type) {
  std::string media_type(content_type.substr(0, content_type.find(';')));
  while (media_type.ends_with(' ')) media_type.pop_back();
  std::ranges::transform(media_type, media_type.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return media_type == "application/json";
}

/// `fields=a,b`: those and the id. Without it: everything, where Graph gives a default set.
json::object pick(const json::object& all, std::string_view query) {
  std::string fields;
  if (!net::query_parameter(query, "fields", fields)) return all;
  json::object picked;
  std::string_view rest = fields;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    if (const json::value* const value = all.if_contains(rest.substr(0, end))) {
      picked.emplace(rest.substr(0, end), *value);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (const json::value* const id = all.if_contains("id")) picked.emplace("id", *id);
  return picked;
}

Reply answer(const json::object& body) {
  Reply reply;
  reply.body = json::serialize(body);
  return reply;
}

Reply listing(json::array data) {
  return answer(
      {{"data", std::move(data)},
       {"paging", json::object{{"cursors", json::object{{"before", "MAZDZD"}, {"after", "MjQZD"}}}}}});
}

}  // namespace

GraphApi::GraphApi(const SandboxConfig& config, const TemplateCatalogue& templates, Backend& backend,
                   Faults& faults, Random& ids)
    : config_(config),
      templates_(templates),
      backend_(backend),
      faults_(faults),
      ids_(ids),
      rules_{.templates = &templates, .plus = config.plus} {}

Reply GraphApi::error(const GraphError& error) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::array<std::uint8_t, 22> bytes{};
  ids_.fill(bytes);
  std::string trace = "A";
  for (const std::uint8_t byte : bytes) trace += kAlphabet[byte & 63U];
  Reply reply;
  reply.status = error.http_status;
  reply.body = to_json(error, trace);
  return reply;
}

bool GraphApi::authorized(const HttpRequest& request) const {
  static constexpr std::string_view kScheme = "Bearer ";
  const std::string_view header = request.header("Authorization");
  return header.starts_with(kScheme) &&
         crypto::constant_time_equal(header.substr(kScheme.size()),
                                     expose(config_.token, Purpose::kAuthorization));
}

Reply GraphApi::handle(const HttpRequest& request) {
  std::vector<std::string_view> parts = split(request.path);
  if (parts == std::vector<std::string_view>{"debug_token"}) parts.insert(parts.begin(), "v25.0");
  const bool version =
      !parts.empty() && is_version(parts[0]) && (config_.version.empty() || parts[0] == config_.version);
  if (!version || parts.size() < 2 || parts.size() > 3) return error(unknown_path(request.path));
  if (!authorized(request)) return error(bad_token());
  return route(request, parts);
}

Reply GraphApi::route(const HttpRequest& request, const std::vector<std::string_view>& parts) {
  const std::string_view id = parts[1];
  const std::string_view edge = parts.size() > 2 ? parts[2] : "";
  if (request.method == Method::kGet) return get_node(request, id, edge);
  if (request.method == Method::kPost && edge == "messages" && backend_.knows_number(id)) {
    return post_message(request, id);
  }
  if (request.method == Method::kPost && edge == "subscribed_apps" && id == config_.waba_id) {
    return answer({{"success", true}});
  }
  return error(unknown_object(method_name(request.method), id));
}

Reply GraphApi::get_node(const HttpRequest& request, std::string_view id, std::string_view edge) {
  if (id == "debug_token" && edge.empty()) return answer({{"data", token_info()}});
  if (backend_.knows_number(id) && edge.empty()) return answer(pick(number_info(id), request.query));
  if (id == config_.waba_id && edge == "message_templates") return listing(templates_.listing());
  if (id == config_.waba_id && edge == "phone_numbers") {
    json::array numbers;
    for (const std::string& number : config_.phone_number_ids) {
      numbers.push_back(pick(number_info(number), request.query));
    }
    return listing(std::move(numbers));
  }
  return error(unknown_object("get", id));
}

Reply GraphApi::post_message(const HttpRequest& request, std::string_view phone_number_id) {
  if (!is_json(request.header("Content-Type"))) {
    return error(graph_error(100, "The Content-Type must be application/json."));
  }
  json::error_code failure;
  json::monotonic_resource memory;
  const json::value body = json::parse(request.body, failure, &memory);
  if (failure) return error(graph_error(100, "The body is not valid JSON."));
  auto message = check_message(body, rules_);
  if (!message) return error(message.error());
  if (const auto refusal = backend_.refuse(phone_number_id, *message)) return error(*refusal);
  return deliver(phone_number_id, *message);
}

Reply GraphApi::deliver(std::string_view phone_number_id, const OutgoingMessage& message) {
  const Strike strike = faults_.strike(message.type);
  Reply reply;
  if (strike.fault) {
    reply = struck(*strike.fault, phone_number_id, message);
  } else {
    reply.body = backend_.accept(phone_number_id, message, {});
  }
  reply.delay = strike.delay;
  return reply;
}

Reply GraphApi::struck(const Fault& fault, std::string_view phone_number_id, const OutgoingMessage& message) {
  Reply reply;
  const bool taken = fault.taken == Fault::Taken::kYes || fault.kind == FaultKind::kAcceptThenNoAnswer ||
                     fault.kind == FaultKind::kAcceptThenReset || fault.kind == FaultKind::kHalfBody ||
                     fault.kind == FaultKind::kFailedStatus;
  if (taken) {
    const int failed_code = fault.kind == FaultKind::kFailedStatus ? fault.code : 0;
    reply.body = backend_.accept(phone_number_id, message, {.failed_code = failed_code});
  }
  switch (fault.kind) {
    case FaultKind::kHttp5xx:
    case FaultKind::kThrottle:
    case FaultKind::kError:
      reply = error(graph_error(fault.code, "Injected by the sandbox.", fault.status));
      break;
    case FaultKind::kHtml:
      reply.status = fault.status;
      reply.content_type = "text/html; charset=utf-8";
      reply.body =
          "<!DOCTYPE html><html><head><title>Error</title></head><body>Sorry, something went "
          "wrong.</body></html>";
      break;
    case FaultKind::kAcceptThenReset:
    case FaultKind::kReset:
      reply.ending = Reply::Ending::kReset;
      break;
    case FaultKind::kAcceptThenNoAnswer:
      reply.ending = Reply::Ending::kSilence;
      break;
    case FaultKind::kHalfBody:
      reply.ending = Reply::Ending::kHalf;
      break;
    case FaultKind::kLatency:
    case FaultKind::kFailedStatus:
      break;
  }
  if (fault.retry_after > 0) reply.headers.emplace_back("Retry-After", std::to_string(fault.retry_after));
  return reply;
}

json::object GraphApi::number_info(std::string_view id) const {
  return {{"id", id},
          {"display_phone_number", "+" + backend_.display_number(id)},
          {"verified_name", "Sandbox"},
          {"quality_rating", "GREEN"},
          {"throughput", json::object{{"level", "STANDARD"}}},
          {"status", "CONNECTED"},
          {"name_status", "APPROVED"},
          {"code_verification_status", "VERIFIED"},
          {"platform_type", "CLOUD_API"},
          {"account_mode", "SANDBOX"},
          {"whatsapp_business_manager_messaging_limit", "TIER_UNLIMITED"},
          {"health_status", json::object{{"can_send_message", "AVAILABLE"}, {"entities", json::array{}}}}};
}

json::object GraphApi::token_info() const {
  json::array targets;
  targets.emplace_back(config_.waba_id);
  json::array granular;
  json::array scopes;
  for (const std::string_view scope : {"whatsapp_business_messaging", "whatsapp_business_management"}) {
    scopes.emplace_back(scope);
    granular.push_back(json::object{{"scope", scope}, {"target_ids", targets}});
  }
  return {{"app_id", "634974688087057"},
          {"type", "SYSTEM_USER"},
          {"application", "Sandbox"},
          {"data_access_expires_at", 0},
          {"expires_at", 0},
          {"is_valid", true},
          {"issued_at", 1'735'689'600},
          {"scopes", std::move(scopes)},
          {"granular_scopes", std::move(granular)},
          {"user_id", "122100000000000001"}};
}

}  // namespace wac::sandbox
