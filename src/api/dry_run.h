#pragma once
// POST /v1/intents?dryRun=true: everything that is checked before a send, and its answer. Plain functions.

#include "api/intent_json.h"
#include "outbound/outbound.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wac::api {

/// What the query says; nothing when `dryRun` is neither true nor false.
std::optional<bool> wants_dry_run(std::string_view query);

/// One intent's line in the answer.
struct DryRunLine {
  IntentId id;
  std::string_view error_code;     ///< stable; empty: it may be sent
  std::vector<FieldError> errors;  ///< pointers into the request body
  std::vector<FieldError> warnings;
};

/// `pointer`: of the intent, "/intents/0".
DryRunLine rejected_line(RejectedIntent rejected, const std::string& pointer);
DryRunLine checked_line(IntentId id, outbound::DryRun found, const std::string& pointer);

/// {"ok":true,"dryRun":true,"result":{"summary":{"total","valid","invalid"},"results":[{"intentId","status",
/// "errorCode","errors":[{"pointer","rule"}],"warnings":[…]}]}}
std::string dry_run_json(const std::vector<DryRunLine>& lines);

}  // namespace wac::api
