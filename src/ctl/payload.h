#pragma once
// From flags to what POST /v1/intents takes. The connector checks the rules of each type; here only the form
// is made.

#include "ctl/arguments.h"

#include <boost/json/object.hpp>

#include <expected>
#include <string>

namespace wac::ctl {

/// Reads the files the flags name. The error is a sentence for the user.
std::expected<boost::json::object, std::string> make_payload(const MessageFlags& flags);

/// One entry of "intents".
struct IntentEnvelope {
  std::string id = {};
  std::string to = {};  ///< empty: none
  bool group = false;   ///< `to` is the id of a group
  std::string sender = {};
  std::string dedupe_key = {};
  std::string reply_to = {};
};
boost::json::object make_intent(const IntentEnvelope& envelope, boost::json::object payload);

/// The body of POST /v1/intents for one intent.
std::string request_body(boost::json::object intent);

}  // namespace wac::ctl
