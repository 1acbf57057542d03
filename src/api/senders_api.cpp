#include "api/senders_api.h"

#include "api/problem.h"
#include "base/rfc3339.h"
#include "whatsapp/local_errors.h"

#include <boost/json.hpp>

namespace wac::api {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;
using net::Method;

HttpResponse json_response(const json::object& body) {
  HttpResponse response;
  response.body = json::serialize(body);
  return response;
}

json::object stop_json(const store::SenderPace& sender) {
  const whatsapp::ErrorInfo info = whatsapp::explain(sender.stopped_code, 0, false);
  json::object out;
  out["errorCode"] = whatsapp::code_text(sender.stopped_code);
  out["since"] = format_time(*sender.stopped_since);
  out["meaning"] = info.meaning;
  out["advice"] = info.advice;
  // A token that Meta refused: the next one in the configuration resumes the sender by itself.
  out["untilNewCredential"] = sender.until_new_credential;
  return out;
}

}  // namespace

json::object sender_json(const store::SenderPace& sender) {
  json::object out;
  out["senderId"] = sender.sender.str();
  json::object pace;
  pace["perSecond"] = sender.rate;
  pace["ceiling"] = sender.ceiling;
  if (sender.usage_percent != 0) pace["usagePercent"] = sender.usage_percent;
  out["pace"] = std::move(pace);
  if (sender.blocked_until) out["blockedUntil"] = format_time(*sender.blocked_until);
  json::object breaker;
  breaker["state"] = store::name(sender.breaker);
  if (sender.open_until) breaker["openUntil"] = format_time(*sender.open_until);
  out["breaker"] = std::move(breaker);
  out["stopped"] = nullptr;
  if (sender.stopped_since) out["stopped"] = stop_json(sender);
  out["queued"] = sender.queued;
  return out;
}

Task<HttpResponse> SendersApi::handle(const HttpRequest& request, std::string_view rest) {
  auto tenant = auth_.tenant_of(request);
  if (!tenant) co_return unauthorized();
  if (rest.empty()) {
    if (request.method != Method::kGet) co_return method_not_allowed("GET");
    co_return co_await list(std::move(*tenant));
  }
  rest.remove_prefix(1);
  const bool resuming = rest.ends_with("/resume");
  if (resuming) rest.remove_suffix(std::string_view{"/resume"}.size());
  auto id = SenderId::parse(rest);
  if (!id) co_return not_found();
  if (request.method != (resuming ? Method::kPost : Method::kGet))
    co_return method_not_allowed(resuming ? "POST" : "GET");
  if (resuming) co_return co_await resume(std::move(*tenant), std::move(*id));
  co_return co_await one(std::move(*tenant), std::move(*id));
}

Task<HttpResponse> SendersApi::list(TenantId tenant) {
  const auto senders = co_await senders_.list(std::move(tenant));
  if (!senders) co_return store_failed(senders.error());
  json::array list;
  for (const store::SenderPace& sender : *senders) list.push_back(sender_json(sender));
  co_return json_response(json::object{{"senders", std::move(list)}});
}

Task<HttpResponse> SendersApi::one(TenantId tenant, SenderId id) {
  const auto sender = co_await senders_.find(std::move(tenant), std::move(id));
  if (sender) co_return json_response(sender_json(*sender));
  if (sender.error().code == ErrorCode::kNotFound) co_return not_found();
  co_return store_failed(sender.error());
}

Task<HttpResponse> SendersApi::resume(TenantId tenant, SenderId id) {
  const auto resumed = co_await senders_.resume(tenant, id);
  if (resumed) {
    const auto sender = co_await senders_.find(std::move(tenant), std::move(id));
    if (!sender) co_return store_failed(sender.error());
    json::object body = sender_json(*sender);
    body["resumed"] = *resumed;
    co_return json_response(body);
  }
  if (resumed.error().code == ErrorCode::kNotFound) co_return not_found();
  co_return store_failed(resumed.error());
}

}  // namespace wac::api
