#include "api/event_groups_api.h"

#include "api/group_json.h"
#include "api/group_stream.h"

#include <boost/json.hpp>

namespace wac::api {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;
using net::Method;

HttpResponse answer(const json::object& body) {
  HttpResponse response;
  response.body = json::serialize(body);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

HttpResponse failed(const Error& error) {
  switch (error.code) {
    case ErrorCode::kNotFound:
      return not_found();
    case ErrorCode::kConflict:
      return problem(409, "group_differs",
                     "The group was made with other types or senders: delete it first.");
    case ErrorCode::kTooLarge:
      return problem(409, "too_many_groups", "The tenant has EVENT_GROUPS_MAX groups: delete one.");
    case ErrorCode::kTimeout:
      return unavailable(
          "seek_unfinished",
          "REQUEST_BUDGET_MS was over before that time was found in the log. Nothing changed.");
    default:
      return store_failed(error);
  }
}

}  // namespace

HttpResponse EventGroupsApi::invalid(const std::vector<FieldError>& errors) {
  parts_.metrics.add(telemetry::Counter::kApiInvalid);
  return problem(400, "invalid_request", "See \"errors\".", errors);
}

Task<HttpResponse> EventGroupsApi::read(const HttpRequest& request, TenantId tenant, std::size_t limit,
                                        Millis wait) {
  std::vector<FieldError> errors;
  GroupQuery query = parse_group_query(request.query, errors);
  if (!errors.empty() || !query.group) co_return invalid(errors);
  Name name{std::move(tenant), *query.group};
  if (request.header("accept").find("text/event-stream") == std::string_view::npos) {
    co_return co_await poll(std::move(name), std::move(query), limit, wait);
  }
  if (!query.acks.empty())
    co_return invalid({{"?ack", "must be left out of a stream: POST it to /v1/event-groups/{group}/ack"}});
  const auto created = co_await parts_.groups.create(name, query.create);
  if (!created) co_return failed(created.error());
  auto allowed = parts_.auth.while_valid(request, name.tenant);
  co_return group_stream(
      {parts_.groups, parts_.loop, std::move(name), parts_.config.groups.in_flight, std::move(allowed)});
}

Task<HttpResponse> EventGroupsApi::poll(Name name, GroupQuery query, std::size_t limit, Millis wait) {
  const ParsedTokens parsed = parse_tokens(query.acks);
  delivery::TakeOrder order;
  order.holder = parts_.groups.new_holder();
  order.acks = parsed.tokens;
  order.limit = limit;
  order.create = query.create;
  const Deadline until{parts_.loop.now() + wait};
  const auto taken = co_await parts_.groups.take(std::move(name), std::move(order), until);
  if (!taken) co_return failed(taken.error());
  HttpResponse response;
  response.body = taken_json(*taken, unknown_json(query.acks, parsed, taken->unknown));
  response.headers.emplace_back("Cache-Control", "no-store");
  co_return response;
}

Task<HttpResponse> EventGroupsApi::handle(const HttpRequest& request, std::string_view rest) {
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
  const auto group = ConsumerId::parse(rest.substr(1, slash == std::string_view::npos ? slash : slash - 1));
  if (!group) co_return not_found();
  Name name{std::move(*tenant), *group};
  const std::string_view what = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash);
  if (what.empty()) {
    if (request.method == Method::kGet) co_return co_await one(std::move(name));
    if (request.method == Method::kDelete) co_return co_await remove(std::move(name));
    co_return method_not_allowed("GET, DELETE");
  }
  if (what == "/dead-letters") {
    if (request.method != Method::kGet) co_return method_not_allowed("GET");
    co_return co_await dead_letters(std::move(name));
  }
  if (request.method != Method::kPost) co_return method_not_allowed("POST");
  co_return co_await post(std::move(name), what, request.body);
}

Task<HttpResponse> EventGroupsApi::post(Name name, std::string_view what, std::string_view body) {
  if (what == "/ack" || what == "/extend" || what == "/nack")
    co_return co_await tokens(std::move(name), what, body);
  if (what == "/seek") co_return co_await seek(std::move(name), body);
  if (what == "/dead-letters/redrive") co_return co_await redrive(std::move(name));
  co_return not_found();
}

Task<HttpResponse> EventGroupsApi::tokens(Name name, std::string_view what, std::string_view body) {
  std::vector<FieldError> errors;
  const auto request = parse_tokens(body, what == "/nack" ? Delay::kAllowed : Delay::kNone, errors);
  if (!request) co_return invalid(errors);
  const ParsedTokens parsed = parse_tokens(request->acks);
  Result<delivery::TokenOutcome> outcome;
  std::string_view counted = "acknowledged";
  if (what == "/ack") {
    outcome = co_await parts_.groups.acknowledge(std::move(name), parsed.tokens);
  } else if (what == "/extend") {
    counted = "extended";
    outcome = co_await parts_.groups.extend(std::move(name), parsed.tokens);
  } else {
    counted = "givenBack";
    outcome = co_await parts_.groups.give_back(std::move(name), parsed.tokens, request->delay);
  }
  if (!outcome) co_return failed(outcome.error());
  co_return answer(
      {{counted, outcome->events}, {"unknown", unknown_json(request->acks, parsed, outcome->unknown)}});
}

Task<HttpResponse> EventGroupsApi::seek(Name name, std::string_view body) {
  std::vector<FieldError> errors;
  auto order = parse_seek(body, errors);
  if (!order) co_return invalid(errors);
  const bool dry_run = order->dry_run;
  const Deadline deadline{parts_.loop.now() + parts_.config.request_budget};
  const auto sought = co_await parts_.desk.seek(std::move(name), std::move(*order), deadline);
  if (!sought) co_return failed(sought.error());
  json::object object = to_json(sought->after, parts_.loop.wall_now());
  object["dropped"] = sought->dropped;
  object["dryRun"] = dry_run;
  co_return answer(object);
}

Task<HttpResponse> EventGroupsApi::list(TenantId tenant) {
  const auto reports = co_await parts_.desk.list(std::move(tenant));
  if (!reports) co_return failed(reports.error());
  json::array groups;
  for (const auto& report : *reports) groups.push_back(to_json(report, parts_.loop.wall_now()));
  co_return answer({{"groups", std::move(groups)}});
}

Task<HttpResponse> EventGroupsApi::one(Name name) {
  const auto report = co_await parts_.desk.report(std::move(name));
  if (!report) co_return failed(report.error());
  co_return answer(to_json(*report, parts_.loop.wall_now()));
}

Task<HttpResponse> EventGroupsApi::remove(Name name) {
  const auto removed = co_await parts_.desk.remove(std::move(name));
  if (!removed) co_return failed(removed.error());
  co_return answer({{"deleted", true}});
}

Task<HttpResponse> EventGroupsApi::dead_letters(Name name) {
  const auto letters = co_await parts_.desk.dead_letters(std::move(name));
  if (!letters) co_return failed(letters.error());
  json::array list;
  for (const auto& letter : *letters) list.push_back(to_json(letter));
  co_return answer({{"deadLetters", std::move(list)}});
}

Task<HttpResponse> EventGroupsApi::redrive(Name name) {
  const auto redriven = co_await parts_.desk.redrive(std::move(name), parts_.config.groups);
  if (!redriven) co_return failed(redriven.error());
  co_return answer({{"redriven", *redriven}});
}

}  // namespace wac::api
