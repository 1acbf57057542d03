// `smoke`: sends one of each principal type, waits for the answer and the statuses, prints a table.

#include "ctl/commands.h"
#include "ctl/json_view.h"
#include "ctl/payload.h"
#include "ctl/report.h"
#include "ctl/smoke_rules.h"

#include <boost/json.hpp>

#include <algorithm>
#include <ostream>

namespace wac::ctl {
namespace {

constexpr Millis kPoll{50};

class Smoke {
 public:
  Smoke(Context& context, SmokeArguments arguments)
      : context_(context), arguments_(std::move(arguments)), end_(context.loop.now() + arguments_.timeout) {}

  /// An exit status other than kOk has been explained.
  Task<Exit> run() {
    if (const Exit exit = co_await start_listening(); exit != Exit::kOk) co_return exit;
    for (const std::string_view type : kSmokeTypes) {
      if (const Exit exit = co_await send_type(type); exit != Exit::kOk) co_return exit;
    }
    if (const Exit exit = co_await watch(); exit != Exit::kOk) co_return exit;
    report();
    co_return all_done(rows_) ? Exit::kOk : Exit::kFailed;
  }

 private:
  Task<Exit> start_listening() {
    const Reply page = co_await context_.connector.get("/v1/events?cursor=%24&wait=0");
    if (!page) co_return unreachable(context_.console, context_.connector, page.error());
    if (!page->ok()) co_return refused(context_.console, *page);
    cursor_ = text_at(page->json, "cursor");
    co_return Exit::kOk;
  }

  /// Counts replies that have come; waits for one when `seconds` is not 0.
  Task<Exit> listen(std::int64_t seconds) {
    Call call;
    call.target = "/v1/events?cursor=" + percent_encode(cursor_) + "&wait=" + std::to_string(seconds);
    call.patience = Millis{seconds * 1'000};
    const Reply page = co_await context_.connector.call(std::move(call));
    if (!page) co_return unreachable(context_.console, context_.connector, page.error());
    if (!page->ok()) co_return refused(context_.console, *page);
    cursor_ = text_at(page->json, "cursor");
    for (std::string& id : received_messages(page->json)) replies_.push_back(std::move(id));
    co_return Exit::kOk;
  }

  Task<Exit> await_reply() {
    while (replies_.empty() && context_.loop.now() < end_) {
      const auto left = std::chrono::ceil<std::chrono::seconds>(end_ - context_.loop.now());
      if (const Exit exit = co_await listen(std::min<std::int64_t>(left.count(), 25)); exit != Exit::kOk) {
        co_return exit;
      }
    }
    co_return Exit::kOk;
  }

  Task<Exit> send_type(std::string_view type) {
    std::string target = arguments_.message_id;
    if (type == "reaction" && target.empty()) target = rows_.front().wamid;
    if (type == "mark_read" && target.empty()) {
      if (!context_.console.json()) context_.console.err << "waiting for an answer to mark as read …\n";
      if (const Exit exit = co_await await_reply(); exit != Exit::kOk) co_return exit;
      if (!replies_.empty()) target = replies_.front();
    }
    SmokeRow& row = rows_.emplace_back();
    row.type = type;
    if (target.empty() && (type == "reaction" || type == "mark_read")) {
      row.progress = Progress::kFailed;
      row.note = type == "reaction" ? "the text it is for was not sent"
                                    : "no answer came: answer on the phone, or give --message-id";
      co_return Exit::kOk;
    }
    co_return co_await submit(row, smoke_payload(type, arguments_, target));
  }

  Task<Exit> submit(SmokeRow& row, boost::json::object payload) {
    row.intent_id = make_uuid(context_.random);
    const IntentEnvelope envelope{.id = row.intent_id,
                                  .to = row.type == "mark_read" ? std::string{} : arguments_.to,
                                  .sender = arguments_.sender,
                                  .dedupe_key = {},
                                  .reply_to = {}};
    Call call;
    call.method = "POST";
    call.target = "/v1/intents";
    call.body = request_body(make_intent(envelope, std::move(payload)));
    const Reply reply = co_await context_.connector.call(std::move(call));
    if (!reply) co_return unreachable(context_.console, context_.connector, reply.error());
    if (!reply->ok()) {
      // A wrong type is one row; a wrong key is the end.
      if (reply->status != 400) co_return refused(context_.console, *reply);
      row.state = "refused";
      row.progress = Progress::kFailed;
      row.note = describe_problem(*reply);
      std::ranges::replace(row.note, '\n', ' ');
      co_return Exit::kOk;
    }
    const auto* result = object_at(reply->json, "result");
    if (result != nullptr) {
      const auto& results = array_at(reply->json.at("result"), "results");
      if (!results.empty()) take(row, results.front());
    }
    co_return Exit::kOk;
  }

  void take(SmokeRow& row, const boost::json::value& intent) {
    row.state = text_at(intent, "state");
    // An intent that was never recorded has a status only.
    if (row.state.empty()) row.state = text_at(intent, "status");
    if (const auto wamid = text_at(intent, "wamid"); !wamid.empty()) row.wamid = wamid;
    row.progress = smoke_progress(row.type, row.state);
    if (const auto time = time_to_goal(row.type, intent)) row.time = time;
    if (row.progress != Progress::kFailed) return;
    row.note = text_at(intent, "errorCode");
    row.note += ": ";
    row.note += text_at(intent, "errorMessage");
  }

  Task<Exit> watch() {
    for (;;) {
      bool waiting = false;
      for (SmokeRow& row : rows_) {
        if (row.progress == Progress::kFailed || row.time) continue;
        const Reply reply = co_await context_.connector.get("/v1/intents/" + row.intent_id);
        if (!reply) co_return unreachable(context_.console, context_.connector, reply.error());
        if (reply->ok()) take(row, reply->json);
        waiting = waiting || row.progress == Progress::kWaiting;
      }
      if (!waiting || context_.loop.now() >= end_) co_return co_await listen(0);
      co_await sleep_until(context_.loop, context_.loop.now() + kPoll);
    }
  }

  void report() {
    const Console& console = context_.console;
    if (console.json()) {
      console.out << boost::json::serialize(smoke_json(rows_, replies_.size())) << '\n';
      return;
    }
    console.out << smoke_table(rows_) << smoke_summary(rows_, replies_.size()) << '\n';
  }

  Context& context_;
  SmokeArguments arguments_;
  MonoTime end_;
  std::string cursor_;
  std::vector<std::string> replies_;
  std::vector<SmokeRow> rows_;
};

}  // namespace

Task<Exit> smoke(Context& context, SmokeArguments arguments) {
  Smoke smoke{context, std::move(arguments)};
  co_return co_await smoke.run();
}

}  // namespace wac::ctl
