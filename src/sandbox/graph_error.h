#pragma once
// Meta's error answers: the code decides the HTTP status and the title (facts §5.1, §5.2).

#include <string>

namespace wac::sandbox {

/// One refusal in Meta's terms. It is the sandbox's own text and may quote the caller's field names.
struct GraphError {
  int http_status = 400;
  int code = 100;
  /// 0: not sent.
  int subcode = 0;
  std::string type = "OAuthException";
  /// The title; with its `(#code)` prefix where Meta prints one.
  std::string message;
  /// What exactly is wrong. Empty: no `error_data`, as in Graph's own (not WhatsApp's) errors.
  std::string details;
  /// Sent as `is_transient` when set.
  bool transient = false;
};

/// An error of the WhatsApp catalogue. `http_status` 0 takes the status Meta documents for the code (400 for
/// codes it does not know).
GraphError graph_error(int code, std::string details, int http_status = 0);

/// The answer of a fault: any code with its documented status, and a subcode where Graph has one (190).
GraphError injected_error(int code, int subcode, int http_status);

/// 401, code 190: no bearer token, or the wrong one.
GraphError bad_token();
/// Code 100, subcode 33: what Graph answers for an object id the token cannot see.
GraphError unknown_object(std::string_view method, std::string_view id);
/// Code 2500: no such path.
GraphError unknown_path(std::string_view path);

/// `{"error":{…}}`, byte for byte in Meta's shape.
std::string to_json(const GraphError& error, std::string_view fbtrace_id);

/// The title of a code without the `(#code)` prefix, as the `errors[]` of a webhook show it.
std::string_view error_title(int code);

}  // namespace wac::sandbox
