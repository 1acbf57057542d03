#include "api/problem.h"

#include <boost/json.hpp>

namespace wac::api {

namespace json = boost::json;

net::HttpResponse problem(int status, std::string_view code, std::string_view detail,
                          const std::vector<FieldError>& errors) {
  json::object body;
  body["type"] = "about:blank";
  body["title"] = net::reason_phrase(status);
  body["status"] = status;
  body["code"] = code;
  body["detail"] = detail;
  if (!errors.empty()) {
    json::array list;
    for (const FieldError& error : errors) list.push_back({{"pointer", error.pointer}, {"rule", error.rule}});
    body["errors"] = std::move(list);
  }
  net::HttpResponse response;
  response.status = status;
  response.content_type = "application/problem+json";
  response.body = json::serialize(body);
  return response;
}

net::HttpResponse unavailable(std::string_view code, std::string_view detail) {
  net::HttpResponse response = problem(503, code, detail);
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

net::HttpResponse not_found() {
  return problem(404, "not_found", "There is no such resource.");
}

net::HttpResponse method_not_allowed(std::string_view allow) {
  net::HttpResponse response = problem(405, "method_not_allowed", "This resource does not know that method.");
  response.headers.emplace_back("Allow", std::string{allow});
  return response;
}

net::HttpResponse unauthorized() {
  net::HttpResponse response =
      problem(401, "unauthorized", "Send a valid API key as \"Authorization: Bearer <key>\".");
  response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

net::HttpResponse store_failed(const Error& error) {
  if (error.code == ErrorCode::kOverloaded)
    return unavailable("overloaded", "Too much work is waiting for the store.");
  if (error.code == ErrorCode::kUnknownOutcome) {
    return unavailable("outcome_unknown", "The store did not answer in time; repeating the request is safe.");
  }
  if (error.code == ErrorCode::kUnavailable)
    return unavailable("store_unavailable", "The store is unavailable.");
  return problem(500, "internal", "The connector could not do this; its log says why.");
}

}  // namespace wac::api
