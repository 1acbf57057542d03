#pragma once
// Answers in words. Nothing here ever holds a key.

#include "ctl/console.h"
#include "ctl/rest_client.h"

#include <boost/json/value.hpp>

#include <string>

namespace wac::ctl {

/// A problem (RFC 9457) and its broken fields: "400 invalid_request: Nothing was sent …\n  /to: is
/// required\n".
std::string describe_problem(const Answer& answer);

/// "cannot reach http://…: connect failed\n", with what is known about the request's fate.
std::string describe_failure(const std::string& url, const net::ClientFailure& failure);

/// One entry of "results", or an intent of GET /v1/intents/{id}: state, wamid, attempts, latency or the error
/// with its advice.
std::string describe_intent(const boost::json::value& intent);

/// A result of a dry run: what is wrong and what is odd, then "valid" or "invalid: CODE".
std::string describe_check(const boost::json::value& result);

/// Says that no answer came.
Exit unreachable(const Console& console, const RestClient& client, const net::ClientFailure& failure);

/// Says what the problem is: to `err`, or as it came with --json.
Exit refused(const Console& console, const Answer& answer);

}  // namespace wac::ctl
