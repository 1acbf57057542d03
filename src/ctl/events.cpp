// `events tail`, by long polls.

#include "ctl/commands.h"
#include "ctl/event_filter.h"
#include "ctl/group_tail.h"
#include "ctl/interruption.h"
#include "ctl/json_view.h"
#include "ctl/report.h"
#include "ctl/sse_tail.h"

#include <boost/json.hpp>

#include <algorithm>
#include <ostream>

namespace wac::ctl {
namespace {

constexpr std::int64_t kPollSeconds = 25;
constexpr std::uint64_t kPage = 100;

void print_cursor(const Console& console, const std::string& cursor) {
  console.out.flush();
  console.err << "cursor: " << cursor << std::endl;
}

Call poll_for(const std::string& cursor, std::uint64_t limit) {
  Call call;
  call.target = "/v1/events?cursor=" + percent_encode(cursor) + "&limit=" + std::to_string(limit) +
                "&wait=" + std::to_string(kPollSeconds);
  call.patience = Millis{kPollSeconds * 1'000};
  return call;
}

}  // namespace

Task<Exit> tail_events(Context& context, TailArguments arguments) {
  if (!arguments.group.empty()) co_return co_await tail_group(context, std::move(arguments));
  if (arguments.cursor == "$") {
    // A place that can be gone on from, should the tail end before the first event.
    const Reply now = co_await context.connector.get("/v1/events?cursor=%24&limit=1&wait=0");
    if (!now) co_return unreachable(context.console, context.connector, now.error());
    if (!now->ok()) co_return refused(context.console, *now);
    arguments.cursor = text_at(now->json, "cursor");
  }
  if (arguments.sse) co_return tail_events_by_sse(context, arguments);
  const Console& console = context.console;
  std::string cursor = arguments.cursor;
  const Interruption interruption{context.loop, [&] { print_cursor(console, cursor); }};
  std::uint64_t left = arguments.count.value_or(0);
  for (;;) {
    // Never more than may be printed, so that the cursor stands behind the last printed event.
    const std::uint64_t limit = arguments.count ? std::min(left, kPage) : kPage;
    const Reply page = co_await context.connector.call(poll_for(cursor, limit));
    if (!page || !page->ok()) {
      const Exit exit =
          page ? refused(console, *page) : unreachable(console, context.connector, page.error());
      print_cursor(console, cursor);
      co_return exit;
    }
    for (const auto& event : array_at(page->json, "events")) {
      if (!matches_type(text_at(event, "type"), arguments.type_prefix)) continue;
      console.out << boost::json::serialize(event) << '\n';
      if (arguments.count) --left;
    }
    console.out.flush();
    cursor = text_at(page->json, "cursor");
    if (arguments.count && left == 0) {
      print_cursor(console, cursor);
      co_return Exit::kOk;
    }
  }
}

}  // namespace wac::ctl
