#include "sandbox/graph_api.h"

#include "base/expose.h"
#include "crypto/digest.h"

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

bool is_json(std::string_view content_type) {
  std::string media_type(content_type.substr(0, content_type.find(';')));
  while (media_type.ends_with(' ')) media_type.pop_back();
  std::ranges::transform(media_type, media_type.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return media_type == "application/json";
}

}  // namespace

GraphApi::GraphApi(const SandboxConfig& config, Parts parts)
    : config_(config), parts_(parts), rules_{.templates = &parts.templates, .plus = config.plus} {}

Reply GraphApi::error(const GraphError& error) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::array<std::uint8_t, 22> bytes{};
  parts_.ids.fill(bytes);
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
  Reply reply = route(request, parts);
  for (auto& header : parts_.limits.headers(config_.waba_id, parts_.clock.now())) {
    reply.headers.push_back(std::move(header));
  }
  return reply;
}

Reply GraphApi::route(const HttpRequest& request, const std::vector<std::string_view>& parts) {
  const std::string_view id = parts[1];
  const std::string_view edge = parts.size() > 2 ? parts[2] : "";
  if (request.method == Method::kPost && edge == "messages" && parts_.backend.knows_number(id)) {
    return post_message(request, id);
  }
  if (const auto refusal = parts_.limits.take_management(parts_.clock.now())) return error(*refusal);
  const auto answer = parts_.management.handle(request, id, edge);
  return answer ? json_reply(*answer) : error(answer.error());
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
  if (const auto refusal = parts_.backend.refuse(phone_number_id, *message)) return error(*refusal);
  return deliver(phone_number_id, *message, request.body);
}

Reply GraphApi::deliver(std::string_view phone_number_id, const OutgoingMessage& message,
                        std::string_view body) {
  const Strike strike =
      parts_.faults.strike({.type = message.type,
                            .sender = phone_number_id,
                            .recipient = message.wa_id.empty() ? message.input : message.wa_id});
  Reply reply;
  if (strike.fault) {
    reply = struck(*strike.fault, phone_number_id, message, body);
  } else {
    reply.body = parts_.backend.accept(phone_number_id, message, {}, body);
  }
  reply.delay = strike.delay;
  return reply;
}

Reply GraphApi::struck(const Fault& fault, std::string_view phone_number_id, const OutgoingMessage& message,
                       std::string_view body) {
  Reply reply;
  const bool taken = fault.taken == Fault::Taken::kYes || fault.kind == FaultKind::kAcceptThenNoAnswer ||
                     fault.kind == FaultKind::kAcceptThenReset || fault.kind == FaultKind::kHalfBody ||
                     fault.kind == FaultKind::kFailedStatus;
  if (taken) {
    const int failed_code = fault.kind == FaultKind::kFailedStatus ? fault.code : 0;
    reply.body = parts_.backend.accept(phone_number_id, message, {.failed_code = failed_code}, body);
  }
  switch (fault.kind) {
    case FaultKind::kHttp5xx:
    case FaultKind::kThrottle:
    case FaultKind::kError:
      reply = error(injected_error(fault.code, fault.subcode, fault.status));
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

}  // namespace wac::sandbox
