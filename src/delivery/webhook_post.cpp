#include "delivery/webhook_post.h"

#include "base/expose.h"
#include "delivery/webhook_signature.h"

namespace wac::delivery {

Task<Answer> WebhookPost::deliver(Outgoing event) {
  auto url = net::parse_url(event.consumer.url);
  if (!url) co_return Answer{Verdict::kFailed, "invalid_url", std::nullopt, 0, url.error().code};
  net::ClientRequest request;
  request.endpoint = std::move(url->endpoint);
  request.target = std::move(url->target);
  request.body = expose(event.body, Purpose::kAnswer);
  const std::string event_id = event.id.hex();
  const std::string timestamp = webhook_timestamp(loop_.wall_now());
  request.headers.emplace_back("Content-Type", "application/cloudevents+json; charset=utf-8");
  request.headers.emplace_back("User-Agent", "whatsapp-connector");
  request.headers.emplace_back("webhook-signature",
                               webhook_signature(event.consumer.keys, event_id, timestamp, request.body));
  request.headers.emplace_back("webhook-id", event_id);
  request.headers.emplace_back("webhook-timestamp", timestamp);
  if (event.occasion == Occasion::kReplay) request.headers.emplace_back("webhook-replay", "true");
  request.deadline = {loop_.now() + event.consumer.timeout};
  const net::ClientResult result = co_await http_.send(std::move(request));
  co_return judge(result, loop_.wall_now());
}

}  // namespace wac::delivery
