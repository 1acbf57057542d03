#include "ctl/group_tail.h"

#include "ctl/interruption.h"
#include "ctl/json_view.h"
#include "ctl/report.h"

#include <boost/json.hpp>

#include <algorithm>
#include <ostream>

namespace wac::ctl {
namespace {

constexpr std::int64_t kPollSeconds = 25;
constexpr std::uint64_t kPage = 100;

Call poll_for(const TailArguments& arguments, const std::string& ack, std::uint64_t limit) {
  Call call;
  call.target = "/v1/events?group=" + percent_encode(arguments.group) +
                "&start=" + (arguments.cursor.empty() ? "oldest" : "now") +
                "&limit=" + std::to_string(limit) + "&wait=" + std::to_string(kPollSeconds) +
                "&ack=" + percent_encode(ack);
  call.patience = Millis{kPollSeconds * 1'000};
  return call;
}

Call acknowledge(const TailArguments& arguments, const std::string& ack) {
  Call call;
  call.method = "POST";
  call.target = "/v1/event-groups/" + percent_encode(arguments.group) + "/ack";
  call.body = boost::json::serialize(boost::json::object{{"acks", boost::json::array{ack}}});
  return call;
}

Exit failed(const Context& context, const Reply& reply) {
  return reply ? refused(context.console, *reply)
               : unreachable(context.console, context.connector, reply.error());
}

}  // namespace

Task<Exit> tail_group(Context& context, TailArguments arguments) {
  const Console& console = context.console;
  const Interruption interruption{context.loop, [&] { console.out.flush(); }};
  std::string ack;
  std::uint64_t left = arguments.count.value_or(0);
  for (;;) {
    // Never more than may be printed: what is not printed is not acknowledged either.
    const std::uint64_t limit = arguments.count ? std::min(left, kPage) : kPage;
    const Reply page = co_await context.connector.call(poll_for(arguments, ack, limit));
    if (!page || !page->ok()) co_return failed(context, page);
    const auto& events = array_at(page->json, "events");
    for (const auto& event : events) console.out << boost::json::serialize(event) << '\n';
    console.out.flush();
    ack = text_at(page->json, "ack");
    left -= std::min<std::uint64_t>(left, events.size());
    if (!arguments.count || left != 0) continue;
    const Reply acknowledged = co_await context.connector.call(acknowledge(arguments, ack));
    co_return acknowledged && acknowledged->ok() ? Exit::kOk : failed(context, acknowledged);
  }
}

}  // namespace wac::ctl
