// `dead-letters`: what was given up, and sending it again.

#include "ctl/commands.h"
#include "ctl/json_view.h"
#include "ctl/report.h"
#include "ctl/table.h"

#include <algorithm>
#include <ostream>

namespace wac::ctl {
namespace {

namespace json = boost::json;

constexpr std::size_t kPage = 500;

std::string reason_of(const json::value& intent) {
  std::string reason{text_at(intent, "errorCode")};
  if (const auto message = text_at(intent, "errorMessage"); !message.empty()) {
    reason += reason.empty() ? "" : " ";
    reason += message;
  }
  return reason;
}

void print_list(const Console& console, const json::array& letters) {
  if (console.json()) {
    console.out << json::serialize(json::object{{"deadLetters", letters}}) << '\n';
    return;
  }
  std::vector<std::vector<std::string>> rows;
  for (const json::value& intent : letters) {
    rows.push_back({std::string{text_at(intent, "intentId")}, std::string{text_at(intent, "state")},
                    std::to_string(number_at(intent, "attempts")), std::string{text_at(intent, "updatedAt")},
                    reason_of(intent)});
  }
  console.out << render_table({{"intent"}, {"state"}, {"attempts", Align::kRight}, {"since"}, {"reason"}},
                              rows);
}

Task<Exit> list(Context& context, std::size_t limit) {
  json::array letters;
  std::string cursor;
  do {
    const std::size_t wanted = std::min(kPage, limit - letters.size());
    const Reply reply = co_await context.connector.get("/v1/dead-letters?limit=" + std::to_string(wanted) +
                                                       "&cursor=" + percent_encode(cursor));
    if (!reply) co_return unreachable(context.console, context.connector, reply.error());
    if (!reply->ok()) co_return refused(context.console, *reply);
    for (const json::value& intent : array_at(reply->json, "deadLetters")) letters.push_back(intent);
    cursor = text_at(reply->json, "cursor");
  } while (!cursor.empty() && letters.size() < limit);
  print_list(context.console, letters);
  if (!cursor.empty()) context.console.err << "there are more: raise --limit\n";
  co_return Exit::kOk;
}

Call redrive_call(const DeadLetterArguments& arguments) {
  Call call;
  call.method = "POST";
  if (!arguments.id.empty()) {
    call.target = "/v1/intents/" + percent_encode(arguments.id) + "/redrive";
    return call;
  }
  call.target = "/v1/dead-letters/redrive";
  json::object body{{"dryRun", arguments.dry_run}, {"limit", arguments.limit}};
  if (!arguments.error_code.empty()) body["errorCode"] = arguments.error_code;
  call.body = json::serialize(body);
  return call;
}

}  // namespace

Task<Exit> on_dead_letters(Context& context, DeadLetterArguments arguments) {
  if (arguments.action == DeadLetterArguments::Action::kList)
    co_return co_await list(context, arguments.limit);
  const Reply reply = co_await context.connector.call(redrive_call(arguments));
  if (!reply) co_return unreachable(context.console, context.connector, reply.error());
  if (!reply->ok()) co_return refused(context.console, *reply);
  if (context.console.json()) {
    context.console.out << reply->text << '\n';
  } else if (!arguments.id.empty()) {
    context.console.out << describe_intent(reply->json);
  } else {
    context.console.out << "matched " << number_at(reply->json, "matched") << ", redriven "
                        << number_at(reply->json, "redriven") << '\n';
  }
  co_return Exit::kOk;
}

}  // namespace wac::ctl
