#include "api/admin_handler.h"

#include "api/problem.h"
#include "api/sender_metrics.h"
#include "base/rfc3339.h"

#include <boost/json.hpp>

#include <charconv>

namespace wac::api {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;

constexpr std::size_t kLedgerPage = 500;

json::object record_json(const store::IntentRecord& record) {
  json::object out;
  out["key"] = record.key.hex();
  out["tenantId"] = record.tenant.str();
  out["intentId"] = record.id.str();
  out["senderId"] = record.sender.str();
  out["state"] = store::name(record.state);
  out["attempts"] = record.attempt;
  out["errorCode"] = record.error_code;
  out["duplicates"] = record.duplicates;
  out["createdAt"] = format_time(record.created);
  out["updatedAt"] = format_time(record.updated);
  return out;
}

HttpResponse json_response(const json::value& body) {
  HttpResponse response;
  response.body = json::serialize(body);
  return response;
}

}  // namespace

std::size_t AdminHandler::body_limit(net::Method /*method*/, std::string_view /*path*/) const {
  return 0;
}

Task<HttpResponse> AdminHandler::handle(const HttpRequest& request) {
  if (request.method != net::Method::kGet)
    co_return problem(405, "method_not_allowed", "The admin port is read-only.");
  if (request.path == "/health") co_return health_response(parts_.health);
  if (request.path == "/livez") co_return livez_response(parts_.health);
  if (request.path == "/readyz") co_return readyz_response(parts_.health);
  if (request.path == "/metrics") {
    HttpResponse response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = parts_.metrics.render();
    response.body +=
        co_await read_sender_metrics(parts_.intents, parts_.directory.partitions(), parts_.loop.wall_now());
    co_return response;
  }
  if (request.path != "/admin/ledger") co_return problem(404, "not_found", "There is no such resource.");
  if (!parts_.auth.admin_allowed(request)) {
    co_return problem(401, "unauthorized", "Send ADMIN_KEY as \"Authorization: Bearer <key>\".");
  }
  std::string partition;
  if (!net::query_parameter(request.query, "partition", partition)) co_return co_await ledger_summary();
  std::uint16_t number = Partition::kCount;
  std::from_chars(partition.data(), partition.data() + partition.size(), number);
  if (number >= Partition::kCount) co_return problem(400, "invalid_request", "partition must be 0 to 63.");
  std::string cursor;
  net::query_parameter(request.query, "cursor", cursor);
  co_return co_await ledger_page({number}, std::move(cursor));
}

Task<HttpResponse> AdminHandler::ledger_summary() {
  json::array partitions;
  for (const Partition partition : parts_.directory.partitions()) {
    const auto counts = co_await parts_.intents.count(partition, parts_.loop.wall_now());
    if (!counts) co_return unavailable("store_unavailable", "The store is unavailable.");
    json::object open;
    for (std::size_t i = 0; i < counts->by_state.size(); ++i) {
      const auto state = store::intent_state_from(static_cast<std::uint8_t>(i));
      if (state && counts->by_state[i] != 0) open[store::name(*state)] = counts->by_state[i];
    }
    json::object entry{
        {"partition", partition.number}, {"open", std::move(open)}, {"dueNow", counts->due_now}};
    if (counts->oldest_due) entry["oldestDue"] = format_time(*counts->oldest_due);
    partitions.push_back(std::move(entry));
  }
  co_return json_response(json::object{{"partitions", std::move(partitions)}});
}

Task<HttpResponse> AdminHandler::ledger_page(Partition partition, std::string cursor) {
  const auto page = co_await parts_.intents.scan(partition, std::move(cursor), kLedgerPage);
  if (!page) {
    if (page.error().code == ErrorCode::kInvalid)
      co_return problem(400, "invalid_cursor", "Use a cursor this API gave.");
    co_return unavailable("store_unavailable", "The store is unavailable.");
  }
  json::array records;
  for (const store::IntentRecord& record : page->records) records.push_back(record_json(record));
  co_return json_response(json::object{{"records", std::move(records)}, {"cursor", page->cursor}});
}

}  // namespace wac::api
