#include "sandbox/sandbox.h"

#include "sandbox/phone_media.h"

#include <boost/json.hpp>

#include <utility>

namespace wac::sandbox {
namespace {

namespace json = boost::json;

constexpr std::string_view kControlPrefix = "/_sandbox/";

/// Chunked, so that the break is visible: the final chunk never comes.
Task<void> write_half(net::BodyWriter& writer, std::string body) {
  const std::string_view half = std::string_view(body).substr(0, body.size() / 2);
  co_await writer.write(half);
}

net::HttpResponse to_response(Reply reply) {
  net::HttpResponse response;
  response.status = reply.status;
  response.content_type = reply.content_type;
  response.headers = std::move(reply.headers);
  response.headers.emplace_back("facebook-api-version", "v25.0");
  switch (reply.ending) {
    case Reply::Ending::kAnswer:
      response.body = std::move(reply.body);
      break;
    case Reply::Ending::kReset:
      response.drop = net::HttpResponse::Drop::kReset;
      break;
    case Reply::Ending::kSilence:
      response.drop = net::HttpResponse::Drop::kSilence;
      break;
    case Reply::Ending::kHalf:
      response.drop = net::HttpResponse::Drop::kReset;
      response.stream = [body = std::move(reply.body)](net::BodyWriter& writer) {
        return write_half(writer, body);
      };
      break;
  }
  return response;
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

Sandbox::Sandbox(SandboxConfig config, TemplateCatalogue templates, std::optional<net::Url> webhook_url,
                 Parts parts)
    : config_(std::move(config)),
      templates_(std::move(templates)),
      scheduler_(parts.scheduler),
      ledger_(config_.ledger_limit),
      faults_(parts.chance, parts.scheduler),
      webhook_client_(parts.client, parts.scheduler, parts.ids, config_.app_secret, std::move(webhook_url)),
      queue_(parts.scheduler, webhook_client_, parts.chance, config_.webhooks, config_.waba_id, hooks(*this)),
      limits_(config_.limits),
      transcript_(config_.phone_messages),
      backend_(config_, {parts.scheduler, parts.ids, ledger_, queue_, limits_, users_, transcript_}),
      management_(config_, {templates_, backend_, ledger_, queue_, users_, parts.scheduler}),
      graph_(config_, {templates_, backend_, management_, faults_, limits_, parts.scheduler, parts.ids}),
      media_(config_, parts.ids),
      template_control_(templates_, backend_),
      control_({ledger_, queue_, backend_, faults_, limits_, management_, template_control_}),
      phone_(config_, {backend_, users_, transcript_, parts.scheduler}) {}

Sandbox::~Sandbox() = default;

WebhookQueue::Hooks Sandbox::hooks(Sandbox& self) {
  return {.sent = [&self](const Update& update) { self.backend_.on_sent(update); },
          .acknowledged =
              [&self](const Update& update) {
                if (update.kind != Update::Kind::kStatus) return;
                self.ledger_.mark_acknowledged(update.message->sequence, update.status);
              }};
}

std::size_t Sandbox::body_limit(net::Method method, std::string_view path) const {
  if (is_phone_upload(method, path)) return kMostPhoneFile;
  // What is not an upload is no larger than servers usually take.
  return MediaApi::is_upload(method, path) ? kMostUploadBytes : net::HttpServerLimits{}.body_bytes;
}

std::unique_ptr<net::BodySink> Sandbox::body_sink(net::Method method, std::string_view path) const {
  return MediaApi::is_upload(method, path) ? std::make_unique<MediaForm>() : nullptr;
}

Task<net::HttpResponse> Sandbox::handle(const net::HttpRequest& request) {
  if (auto media = media_.handle(request)) co_return std::move(*media);
  if (auto page = phone_.handle(request)) co_return std::move(*page);
  if (auto file = phone_media(media_, request)) co_return std::move(*file);
  Reply reply;
  if (request.path == "/_sandbox/verify" && request.method == net::Method::kPost) {
    reply = co_await verify(request);
  } else if (request.path.starts_with(kControlPrefix)) {
    reply = control_.handle(request, request.path.substr(kControlPrefix.size()));
  } else {
    reply = graph_.handle(request);
  }
  if (reply.delay > Millis{0}) co_await wait(reply.delay);
  co_return to_response(std::move(reply));
}

Task<Reply> Sandbox::verify(const net::HttpRequest& request) {
  json::error_code failure;
  const json::value body = json::parse(request.body, failure);
  const json::object* const object = failure ? nullptr : body.if_object();
  if (object == nullptr)
    co_return control_error(400, "the body must be a JSON object with url and verify_token");
  auto url = net::parse_url(text_of(*object, "url"));
  if (!url) co_return control_error(400, "url is not a URL");
  const WebhookClient::Verification result =
      co_await webhook_client_.verify(std::move(*url), text_of(*object, "verify_token"));
  Reply reply;
  reply.body = json::serialize(json::object{{"ok", result.status == 200 && result.challenge_echoed},
                                            {"status", result.status},
                                            {"challenge_echoed", result.challenge_echoed}});
  co_return reply;
}

Task<void> Sandbox::wait(Millis delay) {
  if (stopping_) co_return;
  const auto place = waits_.emplace(waits_.end());
  const OneShot<bool> over = *place;
  const Scheduler::TimerId timer = scheduler_.call_at(scheduler_.now() + delay, [over] { over.set(true); });
  co_await over;
  scheduler_.cancel(timer);
  waits_.erase(place);
}

Task<void> Sandbox::stop() {
  stopping_ = true;
  // Each set() may resume a waiter that erases itself from the list.
  const std::list<OneShot<bool>> waits = waits_;
  for (const OneShot<bool>& over : waits) over.set(true);
  transcript_.stop();
  co_await queue_.stop();
}

}  // namespace wac::sandbox
