#include "api/consumers_api.h"

#include "api/json_fields.h"
#include "base/rfc3339.h"

#include <boost/json.hpp>

#include <algorithm>

namespace wac::api {
namespace {

namespace json = boost::json;
using delivery::ConsumerName;
using net::HttpRequest;
using net::HttpResponse;
using net::Method;

HttpResponse answer(int status, const json::object& body) {
  HttpResponse response;
  response.status = status;
  response.body = json::serialize(body);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

void add_time(json::object& object, std::string_view name, WallTime time) {
  if (time != WallTime{}) object[name] = format_time(time);
}

json::object report_json(const delivery::ConsumerReport& report, WallTime now) {
  const delivery::Endpoint& endpoint = report.state.endpoint;
  json::object object{{"id", report.id.str()},
                      {"state", delivery::word_for(endpoint)},
                      {"begun", report.begun},
                      {"served", report.served},
                      {"delivered", report.state.taken},
                      {"pending", report.pending},
                      {"pendingIsMore", report.more},
                      {"deadLetters", report.dead_letters},
                      {"failuresInARow", endpoint.failures}};
  if (report.oldest) {
    object["oldestPending"] = format_time(*report.oldest);
    object["oldestPendingAgeMs"] = std::max<std::int64_t>((now - *report.oldest).count(), 0);
  }
  if (endpoint.failures > 0) add_time(object, "failingSince", endpoint.failing_since);
  if (endpoint.paused) add_time(object, "nextProbe", endpoint.next_probe);
  add_time(object, "lastDelivered", endpoint.last_taken_at);
  if (!endpoint.last_error.empty()) {
    object["lastError"] = endpoint.last_error;
    add_time(object, "lastErrorAt", endpoint.last_error_at);
  }
  if (report.state.replay) {
    object["replay"] = json::object{{"from", format_time(report.state.replay->range.from)},
                                    {"to", format_time(report.state.replay->range.to)}};
  }
  return object;
}

struct ReplayRequest {
  delivery::ReplayRange range;
  bool dry_run = false;
};

std::optional<ReplayRequest> parse_replay(std::string_view body, std::vector<FieldError>& errors) {
  boost::system::error_code failed;
  const json::value value = json::parse(body, failed);
  if (failed || !value.is_object()) {
    errors.push_back({"", "must be a JSON object"});
    return std::nullopt;
  }
  JsonFields fields{value.get_object(), "", errors};
  const auto from = fields.time("from");
  const auto to = fields.time("to");
  const auto dry_run = fields.flag("dryRun");
  fields.refuse_unknown();
  if (!errors.empty()) return std::nullopt;
  if (!from) errors.push_back({"/from", "is required"});
  if (!to) errors.push_back({"/to", "is required"});
  if (from && to && *to < *from) errors.push_back({"/to", "must not be before \"from\""});
  if (!errors.empty()) return std::nullopt;
  return ReplayRequest{{*from, *to}, dry_run.value_or(false)};
}

}  // namespace

Task<HttpResponse> ConsumersApi::handle(const HttpRequest& request, std::string_view rest) {
  auto tenant = parts_.auth.tenant_of(request);
  if (!tenant) {
    parts_.metrics.add(telemetry::Counter::kApiUnauthorized);
    co_return unauthorized();
  }
  if (rest.empty()) {
    if (request.method != Method::kGet) co_return method_not_allowed("GET");
    co_return co_await list(std::move(*tenant));
  }
  const auto slash = rest.find('/', 1);
  const auto id = ConsumerId::parse(rest.substr(1, slash == std::string_view::npos ? slash : slash - 1));
  const config::SnapshotRef snapshot = parts_.directory.snapshot();
  if (!id || slash == std::string_view::npos || snapshot->consumer(*tenant, *id) == nullptr) {
    co_return not_found();
  }
  const std::string_view what = rest.substr(slash);
  ConsumerName name{std::move(*tenant), *id};
  if (what == "/dead-letters") {
    if (request.method != Method::kGet) co_return method_not_allowed("GET");
    co_return co_await dead_letters(std::move(name));
  }
  if (what != "/resume" && what != "/dead-letters/redrive" && what != "/replay") co_return not_found();
  if (request.method != Method::kPost) co_return method_not_allowed("POST");
  if (what == "/resume") co_return co_await resume(std::move(name));
  if (what == "/replay") co_return co_await replay(std::move(name), request.body);
  co_return co_await redrive(std::move(name));
}

Task<HttpResponse> ConsumersApi::list(TenantId tenant) {
  const auto reports = co_await parts_.desk.list(std::move(tenant));
  if (!reports) co_return store_failed(reports.error());
  json::array consumers;
  for (const delivery::ConsumerReport& report : *reports) {
    consumers.push_back(report_json(report, parts_.loop.wall_now()));
  }
  co_return answer(200, {{"consumers", std::move(consumers)}});
}

Task<HttpResponse> ConsumersApi::dead_letters(ConsumerName name) {
  const auto letters = co_await parts_.desk.dead_letters(std::move(name));
  if (!letters) co_return store_failed(letters.error());
  json::array list;
  for (const delivery::DeadLetter& letter : *letters) {
    list.push_back(json::object{{"eventId", letter.id.hex()},
                                {"type", letter.type},
                                {"reason", letter.reason},
                                {"tries", letter.tries},
                                {"at", format_time(letter.at)},
                                {"cursor", letter.before}});
  }
  co_return answer(200, {{"deadLetters", std::move(list)}});
}

Task<HttpResponse> ConsumersApi::resume(ConsumerName name) {
  const auto ordered = co_await parts_.desk.resume(std::move(name));
  if (!ordered) co_return store_failed(ordered.error());
  co_return answer(202, {{"accepted", true}});
}

Task<HttpResponse> ConsumersApi::redrive(ConsumerName name) {
  const auto ordered = co_await parts_.desk.redrive(std::move(name));
  if (!ordered) co_return store_failed(ordered.error());
  co_return answer(202, {{"accepted", true}, {"deadLetters", *ordered}});
}

Task<HttpResponse> ConsumersApi::replay(ConsumerName name, std::string_view body) {
  std::vector<FieldError> errors;
  const auto wanted = parse_replay(body, errors);
  if (!wanted) {
    parts_.metrics.add(telemetry::Counter::kApiInvalid);
    co_return problem(400, "invalid_request", "See \"errors\".", errors);
  }
  // Counted first in any case: what is going to be sent again is no surprise.
  const Deadline deadline{parts_.loop.now() + parts_.config.request_budget};
  const auto count = co_await parts_.desk.count(name, wanted->range, deadline);
  if (!count) co_return store_failed(count.error());
  if (!wanted->dry_run) {
    const auto ordered = co_await parts_.desk.replay(std::move(name), wanted->range);
    if (!ordered && ordered.error().code == ErrorCode::kConflict) {
      co_return problem(409, "state_conflict", "A replay for this consumer is going on.");
    }
    if (!ordered) co_return store_failed(ordered.error());
  }
  co_return answer(wanted->dry_run ? 200 : 202,
                   {{"events", count->events}, {"complete", count->complete}, {"dryRun", wanted->dry_run}});
}

}  // namespace wac::api
