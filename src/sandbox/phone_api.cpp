#include "sandbox/phone_api.h"

#include "sandbox/phone_page.h"

#include <algorithm>

namespace wac::sandbox {
namespace {

namespace json = boost::json;

/// Keeps a quiet stream alive, and finds pages that are gone.
constexpr Millis kHeartbeat{15'000};
/// Changes closer together than this are sent as one.
constexpr Millis kGather{40};

/// Nothing but the page's own files, and pictures a person chose.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: "
    "blob:; "
    "media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

net::HttpResponse file_response(const PageFile& file) {
  net::HttpResponse response;
  response.content_type = file.content_type;
  response.body = file.content;
  response.headers = {{"Content-Security-Policy", std::string(kPolicy)},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Referrer-Policy", "no-referrer"},
                      {"Cache-Control", "no-cache"}};
  return response;
}

}  // namespace

std::optional<net::HttpResponse> PhoneApi::handle(const net::HttpRequest& request) {
  if (request.method != net::Method::kGet) return std::nullopt;
  const auto files = phone_page_files();
  const auto file = std::ranges::find(files, request.path, &PageFile::path);
  if (file != files.end()) return file_response(*file);
  if (request.path == "/_sandbox/phone") {
    net::HttpResponse response;
    response.body = json::serialize(changes(0));
    return response;
  }
  if (request.path != "/_sandbox/phone/events") return std::nullopt;
  net::HttpResponse response;
  response.content_type = "text/event-stream";
  response.headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
  response.stream = [this](net::BodyWriter& out) { return stream(out); };
  return response;
}

json::object PhoneApi::conversation(const std::string& id, const Transcript::Conversation& one) const {
  const Party& party = one.party;
  return {{"id", id},
          {"phone_number_id", party.phone_number_id},
          {"business", "+" + party.display_phone_number},
          {"phone", party.wa_id.empty() ? std::string() : "+" + party.wa_id},
          {"user_id", party.user_id},
          {"group_id", party.group_id},
          {"name", party.profile_name},
          {"stopped", parts_.users.stopped(party)},
          {"blocked", parts_.users.blocked(party)},
          {"window_until", to_millis(parts_.users.window_end(party))},
          {"typing_until", to_millis(one.typing_until)}};
}

json::object PhoneApi::changes(std::uint64_t after) const {
  json::array numbers;
  for (const std::string& id : config_.phone_number_ids) {
    numbers.push_back(json::object{{"id", id}, {"phone", "+" + parts_.backend.display_number(id)}});
  }
  json::array conversations;
  for (const auto& [id, one] : parts_.transcript.conversations()) {
    if (one.revision > after) conversations.push_back(conversation(id, one));
  }
  return {{"now", to_millis(parts_.scheduler.wall_now())},
          {"numbers", std::move(numbers)},
          {"conversations", std::move(conversations)},
          {"messages", parts_.transcript.messages_after(after)}};
}

Task<void> PhoneApi::stream(net::BodyWriter& out) {
  Transcript& transcript = parts_.transcript;
  Scheduler& scheduler = parts_.scheduler;
  std::uint64_t generation = 0;
  std::uint64_t seen = 0;
  bool open = co_await out.write("retry: 1000\n\n");
  while (open && !out.draining() && !transcript.stopped()) {
    std::string text = ": still here\n\n";
    if (generation != transcript.generation() || seen != transcript.revision()) {
      const bool anew = generation != transcript.generation();
      json::object news = changes(anew ? 0 : seen);
      news["anew"] = anew;
      generation = transcript.generation();
      seen = transcript.revision();
      text = "data: " + json::serialize(news) + "\n\n";
    }
    open = co_await out.write(text);
    if (!open || seen != transcript.revision()) continue;
    const OneShot<bool> change = transcript.next_change();
    const Scheduler::TimerId timer =
        scheduler.call_at(scheduler.now() + kHeartbeat, [change] { change.set(false); });
    const bool changed = co_await change;
    scheduler.cancel(timer);
    if (changed) co_await sleep_until(scheduler, scheduler.now() + kGather);
  }
}

}  // namespace wac::sandbox
