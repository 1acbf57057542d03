#include "sandbox/graph_error.h"

#include "sandbox/error_table.h"

#include <boost/json.hpp>

namespace wac::sandbox {

std::string_view error_title(int code) {
  const KnownError* const known = find_error(code);
  return known == nullptr ? "Unknown error" : known->title;
}

GraphError graph_error(int code, std::string details, int http_status) {
  const KnownError* const known = find_error(code);
  GraphError error;
  error.code = code;
  error.http_status = http_status != 0 ? http_status : known == nullptr ? 400 : known->http_status;
  error.message = "(#" + std::to_string(code) + ") " + std::string(error_title(code));
  error.details = std::move(details);
  return error;
}

GraphError injected_error(int code, int subcode, int http_status) {
  GraphError error =
      graph_error(code, is_platform_error(code) ? "" : "Injected by the sandbox.", http_status);
  error.subcode = subcode;
  error.transient = is_transient_error(code);
  return error;
}

GraphError bad_token() {
  GraphError error;
  error.http_status = 401;
  error.code = 190;
  error.message = "Invalid OAuth access token - Cannot parse access token";
  return error;
}

GraphError unknown_object(std::string_view method, std::string_view id) {
  GraphError error;
  error.subcode = 33;
  error.type = "GraphMethodException";
  error.message = "Unsupported " + std::string(method) + " request. Object with ID '" + std::string(id) +
                  "' does not exist, cannot be loaded due to missing permissions, or does not support this "
                  "operation";
  return error;
}

GraphError unknown_path(std::string_view path) {
  GraphError error;
  error.code = 2500;
  error.message = "Unknown path components: " + std::string(path);
  return error;
}

std::string to_json(const GraphError& error, std::string_view fbtrace_id) {
  boost::json::object inner{{"message", error.message}, {"type", error.type}, {"code", error.code}};
  if (error.subcode != 0) inner["error_subcode"] = error.subcode;
  if (!error.details.empty()) {
    inner["error_data"] = boost::json::object{{"messaging_product", "whatsapp"}, {"details", error.details}};
  }
  if (error.transient) inner["is_transient"] = true;
  inner["fbtrace_id"] = fbtrace_id;
  return boost::json::serialize(boost::json::object{{"error", std::move(inner)}});
}

}  // namespace wac::sandbox
