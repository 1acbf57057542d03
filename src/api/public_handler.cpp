#include "api/public_handler.h"

#include "api/event_stream.h"
#include "base/expose.h"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>

namespace wac::api {
namespace {

using net::HttpRequest;
using net::HttpResponse;
using net::Method;
using telemetry::Counter;

constexpr std::string_view kWebhook = "/webhook";
constexpr std::string_view kIntents = "/v1/intents";
constexpr std::string_view kSenders = "/v1/senders";
constexpr std::string_view kDeadLetters = "/v1/dead-letters";
constexpr std::string_view kMedia = "/v1/media/";
constexpr std::string_view kConsumers = "/v1/consumers";
constexpr std::string_view kGroups = "/v1/event-groups";
constexpr std::string_view kStaging = "/__staging/outbound";
constexpr std::size_t kApiBody = 4U * 1024 * 1024;
constexpr std::size_t kSmallBody = 64U * 1024;
constexpr std::size_t kLongestPoll = 60;  // seconds

/// The Meta app of a webhook's path: "" for the default one; nothing when it is no webhook's.
std::optional<std::string_view> app_of(std::string_view path) {
  if (!path.starts_with(kWebhook)) return std::nullopt;
  path.remove_prefix(kWebhook.size());
  if (path.empty()) return path;
  // "/webhook/" is not another name of the default app.
  if (!path.starts_with('/') || path.size() == 1) return std::nullopt;
  return path.substr(1);
}

std::size_t number_of(std::string_view text, std::size_t fallback) {
  std::size_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  return ec == std::errc{} && end == text.data() + text.size() ? value : fallback;
}

/// What follows `root` when the path is it or lies below it: empty, or beginning with "/".
std::optional<std::string_view> below(std::string_view path, std::string_view root) {
  if (!path.starts_with(root)) return std::nullopt;
  path.remove_prefix(root.size());
  return path.empty() || path.front() == '/' ? std::optional{path} : std::nullopt;
}

std::string page_json(const delivery::FeedPage& page) {
  std::string out = R"({"events":[)";
  for (std::size_t i = 0; i < page.events.size(); ++i) {
    if (i != 0) out += ',';
    out += expose(page.events[i].json, Purpose::kAnswer);
  }
  out += R"(],"cursor":)";
  out += boost::json::serialize(boost::json::string_view{page.cursor});
  out += '}';
  return out;
}

}  // namespace

PublicHandler::PublicHandler(PublicParts parts)
    : parts_(parts),
      intents_({parts.config, parts.directory, parts.auth, parts.loop, parts.random, parts.outbound,
                parts.metrics}),
      senders_(parts.auth, parts.senders),
      dead_letters_(parts.auth, parts.dead_letters),
      media_({parts.directory, parts.auth, parts.media, parts.metrics, parts.archive}),
      consumers_({parts.config, parts.directory, parts.auth, parts.loop, parts.consumers, parts.metrics}),
      groups_({parts.config, parts.auth, parts.loop, parts.groups, parts.group_desk, parts.metrics}) {}

std::size_t PublicHandler::body_limit(Method method, std::string_view path) const {
  if (method != Method::kPost) return 0;
  if (app_of(path) || path == kIntents || path == kStaging) return kApiBody;
  return kSmallBody;
}

Task<HttpResponse> PublicHandler::handle(const HttpRequest& request) {
  const std::string_view path = request.path;
  if (const auto app = app_of(path)) co_return co_await webhook(request, *app);
  if (path == kStaging && parts_.auth.has_staging()) {
    if (request.method != Method::kPost) co_return method_not_allowed("POST");
    if (!parts_.auth.staging_allowed(request)) {
      parts_.metrics.add(Counter::kApiUnauthorized);
      co_return problem(401, "unauthorized", "Send the staging token as X-Staging-Token.");
    }
    co_return co_await intents_.post(request, TenantId{});
  }
  if (path == "/health") co_return health_response(parts_.health);
  if (path == "/livez") co_return livez_response(parts_.health);
  if (path == "/readyz") co_return readyz_response(parts_.health);
  if (path == kIntents) {
    if (request.method != Method::kPost) co_return method_not_allowed("POST");
    auto tenant = parts_.auth.tenant_of(request);
    if (!tenant) {
      parts_.metrics.add(Counter::kApiUnauthorized);
      co_return unauthorized();
    }
    co_return co_await intents_.post(request, std::move(*tenant));
  }
  if (path.starts_with("/v1/intents/")) {
    co_return co_await intents_.one(request, path.substr(std::string_view{"/v1/intents/"}.size()));
  }
  if (const auto rest = below(path, kSenders)) co_return co_await senders_.handle(request, *rest);
  if (const auto rest = below(path, kDeadLetters)) co_return co_await dead_letters_.handle(request, *rest);
  if (path.starts_with(kMedia)) co_return co_await media_.handle(request, path.substr(kMedia.size()));
  if (const auto rest = below(path, kConsumers)) co_return co_await consumers_.handle(request, *rest);
  if (const auto rest = below(path, kGroups)) co_return co_await groups_.handle(request, *rest);
  if (path == "/v1/events") co_return co_await read_events(request);
  co_return not_found();
}

Task<HttpResponse> PublicHandler::webhook(const HttpRequest& request, std::string_view app) {
  const config::SnapshotRef snapshot = parts_.directory.snapshot();
  const config::AppConfig* known = snapshot->app(app);
  if (known == nullptr) co_return not_found();
  if (request.method == Method::kPost) co_return co_await receive_webhook(request, app);
  if (request.method == Method::kGet) co_return verify_webhook(request, known->verify_token);
  co_return method_not_allowed("GET, POST");
}

Task<HttpResponse> PublicHandler::receive_webhook(const HttpRequest& request, std::string_view app) {
  const auto receipt = co_await parts_.inbound.receive(request.body, request.header("x-hub-signature-256"),
                                                       request.header("traceparent"), app);
  HttpResponse response;
  switch (receipt) {
    case inbound::Receipt::kDurable:
      response.body = R"({"ok":true})";
      co_return response;
    case inbound::Receipt::kBadSignature:
      co_return problem(401, "bad_signature", "X-Hub-Signature-256 does not fit this body.");
    case inbound::Receipt::kUnavailable:
      break;
  }
  co_return unavailable("store_unavailable", "The notification is not stored: repeat it.");
}

void PublicHandler::refused(int status, std::string_view path) {
  if (!app_of(path)) return;
  switch (status) {
    case 408:
      parts_.metrics.add(Counter::kWebhooksIncomplete);
      break;
    case 413:
      parts_.metrics.add(Counter::kWebhooksTooLarge);
      break;
    default:
      parts_.metrics.add(Counter::kWebhooksBadFraming);
  }
}

HttpResponse PublicHandler::verify_webhook(const HttpRequest& request, const Secret& verify_token) {
  std::string mode;
  std::string token;
  std::string challenge;
  const bool complete = net::query_parameter(request.query, "hub.mode", mode) &&
                        net::query_parameter(request.query, "hub.verify_token", token) &&
                        net::query_parameter(request.query, "hub.challenge", challenge);
  const std::string_view expected = expose(verify_token, Purpose::kAuthorization);
  const bool accepted = complete && mode == "subscribe" && !expected.empty() && challenge.size() <= 1'024 &&
                        crypto::constant_time_equal(token, expected);
  wipe(token);
  if (!accepted)
    return problem(403, "verification_failed", "hub.mode or hub.verify_token is not the expected one.");
  HttpResponse response;
  response.content_type = "text/plain; charset=utf-8";
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.body = std::move(challenge);
  return response;
}

Task<HttpResponse> PublicHandler::read_events(const HttpRequest& request) {
  if (request.method != Method::kGet) co_return method_not_allowed("GET");
  const auto tenant = parts_.auth.tenant_of(request);
  if (!tenant) co_return unauthorized();
  std::string cursor;
  std::string limit;
  std::string wait;
  std::string group;
  net::query_parameter(request.query, "cursor", cursor);
  net::query_parameter(request.query, "limit", limit);
  net::query_parameter(request.query, "wait", wait);
  const Millis patience{1'000 *
                        static_cast<std::int64_t>(std::min<std::size_t>(number_of(wait, 0), kLongestPoll))};
  if (net::query_parameter(request.query, "group", group)) {
    co_return co_await groups_.read(request, *tenant, std::max<std::size_t>(number_of(limit, 100), 1),
                                    patience);
  }
  if (request.header("accept").find("text/event-stream") != std::string_view::npos) {
    const std::string_view last = request.header("last-event-id");
    co_return event_stream(parts_.feed, parts_.loop, *tenant, last.empty() ? cursor : std::string{last},
                           parts_.auth.while_valid(request, *tenant));
  }
  auto page = co_await parts_.feed.read(*tenant, std::move(cursor), number_of(limit, 100),
                                        Deadline{parts_.loop.now() + patience});
  if (!page) {
    if (page.error().code == ErrorCode::kInvalid) {
      co_return problem(400, "invalid_cursor",
                        "Use a cursor this API gave, \"\" (oldest) or \"$\" (from now on).");
    }
    co_return store_failed(page.error());
  }
  HttpResponse response;
  response.body = page_json(*page);
  response.headers.emplace_back("Cache-Control", "no-store");
  co_return response;
}

}  // namespace wac::api
