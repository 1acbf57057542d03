#include "api/outcome_json.h"

#include "base/expose.h"
#include "base/rfc3339.h"
#include "whatsapp/local_errors.h"
#include "whatsapp/pricing.h"

#include <boost/json.hpp>

namespace wac::api {
namespace {

namespace json = boost::json;
using outbound::Submission;
using store::IntentState;

/// Of most lines of results_json().
constexpr std::size_t kLineFields = 12;
constexpr std::size_t kLineBytes = 1'536;

bool is_success(IntentState state) {
  return state == IntentState::kSent || state == IntentState::kDelivered || state == IntentState::kRead ||
         state == IntentState::kPlayed;
}

void add_error(const outbound::Outcome& outcome, json::object& out) {
  const store::IntentRecord& record = outcome.record;
  if (record.error_code == 0) {
    if (record.state == IntentState::kUnconfirmed) {
      out["errorCode"] = "unconfirmed";
      out["errorMessage"] = "Meta's answer never came and no status webhook settled it";
      out["advice"] =
          "Look for the message in the conversation, then resolve the intent as sent, failed or resend.";
    } else if (record.state == IntentState::kUnknown) {
      out["errorCode"] = "unknown_outcome";
      out["errorMessage"] = "the request may have reached Meta; a status webhook will settle it";
    } else if (record.state == IntentState::kExpired) {
      out["errorCode"] = "expired";
      out["errorMessage"] = "expiresAt passed before it could be sent";
    } else if (record.state == IntentState::kDead) {
      out["errorCode"] = "attempts_used_up";
      out["errorMessage"] = "every attempt failed before Meta took the message";
    }
    return;
  }
  const whatsapp::ErrorInfo info =
      whatsapp::explain(record.error_code, static_cast<int>(record.upstream_status), false);
  out["errorCode"] = whatsapp::code_text(record.error_code);
  out["errorMessage"] = outcome.detail.empty() ? info.meaning : expose(outcome.detail, Purpose::kAnswer);
  out["advice"] = info.advice;
}

/// What a queued intent waits for, and until when as far as that is known.
void add_waiting(const store::IntentRecord& record, json::object& out) {
  if (!store::is_open(record.state)) return;
  const bool queued = record.state == IntentState::kAccepted || record.state == IntentState::kRetryWait;
  if (queued && record.hold != store::Hold::kNone) out["hold"] = store::name(record.hold);
  const bool timeless =
      queued && (record.hold == store::Hold::kOrder || record.hold == store::Hold::kStopped);
  if (!timeless) out["dueAt"] = format_time(record.due);
}

void add_state(const outbound::Outcome& outcome, json::object& out) {
  const store::IntentRecord& record = outcome.record;
  out["state"] = store::name(record.state);
  if (!outcome.wamid.empty()) out["wamid"] = expose(outcome.wamid, Purpose::kAnswer);
  out["attempts"] = record.attempt;
  add_waiting(record, out);
  if (record.upstream_status != 0) out["upstreamStatus"] = record.upstream_status;
  if (record.alternative) out["fallbackUsed"] = true;
  if (!is_success(record.state)) add_error(outcome, out);
}

json::object pricing_json(const whatsapp::Pricing& pricing) {
  json::object out;
  if (!pricing.category.empty()) out["category"] = pricing.category;
  if (!pricing.type.empty()) out["type"] = pricing.type;
  if (!pricing.model.empty()) out["model"] = pricing.model;
  if (pricing.billable) out["billable"] = *pricing.billable;
  return out;
}

json::object line_json(const ResultLine& line, const json::storage_ptr& storage) {
  json::object out(storage);
  out.reserve(kLineFields);
  out["intentId"] = line.id.str();
  out["dedupeKey"] = line.dedupe_key;
  out["status"] = status_of(line);
  const bool refused = line.outcome && line.outcome->submission == Submission::kRefused;
  if (line.outcome && status_of(line) != "conflict" && !refused) add_state(*line.outcome, out);
  if (!line.error_code.empty()) {
    out["errorCode"] = line.error_code;
    out["errorMessage"] = line.error_message;
  }
  if (refused) {
    out["hold"] = store::name(line.outcome->record.hold);
    out["retryAfterMs"] = line.outcome->retry_after.count();
  }
  if (line.outcome) out["latencyMs"] = std::chrono::duration_cast<Millis>(line.outcome->latency).count();
  out["correlationId"] = line.correlation.str();
  return out;
}

}  // namespace

std::string_view status_of(const ResultLine& line) {
  if (!line.outcome) return "failed";
  const outbound::Outcome& outcome = *line.outcome;
  switch (outcome.submission) {
    case Submission::kBodyConflict:
    case Submission::kIdConflict:
      return "conflict";
    case Submission::kRefused:
      return "failed";
    case Submission::kDuplicate:
      return "deduped";
    case Submission::kNew:
      break;
  }
  if (is_success(outcome.record.state)) return "sent";
  if (store::is_open(outcome.record.state) || outcome.record.state == IntentState::kUnconfirmed)
    return "pending";
  return "failed";
}

std::string results_json(const std::vector<ResultLine>& lines) {
  std::size_t sent = 0;
  std::size_t deduped = 0;
  std::size_t pending = 0;
  // One block of memory that goes at once: it all lives as long as this function.
  json::monotonic_resource memory{lines.size() * kLineBytes};
  const json::storage_ptr storage{&memory};
  json::array results(storage);
  results.reserve(lines.size());
  for (const ResultLine& line : lines) {
    const std::string_view status = status_of(line);
    if (status == "sent") ++sent;
    if (status == "deduped") ++deduped;
    if (status == "pending") ++pending;
    results.push_back(line_json(line, storage));
  }
  json::object summary(storage);
  summary["total"] = lines.size();
  summary["sent"] = sent;
  summary["deduped"] = deduped;
  summary["failed"] = lines.size() - sent - deduped - pending;
  summary["pending"] = pending;
  json::object result(storage);
  result["summary"] = std::move(summary);
  result["results"] = std::move(results);
  json::object answer(storage);
  answer["ok"] = true;
  answer["result"] = std::move(result);
  return json::serialize(answer);
}

json::object intent_json(const outbound::Outcome& outcome) {
  const store::IntentRecord& record = outcome.record;
  json::object out;
  out["intentId"] = record.id.str();
  out["tenantId"] = record.tenant.str();
  out["senderId"] = record.sender.str();
  out["correlationId"] = record.correlation.str();
  add_state(outcome, out);
  if (record.duplicates != 0) out["duplicates"] = record.duplicates;
  out["createdAt"] = format_time(record.created);
  out["updatedAt"] = format_time(record.updated);
  if (record.expires_at) out["expiresAt"] = format_time(*record.expires_at);
  json::array timeline;
  for (const auto& [state, at] : record.timeline) {
    timeline.push_back({{"state", store::name(state)}, {"at", format_time(at)}});
  }
  out["timeline"] = std::move(timeline);
  if (!record.pricing.empty()) {
    if (const auto pricing = whatsapp::unpack_pricing(record.pricing))
      out["pricing"] = pricing_json(*pricing);
  }
  return out;
}

}  // namespace wac::api
