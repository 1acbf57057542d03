#include "api/group_stream.h"

#include "base/expose.h"

namespace wac::api {
namespace {

using delivery::StreamEnd;

constexpr std::size_t kPage = 100;
/// As event_stream().
constexpr Millis kHeartbeat{15'000};
/// How soon it is noticed that a reader has gone, which a quiet stream does not show.
constexpr Millis kLook{1'000};

constexpr std::string_view kDeleted = "event: error\ndata: {\"code\":\"not_found\"}\n\n";
constexpr std::string_view kStoreFailed = "event: error\ndata: {\"code\":\"store_unavailable\"}\n\n";

std::string text_of(const delivery::Taken& taken) {
  std::string text;
  for (const auto& event : taken.events) {
    if (event.attempt > 1) text += ": attempt " + std::to_string(event.attempt) + "\n";
    text += "id: ";
    text += event.ack.text();
    text += "\ndata: ";
    text += expose(event.json, Purpose::kAnswer);
    text += "\n\n";
  }
  return text;
}

/// Until the stream must end; says why.
Task<StreamEnd> pass_on(const GroupStream& stream, const std::string& holder, net::BodyWriter& out) {
  bool open = co_await out.write("retry: 1000\n\n");
  MonoTime written = stream.loop.now();
  while (open && !out.gone()) {
    if (out.draining() || !stream.allowed()) co_return StreamEnd::kOurs;
    delivery::TakeOrder order;
    order.holder = holder;
    order.limit = kPage;
    order.in_flight = stream.in_flight;
    const auto taken =
        co_await stream.groups.take(stream.name, std::move(order), Deadline{stream.loop.now() + kLook});
    if (!taken) {
      const bool deleted = taken.error().code == ErrorCode::kNotFound;
      co_await out.write(deleted ? kDeleted : kStoreFailed);
      co_return StreamEnd::kOurs;
    }
    if (!stream.allowed()) co_return StreamEnd::kOurs;
    std::string text = text_of(*taken);
    if (text.empty() && stream.loop.now() - written >= kHeartbeat) text = ": still here\n\n";
    if (text.empty()) continue;
    open = co_await out.write(text);
    written = stream.loop.now();
  }
  co_return StreamEnd::kReader;
}

Task<void> write_group(GroupStream stream, net::BodyWriter& out) {
  const std::string holder = stream.groups.new_holder();
  const StreamEnd end = co_await pass_on(stream, holder, out);
  co_await stream.groups.release(stream.name, holder, end);
}

}  // namespace

net::HttpResponse group_stream(GroupStream stream) {
  net::HttpResponse response;
  response.content_type = "text/event-stream";
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("X-Accel-Buffering", "no");
  response.stream = [stream = std::move(stream)](net::BodyWriter& out) { return write_group(stream, out); };
  return response;
}

}  // namespace wac::api
