#pragma once
// Outcomes as callers see them (design §3.4).

#include "api/intent_json.h"
#include "outbound/intent.h"

#include <string>
#include <vector>

namespace wac::api {

/// One intent's line in an answer.
struct ResultLine {
  IntentId id;
  std::string dedupe_key;  ///< as the caller gave it; goes back to that caller only
  CorrelationId correlation;
  std::string_view error_code;  ///< when there is no outcome: stable code
  std::string_view error_message;
  std::optional<outbound::Outcome> outcome;
};

/// "sent", "failed", "pending", "deduped" or "conflict".
std::string_view status_of(const ResultLine& line);

/// {ok, result:{summary:{total,sent,deduped,failed,pending}, results:[…]}}
std::string results_json(const std::vector<ResultLine>& lines);

/// The full record for GET /v1/intents/{id}: state, attempts, timeline, price, error with advice.
std::string intent_json(const outbound::Outcome& outcome);

}  // namespace wac::api
