#include "api/outcome_json.h"

#include "base/expose.h"
#include "base/rfc3339.h"
#include "whatsapp/json_writer.h"
#include "whatsapp/local_errors.h"
#include "whatsapp/pricing.h"

#include <algorithm>

namespace wac::api {
namespace {

using outbound::Submission;
using store::IntentState;
using whatsapp::ObjectWriter;

/// Of most lines of results_json(), and of what stands around them.
constexpr std::size_t kLineBytes = 448;
constexpr std::size_t kFrameBytes = 128;
/// Of most records.
constexpr std::size_t kRecordBytes = 1'024;

bool is_success(IntentState state) {
  return state == IntentState::kSent || state == IntentState::kDelivered || state == IntentState::kRead ||
         state == IntentState::kPlayed;
}

constexpr std::string_view kResolve =
    "Look for the message in the conversation, then resolve the intent as sent, failed or resend.";

void add_error(const outbound::Outcome& outcome, ObjectWriter& out) {
  const store::IntentRecord& record = outcome.record;
  if (record.error_code == 0) {
    if (record.state == IntentState::kUnconfirmed) {
      out.text("errorCode", "unconfirmed");
      out.text("errorMessage", "Meta's answer never came and no status webhook settled it");
      out.text("advice", kResolve);
    } else if (record.state == IntentState::kUnknown) {
      out.text("errorCode", "unknown_outcome");
      out.text("errorMessage", "the request may have reached Meta; a status webhook will settle it");
    } else if (record.state == IntentState::kExpired) {
      out.text("errorCode", "expired");
      out.text("errorMessage", "expiresAt passed before it could be sent");
    } else if (record.state == IntentState::kDead) {
      out.text("errorCode", "attempts_used_up");
      out.text("errorMessage", "every attempt failed before Meta took the message");
      out.text("advice", "Repair what kept the attempts from Meta, then redrive the intent.");
    }
    return;
  }
  const whatsapp::ErrorInfo info =
      whatsapp::explain(record.error_code, static_cast<int>(record.upstream_status), false);
  out.text("errorCode", whatsapp::code_text(record.error_code));
  out.text("errorMessage", outcome.detail.empty() ? info.meaning : expose(outcome.detail, Purpose::kAnswer));
  // No status is coming any more, whatever the code says.
  out.text("advice", record.state == IntentState::kUnconfirmed ? kResolve : info.advice);
}

/// What a queued intent waits for, and until when as far as that is known.
void add_waiting(const store::IntentRecord& record, ObjectWriter& out) {
  if (!store::is_open(record.state)) return;
  const bool queued = record.state == IntentState::kAccepted || record.state == IntentState::kRetryWait;
  if (queued && record.hold != store::Hold::kNone) out.text("hold", store::name(record.hold));
  const bool timeless =
      queued && (record.hold == store::Hold::kOrder || record.hold == store::Hold::kStopped);
  if (!timeless) out.text("dueAt", format_time(record.due));
}

void add_state(const outbound::Outcome& outcome, ObjectWriter& out) {
  const store::IntentRecord& record = outcome.record;
  out.text("state", store::name(record.state));
  if (!outcome.wamid.empty()) out.text("wamid", expose(outcome.wamid, Purpose::kAnswer));
  out.whole("attempts", record.attempt);
  add_waiting(record, out);
  if (record.upstream_status != 0) out.whole("upstreamStatus", record.upstream_status);
  if (record.alternative) out.flag("fallbackUsed", true);
  if (!is_success(record.state)) add_error(outcome, out);
}

void append_pricing(std::string& text, const whatsapp::Pricing& pricing) {
  ObjectWriter out{text};
  if (!pricing.category.empty()) out.text("category", pricing.category);
  if (!pricing.type.empty()) out.text("type", pricing.type);
  if (!pricing.model.empty()) out.text("model", pricing.model);
  if (pricing.billable) out.flag("billable", *pricing.billable);
  out.end();
}

void append_timeline(std::string& text, const store::IntentRecord& record) {
  text += '[';
  for (const auto& [state, at] : record.timeline) {
    if (text.back() != '[') text += ',';
    ObjectWriter out{text};
    out.text("state", store::name(state));
    out.text("at", format_time(at));
    out.end();
  }
  text += ']';
}

void append_line(std::string& text, const ResultLine& line, std::string_view status) {
  ObjectWriter out{text};
  out.text("intentId", line.id.str());
  out.text("dedupeKey", line.dedupe_key);
  out.text("status", status);
  const bool refused = line.outcome && line.outcome->submission == Submission::kRefused;
  if (line.outcome && status != "conflict" && !refused) add_state(*line.outcome, out);
  if (!line.error_code.empty()) {
    out.text("errorCode", line.error_code);
    out.text("errorMessage", line.error_message);
  }
  if (refused) {
    out.text("hold", store::name(line.outcome->record.hold));
    out.whole("retryAfterMs", line.outcome->retry_after.count());
  }
  if (line.outcome) out.whole("latencyMs", std::chrono::duration_cast<Millis>(line.outcome->latency).count());
  out.text("correlationId", line.correlation.str());
  out.end();
}

void append_summary(std::string& text, const std::vector<ResultLine>& lines) {
  const auto count = [&](std::string_view status) { return std::ranges::count(lines, status, status_of); };
  ObjectWriter out{text};
  out.whole("total", lines.size());
  for (const std::string_view status : {"sent", "deduped"}) out.whole(status, count(status));
  out.whole("failed", count("failed") + count("conflict"));
  out.whole("pending", count("pending"));
  out.end();
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
  std::string text;
  text.reserve(kFrameBytes + lines.size() * kLineBytes);
  text += R"({"ok":true,"result":{"summary":)";
  append_summary(text, lines);
  text += R"(,"results":[)";
  for (const ResultLine& line : lines) {
    if (&line != &lines.front()) text += ',';
    append_line(text, line, status_of(line));
  }
  text += "]}}";
  return text;
}

std::string intent_json(const outbound::Outcome& outcome) {
  const store::IntentRecord& record = outcome.record;
  std::string text;
  text.reserve(kRecordBytes);
  ObjectWriter out{text};
  out.text("intentId", record.id.str());
  out.text("tenantId", record.tenant.str());
  out.text("senderId", record.sender.str());
  out.text("correlationId", record.correlation.str());
  add_state(outcome, out);
  if (record.duplicates != 0) out.whole("duplicates", record.duplicates);
  out.text("createdAt", format_time(record.created));
  out.text("updatedAt", format_time(record.updated));
  if (record.expires_at) out.text("expiresAt", format_time(*record.expires_at));
  append_timeline(out.name("timeline"), record);
  if (!record.pricing.empty()) {
    if (const auto pricing = whatsapp::unpack_pricing(record.pricing))
      append_pricing(out.name("pricing"), *pricing);
  }
  out.end();
  return text;
}

}  // namespace wac::api
