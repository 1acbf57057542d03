#include "sandbox/graph_error.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace wac::sandbox {
namespace {

struct Known {
  int code;
  int http_status;
  std::string_view title;
};

constexpr std::array kKnown = {
    Known{1, 400, "API Unknown"},
    Known{2, 503, "API Service"},
    Known{4, 400, "Application request limit reached"},
    Known{10, 403, "Permission Denied"},
    Known{33, 400, "Parameter value is not valid"},
    Known{100, 400, "Invalid parameter"},
    Known{190, 401, "Access token has expired"},
    Known{200, 403, "Permission Error"},
    Known{368, 403, "Temporarily blocked for policies violations"},
    Known{80007, 400, "Rate limit issues"},
    Known{130429, 400, "Rate limit hit"},
    Known{130472, 400, "User's number is part of an experiment"},
    Known{130497, 403, "Business account is restricted from messaging users in this country"},
    Known{131000, 500, "Something went wrong"},
    Known{131005, 403, "Access denied"},
    Known{131008, 400, "Required parameter is missing"},
    Known{131009, 400, "Parameter value is not valid"},
    Known{131016, 500, "Service unavailable"},
    Known{131021, 400, "Recipient cannot be sender"},
    Known{131026, 400, "Message undeliverable"},
    Known{131030, 400, "Recipient phone number not in allowed list"},
    Known{131031, 403, "Business Account locked"},
    Known{131037, 400, "WhatsApp provided number needs display name approval"},
    Known{131042, 400, "Business eligibility payment issue"},
    Known{131045, 500, "Incorrect certificate"},
    Known{131047, 400, "Re-engagement message"},
    Known{131048, 400, "Spam rate limit hit"},
    Known{131049, 400, "This message was not delivered to maintain healthy ecosystem engagement"},
    Known{131050, 400, "User has stopped marketing messages"},
    Known{131051, 400, "Unsupported message type"},
    Known{131052, 400, "Media download error"},
    Known{131053, 400, "Media upload error"},
    Known{131056, 400, "(Business Account, Consumer Account) pair rate limit hit"},
    Known{131057, 500, "Account in maintenance mode"},
    Known{131062, 400, "Business-scoped user id is not supported for this message"},
    Known{132000, 400, "Number of parameters does not match the expected number of params"},
    Known{132001, 404, "Template name does not exist in the translation"},
    Known{132005, 400, "Translated text too long"},
    Known{132007, 400, "Template format character policy violated"},
    Known{132012, 400, "Parameter format does not match format in the created template"},
    Known{132015, 400, "Template is paused"},
    Known{132016, 400, "Template is disabled"},
    Known{132018, 400, "There was an issue with the parameters in your template"},
    Known{132068, 400, "Flow is in blocked state"},
    Known{132069, 400, "Flow is in throttled state"},
    Known{133000, 500, "Incomplete deregistration"},
    Known{133004, 503, "Server temporarily unavailable"},
    Known{133010, 400, "Phone number not registered"},
    Known{133016, 400, "Account register deregister rate limit exceeded"},
    Known{135000, 400, "Generic user error"},
    Known{137000, 400, "Recipient identity key hash mismatch"},
};

const Known* find(int code) {
  const auto* const found = std::ranges::find(kKnown, code, &Known::code);
  return found == kKnown.end() ? nullptr : found;
}

}  // namespace

std::string_view error_title(int code) {
  const Known* const known = find(code);
  return known == nullptr ? "Unknown error" : known->title;
}

GraphError graph_error(int code, std::string details, int http_status) {
  const Known* const known = find(code);
  GraphError error;
  error.code = code;
  error.http_status = http_status != 0 ? http_status : known == nullptr ? 400 : known->http_status;
  error.message = "(#" + std::to_string(code) + ") " + std::string(error_title(code));
  error.details = std::move(details);
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
  inner["fbtrace_id"] = fbtrace_id;
  return boost::json::serialize(boost::json::object{{"error", std::move(inner)}});
}

}  // namespace wac::sandbox
