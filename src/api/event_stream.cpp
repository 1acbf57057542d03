#include "api/event_stream.h"

#include "base/expose.h"

namespace wac::api {
namespace {

constexpr std::size_t kPage = 100;
/// A comment line this often keeps proxies from closing a quiet stream, and finds peers that are gone.
constexpr Millis kHeartbeat{15'000};

Task<void> write_events(delivery::EventFeed& feed, Scheduler& loop, TenantId tenant, std::string cursor,
                        std::function<bool()> allowed, net::BodyWriter& out) {
  bool open = co_await out.write("retry: 1000\n\n");
  while (open && !out.draining()) {
    auto page = co_await feed.read(tenant, cursor, kPage, Deadline{loop.now() + kHeartbeat});
    if (!page) {
      co_await out.write("event: error\ndata: {\"code\":\"store_unavailable\"}\n\n");
      co_return;
    }
    if (!allowed()) co_return;
    cursor = page->cursor;
    std::string text;
    for (const auto& event : page->events) {
      text += "id: ";
      text += event.cursor;
      text += "\ndata: ";
      text += expose(event.json, Purpose::kAnswer);
      text += "\n\n";
    }
    if (text.empty()) text = ": still here\n\n";
    open = co_await out.write(text);
  }
}

}  // namespace

net::HttpResponse event_stream(delivery::EventFeed& feed, Scheduler& loop, TenantId tenant,
                               std::string cursor, std::function<bool()> allowed) {
  net::HttpResponse response;
  response.content_type = "text/event-stream";
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("X-Accel-Buffering", "no");
  response.stream = [&feed, &loop, tenant = std::move(tenant), cursor = std::move(cursor),
                     allowed = std::move(allowed)](net::BodyWriter& out) {
    return write_events(feed, loop, tenant, cursor, allowed, out);
  };
  return response;
}

}  // namespace wac::api
