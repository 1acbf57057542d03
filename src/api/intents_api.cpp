#include "api/intents_api.h"

#include "api/dry_run.h"
#include "base/expose.h"
#include "telemetry/trace_context.h"

#include <algorithm>

namespace wac::api {
namespace {

using net::HttpRequest;
using net::HttpResponse;
using net::Method;
using outbound::Submission;
using outbound::Wait;
using telemetry::Counter;

/// A Retry-After of zero would invite a storm.
constexpr std::chrono::seconds kPausedRetry{1};

bool wants_async(const HttpRequest& request) {
  return request.header("prefer").find("respond-async") != std::string_view::npos;
}

/// 503 with the longest of their waits when every intent was refused because its sender is paused.
std::optional<HttpResponse> all_paused(const std::vector<ResultLine>& lines) {
  Millis wait{0};
  for (const ResultLine& line : lines) {
    if (!line.outcome || line.outcome->submission != Submission::kRefused) return std::nullopt;
    wait = std::max(wait, line.outcome->retry_after);
  }
  HttpResponse response =
      problem(503, "sender_paused", "The sender is paused: GET /v1/senders says why and until when.");
  const auto seconds = std::max(std::chrono::ceil<std::chrono::seconds>(wait), kPausedRetry);
  response.headers.emplace_back("Retry-After", std::to_string(seconds.count()));
  return response;
}

/// The answer when not one intent of the request was recorded, or nothing.
std::optional<HttpResponse> whole_failure(const std::vector<ResultLine>& lines,
                                          const std::vector<std::optional<Error>>& errors) {
  const auto failed = std::ranges::find_if(errors, [](const auto& error) { return error.has_value(); });
  const bool recorded =
      std::ranges::any_of(lines, [](const ResultLine& line) { return line.outcome.has_value(); });
  if (failed != errors.end() && !recorded) return store_failed(**failed);
  if (auto paused = all_paused(lines)) return paused;
  const bool conflicts =
      std::ranges::all_of(lines, [](const ResultLine& line) { return status_of(line) == "conflict"; });
  if (!conflicts) return std::nullopt;
  const bool body = lines.front().outcome->submission == Submission::kBodyConflict;
  return body ? problem(409, "idempotency_key_reused", "This dedupe key was used before with another body.")
              : problem(409, "intent_id_reused", "This intent id was used before with another dedupe key.");
}

}  // namespace

CorrelationId IntentsApi::correlation_of(const HttpRequest& request) {
  if (auto given = CorrelationId::parse(request.header("x-correlation-id"))) return std::move(*given);
  if (const auto context = telemetry::TraceContext::parse(request.header("traceparent"))) {
    return *CorrelationId::parse(context->trace.hex());
  }
  return *CorrelationId::parse(make_uuid(parts_.random));
}

Task<HttpResponse> IntentsApi::post(const HttpRequest& request, TenantId tenant) {
  IntentDefaults defaults;
  defaults.tenant = std::move(tenant);
  defaults.on_unknown = parts_.config.resend_unknown ? store::OnUnknown::kResend : store::OnUnknown::kHold;
  defaults.correlation = correlation_of(request);
  defaults.now = parts_.loop.wall_now();
  ParsedRequest parsed = parse_intents(request.body, defaults, parts_.directory);
  if (!parsed.errors.empty()) {
    parts_.metrics.add(Counter::kApiInvalid);
    co_return problem(400, "invalid_request", "Nothing was sent: see \"errors\".", parsed.errors);
  }
  const auto dry = wants_dry_run(request.query);
  if (!dry) {
    parts_.metrics.add(Counter::kApiInvalid);
    co_return problem(400, "invalid_request", "Nothing was sent: dryRun must be true or false.");
  }
  const Deadline deadline{parts_.loop.now() + parts_.config.request_budget};
  if (*dry) {
    HttpResponse response = co_await dry_run(std::move(parsed.intents), deadline);
    response.headers.emplace_back("X-Correlation-Id", defaults.correlation.str());
    co_return response;
  }
  const bool async = wants_async(request);
  const Wait wait = async ? Wait::kForRecord : Wait::kForOutcome;

  std::vector<ResultLine> lines(parsed.intents.size());
  std::vector<std::optional<Error>> errors(lines.size());
  if (lines.size() == 1) {
    co_await submit_one(std::move(parsed.intents.front()), wait, deadline, &lines.front(), &errors.front());
  } else {
    TaskScope scope;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      scope.spawn(submit_one(std::move(parsed.intents[i]), wait, deadline, &lines[i], &errors[i]));
    }
    co_await scope.join();
  }
  auto failure = whole_failure(lines, errors);
  HttpResponse response = failure ? std::move(*failure) : HttpResponse{};
  if (!failure) {
    response.status = async ? 202 : 200;
    response.body = results_json(lines);
    if (async) response.headers.emplace_back("Preference-Applied", "respond-async");
  }
  response.headers.emplace_back("X-Correlation-Id", defaults.correlation.str());
  co_return response;
}

Task<HttpResponse> IntentsApi::dry_run(std::vector<ParsedIntent> intents, Deadline deadline) {
  std::vector<DryRunLine> lines;
  for (std::size_t i = 0; i < intents.size(); ++i) {
    const std::string pointer = "/intents/" + std::to_string(i);
    if (auto* rejected = std::get_if<RejectedIntent>(&intents[i])) {
      lines.push_back(rejected_line(std::move(*rejected), pointer));
      continue;
    }
    auto& intent = std::get<outbound::Intent>(intents[i]);
    IntentId id = intent.id;
    auto found = co_await parts_.outbound.dry_run(std::move(intent), deadline);
    lines.push_back(checked_line(std::move(id), std::move(found), pointer));
  }
  HttpResponse response;
  response.body = dry_run_json(lines);
  co_return response;
}

Task<void> IntentsApi::submit_one(ParsedIntent parsed, Wait wait, Deadline deadline, ResultLine* line,
                                  std::optional<Error>* error) {
  if (auto* rejected = std::get_if<RejectedIntent>(&parsed)) {
    line->id = std::move(rejected->id);
    line->dedupe_key = expose(rejected->dedupe_key, Purpose::kAnswer);
    line->correlation = std::move(rejected->correlation);
    line->error_code = rejected->code;
    line->error_message = rejected->message;
    parts_.metrics.add(Counter::kMessagesFailed);
    co_return;
  }
  auto& intent = std::get<outbound::Intent>(parsed);
  line->id = intent.id;
  line->dedupe_key = expose(intent.dedupe_key, Purpose::kAnswer);
  line->correlation = intent.correlation;
  auto outcome = co_await parts_.outbound.submit(std::move(intent), wait, deadline);
  if (outcome) {
    line->outcome = std::move(*outcome);
    if (line->outcome->submission == Submission::kBodyConflict) {
      line->error_code = "idempotency_key_reused";
      line->error_message = "this dedupe key was used before with another body";
    } else if (line->outcome->submission == Submission::kIdConflict) {
      line->error_code = "intent_id_reused";
      line->error_message = "this intent id was used before with another dedupe key";
    } else if (line->outcome->submission == Submission::kRefused) {
      line->error_code = "sender_paused";
      line->error_message = "its sender is paused and whenPaused is \"refuse\": nothing is recorded";
    }
    co_return;
  }
  *error = outcome.error();
  line->error_code = "store_unavailable";
  line->error_message = "not recorded as far as we know; repeating the same intent is safe";
}

Task<HttpResponse> IntentsApi::one(const HttpRequest& request, std::string_view rest) {
  const auto tenant = parts_.auth.tenant_of(request);
  if (!tenant) co_return unauthorized();
  const std::string_view action = rest.substr(std::min(rest.find('/'), rest.size()));
  rest.remove_suffix(action.size());
  const auto id = IntentId::parse(rest);
  const bool resolve = action == "/resolve";
  const bool redrive = action == "/redrive";
  if (!id || !(action.empty() || resolve || redrive)) co_return not_found();
  if (action.empty() && request.method == Method::kGet) {
    const auto found = co_await parts_.outbound.find(*tenant, *id);
    if (!found) co_return store_failed(found.error());
    if (!*found) co_return not_found();
    HttpResponse response;
    response.body = intent_json(**found);
    co_return response;
  }
  store::Command what = store::Command::kCancel;
  if (!action.empty() && request.method != Method::kPost) co_return method_not_allowed("POST");
  if (redrive) {
    what = store::Command::kRedrive;
  } else if (resolve) {
    const auto chosen = parse_resolution(request.body);
    if (!chosen) {
      co_return problem(400, "invalid_request", "The body must be {\"as\":\"sent\"|\"failed\"|\"resend\"}.",
                        {{"/as", "must be \"sent\", \"failed\" or \"resend\""}});
    }
    what = *chosen;
  } else if (request.method != Method::kDelete) {
    co_return method_not_allowed("GET, DELETE");
  }
  co_return co_await command(*tenant, *id, what);
}

Task<HttpResponse> IntentsApi::command(TenantId tenant, IntentId id, store::Command command) {
  const auto changed = co_await parts_.outbound.command(std::move(tenant), std::move(id), command);
  if (changed) {
    HttpResponse response;
    response.body = intent_json(*changed);
    co_return response;
  }
  if (changed.error().code == ErrorCode::kNotFound) co_return not_found();
  if (changed.error().code == ErrorCode::kConflict) {
    co_return problem(409, "state_conflict", "The intent's state does not allow this.");
  }
  co_return store_failed(changed.error());
}

}  // namespace wac::api
