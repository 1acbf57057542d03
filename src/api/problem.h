#pragma once
// RFC 9457 problem bodies. `code` is stable; `detail` is ours, never an echo of the request.

#include "base/error.h"
#include "net/http_message.h"

#include <string>
#include <string_view>
#include <vector>

namespace wac::api {

/// One broken rule of a request.
struct FieldError {
  std::string pointer;  ///< JSON pointer into the request body
  std::string rule;
};

/// {"type":"about:blank","title":…,"status":…,"code":…,"detail":…[,"errors":[{"pointer","rule"}]]}
net::HttpResponse problem(int status, std::string_view code, std::string_view detail,
                          const std::vector<FieldError>& errors = {});

/// 503 with Retry-After.
net::HttpResponse unavailable(std::string_view code, std::string_view detail);

net::HttpResponse not_found();
/// 405 with Allow.
net::HttpResponse method_not_allowed(std::string_view allow);
/// 401: no valid API key.
net::HttpResponse unauthorized();
/// What a caller is told when the store could not do something.
net::HttpResponse store_failed(const Error& error);

}  // namespace wac::api
