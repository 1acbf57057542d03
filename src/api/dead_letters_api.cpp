#include "api/dead_letters_api.h"

#include "api/json_fields.h"
#include "api/outcome_json.h"
#include "api/problem.h"
#include "whatsapp/json_text.h"
#include "whatsapp/local_errors.h"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>

namespace wac::api {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;
using net::Method;
using outbound::RedriveOrder;

constexpr std::size_t kDefaultPage = 100;
constexpr std::size_t kLargestPage = 500;
constexpr std::size_t kMostRedriven = 1'000;

std::optional<std::size_t> number_of(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// As results show it: Meta's digits, a name of ours, or the word for those that no refusal ended.
std::optional<std::uint32_t> error_code_of(const json::value& value) {
  const json::string* text = value.if_string();
  if (text == nullptr) return std::nullopt;
  if (*text == "attempts_used_up") return 0;
  const auto code = whatsapp::code_from_text(std::string_view{*text});
  return code && *code != 0 ? code : std::nullopt;
}

/// Reads one member into the order; the rule it breaks, or an empty text.
std::string read_member(std::string_view name, const json::value& value, RedriveOrder& order) {
  if (name == "errorCode") {
    order.error_code = error_code_of(value);
    return order.error_code ? "" : "must be an errorCode as results show it";
  }
  if (name == "dryRun") {
    const bool* dry = value.if_bool();
    if (dry != nullptr) order.run = *dry ? RedriveOrder::Run::kDry : RedriveOrder::Run::kReal;
    return dry != nullptr ? "" : "must be true or false";
  }
  if (name == "limit") {
    const std::int64_t* limit = value.if_int64();
    const bool good = limit != nullptr && *limit >= 1 && *limit <= static_cast<std::int64_t>(kMostRedriven);
    if (good) order.limit = static_cast<std::size_t>(*limit);
    return good ? "" : "must be a number from 1 to 1000";
  }
  return "is not a field of this object";
}

HttpResponse json_response(const json::object& body) {
  HttpResponse response;
  response.body = json::serialize(body);
  return response;
}

}  // namespace

std::variant<RedriveOrder, BadRedrive> parse_redrive(std::string_view body) {
  const auto value = whatsapp::parse_json(body, {});
  const json::object* object = value ? value->if_object() : nullptr;
  if (object == nullptr) return BadRedrive{"", "must be a JSON object"};
  if (!object->contains("dryRun")) return BadRedrive{"/dryRun", "is required"};
  RedriveOrder order;
  for (const auto& member : *object) {
    std::string rule = read_member(member.key(), member.value(), order);
    if (!rule.empty()) return BadRedrive{"/" + std::string{member.key()}, std::move(rule)};
  }
  return order;
}

Task<HttpResponse> DeadLettersApi::handle(const HttpRequest& request, std::string_view rest) {
  auto tenant = auth_.tenant_of(request);
  if (!tenant) co_return unauthorized();
  if (rest.empty()) {
    if (request.method != Method::kGet) co_return method_not_allowed("GET");
    co_return co_await list(request, std::move(*tenant));
  }
  if (rest != "/redrive") co_return not_found();
  if (request.method != Method::kPost) co_return method_not_allowed("POST");
  auto order = parse_redrive(request.body);
  if (const auto* bad = std::get_if<BadRedrive>(&order)) {
    co_return problem(400, "invalid_request", "Nothing was redriven: see \"errors\".",
                      {{bad->pointer, bad->rule}});
  }
  co_return co_await redrive(std::move(*tenant), std::get<RedriveOrder>(order));
}

Task<HttpResponse> DeadLettersApi::list(const HttpRequest& request, TenantId tenant) {
  std::string cursor;
  std::string limit;
  net::query_parameter(request.query, "cursor", cursor);
  net::query_parameter(request.query, "limit", limit);
  const std::size_t wanted =
      std::clamp<std::size_t>(number_of(limit).value_or(kDefaultPage), 1, kLargestPage);
  auto page = co_await letters_.read(std::move(tenant), std::move(cursor), wanted);
  if (!page) {
    if (page.error().code == ErrorCode::kInvalid)
      co_return problem(400, "invalid_cursor", "Use a cursor this API gave.");
    co_return store_failed(page.error());
  }
  HttpResponse response;
  response.body = R"({"deadLetters":[)";
  for (store::IntentRecord& record : page->records) {
    outbound::Outcome outcome;
    outcome.record = std::move(record);
    if (response.body.back() != '[') response.body += ',';
    response.body += intent_json(outcome);
  }
  response.body += R"(],"cursor":)";
  whatsapp::append_json_string(response.body, page->cursor);
  response.body += '}';
  co_return response;
}

Task<HttpResponse> DeadLettersApi::redrive(TenantId tenant, RedriveOrder order) {
  const auto done = co_await letters_.redrive(std::move(tenant), order);
  if (!done) co_return store_failed(done.error());
  co_return json_response(json::object{{"dryRun", order.run == RedriveOrder::Run::kDry},
                                       {"matched", done->matched},
                                       {"redriven", done->redriven},
                                       {"more", done->more}});
}

}  // namespace wac::api
