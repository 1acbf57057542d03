// `send`: one intent, or many for a quick load.

#include "ctl/commands.h"
#include "ctl/json_view.h"
#include "ctl/load_summary.h"
#include "ctl/payload.h"
#include "ctl/report.h"

#include <boost/json.hpp>

#include <ostream>

namespace wac::ctl {
namespace {

namespace json = boost::json;

/// Intents under way at a time when no rate is given: enough to keep the connector's loops busy.
constexpr std::size_t kInFlight = 64;
/// With a rate, more are allowed before the pace suffers.
constexpr std::size_t kInFlightPaced = 1'000;

Call call_of(json::object intent, bool respond_async) {
  Call call;
  call.method = "POST";
  call.target = "/v1/intents";
  call.body = request_body(std::move(intent));
  call.respond_async = respond_async;
  return call;
}

json::value first_result(const Answer& answer) {
  const auto* result = member(answer.json, "result");
  if (result == nullptr) return nullptr;
  const auto& results = array_at(*result, "results");
  return results.empty() ? json::value{} : results.front();
}

/// A duplicate is as good as the intent it repeats.
Exit exit_of(const json::value& result, bool respond_async) {
  const std::string_view status = text_at(result, "status");
  if (status == "sent") return Exit::kOk;
  if (status == "pending") return respond_async ? Exit::kOk : Exit::kFailed;
  if (status != "deduped") return Exit::kFailed;
  const std::string_view state = text_at(result, "state");
  const bool sent = state == "sent" || state == "delivered" || state == "read" || state == "played";
  return sent || respond_async ? Exit::kOk : Exit::kFailed;
}

Exit report_check(const Console& console, const json::value& result) {
  console.out << (console.json() ? json::serialize(result) + '\n' : describe_check(result));
  return text_at(result, "status") == "valid" ? Exit::kOk : Exit::kFailed;
}

Task<Exit> send_one(Context& context, SendArguments arguments, json::object payload) {
  const IntentEnvelope envelope{
      .id = arguments.intent_id.empty() ? make_uuid(context.random) : arguments.intent_id,
      .to = arguments.to,
      .group = arguments.group,
      .sender = arguments.sender,
      .dedupe_key = arguments.dedupe_key,
      .reply_to = arguments.reply_to};
  const Console& console = context.console;
  if (!console.json()) console.err << "intent " << envelope.id << '\n';
  Call call = call_of(make_intent(envelope, std::move(payload)), arguments.respond_async);
  if (arguments.dry_run) call.target += "?dryRun=true";
  const Reply reply = co_await context.connector.call(std::move(call));
  if (!reply) co_return unreachable(console, context.connector, reply.error());
  if (!reply->ok()) co_return refused(console, *reply);
  const json::value result = first_result(*reply);
  if (arguments.dry_run) co_return report_check(console, result);
  const Exit exit = exit_of(result, arguments.respond_async);
  if (console.json()) {
    console.out << json::serialize(result) << '\n';
    co_return exit;
  }
  console.out << describe_intent(result);
  if (text_at(result, "status") == "pending") {
    console.out << "  it is recorded and goes on: connectorctl intents get " << envelope.id << '\n';
  }
  co_return exit;
}

/// Sends many; workers share it.
struct Load {
  Context& context;
  SendArguments arguments;
  json::object payload;
  MonoTime started;
  std::uint32_t begun = 0;
  bool stopped = false;
  std::optional<net::ClientFailure> failure;
  LoadSummary summary;

  bool more() const { return begun < arguments.count && !stopped; }
  MonoTime due(std::uint32_t number) const {
    if (arguments.rate == 0) return started;
    return started + Micros{static_cast<std::int64_t>(number * 1e6 / arguments.rate)};
  }
};

Task<void> send_numbered(std::shared_ptr<Load> load, std::uint32_t number) {
  Context& context = load->context;
  if (const MonoTime due = load->due(number); context.loop.now() < due)
    co_await sleep_until(context.loop, due);
  const SendArguments& arguments = load->arguments;
  const IntentEnvelope envelope{.id = make_uuid(context.random),
                                .to = arguments.to,
                                .group = arguments.group,
                                .sender = arguments.sender,
                                .dedupe_key = {},
                                .reply_to = arguments.reply_to};
  const MonoTime before = context.loop.now();
  const Reply reply =
      co_await context.connector.call(call_of(make_intent(envelope, load->payload), arguments.respond_async));
  const auto latency = std::chrono::duration_cast<Micros>(context.loop.now() - before);
  if (!reply) {
    load->failure = reply.error();
    load->stopped = true;
    load->summary.add("no answer", latency);
    co_return;
  }
  if (reply->ok()) {
    load->summary.add(text_at(first_result(*reply), "status"), latency);
    co_return;
  }
  load->summary.add("http " + std::to_string(reply->status), latency);
  // A wrong request stays wrong.
  if (reply->status < 500 && reply->status != 429 && !std::exchange(load->stopped, true)) {
    context.console.err << describe_problem(*reply);
  }
}

Task<void> send_some(std::shared_ptr<Load> load) {
  while (load->more()) {
    const std::uint32_t number = load->begun++;
    co_await send_numbered(load, number);
  }
}

Task<Exit> send_many(Context& context, SendArguments arguments, json::object payload) {
  auto load = std::make_shared<Load>(Load{.context = context,
                                          .arguments = std::move(arguments),
                                          .payload = std::move(payload),
                                          .started = context.loop.now(),
                                          .failure = {},
                                          .summary = {}});
  const std::size_t most = load->arguments.rate == 0 ? kInFlight : kInFlightPaced;
  TaskScope workers;
  for (std::size_t i = 0; i < std::min<std::size_t>(most, load->arguments.count); ++i)
    workers.spawn(send_some(load));
  co_await workers.join();
  const auto took = std::chrono::duration_cast<Micros>(context.loop.now() - load->started);
  if (context.console.json()) {
    context.console.out << json::serialize(load->summary.json(took)) << '\n';
  } else {
    context.console.out << load->summary.text(took);
  }
  if (load->failure) co_return unreachable(context.console, context.connector, *load->failure);
  const bool good = load->summary.all_good(load->arguments.count, load->arguments.respond_async);
  co_return good ? Exit::kOk : Exit::kFailed;
}

}  // namespace

Task<Exit> send(Context& context, SendArguments arguments) {
  auto payload = make_payload(arguments.message);
  if (!payload) {
    context.console.err << payload.error() << '\n';
    co_return Exit::kUsage;
  }
  if (arguments.count == 1) co_return co_await send_one(context, std::move(arguments), std::move(*payload));
  co_return co_await send_many(context, std::move(arguments), std::move(*payload));
}

}  // namespace wac::ctl
