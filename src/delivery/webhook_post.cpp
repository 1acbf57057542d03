#include "delivery/webhook_post.h"

#include "base/expose.h"
#include "delivery/webhook_signature.h"

namespace wac::delivery {

Task<Answer> post_event(const config::ConsumerConfig& consumer, const crypto::Fingerprint& id,
                        const PersonalText& body, Occasion occasion, Scheduler& loop, net::HttpClient& http) {
  auto url = net::parse_url(consumer.url);
  if (!url) co_return Answer{Verdict::kFailed, "invalid_url", std::nullopt, 0, url.error().code};
  net::ClientRequest request;
  request.endpoint = std::move(url->endpoint);
  request.target = std::move(url->target);
  request.body = expose(body, Purpose::kAnswer);
  const std::string event_id = id.hex();
  const std::string timestamp = webhook_timestamp(loop.wall_now());
  request.headers.emplace_back("Content-Type", "application/cloudevents+json; charset=utf-8");
  request.headers.emplace_back("User-Agent", "whatsapp-connector");
  request.headers.emplace_back("webhook-signature",
                               webhook_signature(consumer.keys, event_id, timestamp, request.body));
  request.headers.emplace_back("webhook-id", event_id);
  request.headers.emplace_back("webhook-timestamp", timestamp);
  if (occasion == Occasion::kReplay) request.headers.emplace_back("webhook-replay", "true");
  request.deadline = {loop.now() + consumer.timeout};
  const net::ClientResult result = co_await http.send(std::move(request));
  co_return judge(result, loop.wall_now());
}

}  // namespace wac::delivery
