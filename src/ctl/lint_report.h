#pragma once
// What is wrong with a message on paper, without a connector.

#include "whatsapp/message.h"

#include <boost/json/value.hpp>

#include <vector>

namespace wac::ctl {

struct LintReport {
  std::vector<whatsapp::Violation> errors;    ///< the connector would refuse it
  std::vector<whatsapp::Violation> warnings;  ///< allowed, probably not meant
};

/// `document` is a payload ({"type":…}), an intent ({"payload":…}) or a request ({"intents":[…]}). Checks
/// payloads, fallbacks, recipients, quotes and every field's name; ids, senders, times and templates are the
/// connector's to check (POST /v1/intents?dryRun=true).
LintReport lint_document(const boost::json::value& document);

}  // namespace wac::ctl
