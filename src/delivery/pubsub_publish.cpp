#include "delivery/pubsub_publish.h"

#include "base/expose.h"
#include "delivery/pubsub_message.h"

namespace wac::delivery {
namespace {

constexpr int kUnauthorized = 401;

Answer not_sent(Verdict verdict, std::string reason, const Error& error) {
  return {verdict, std::move(reason), std::nullopt, 0, error.code};
}

}  // namespace

Task<Answer> PubSubPublish::deliver(Outgoing event) {
  const Deadline deadline{loop_.now() + event.consumer.timeout};
  const config::PubSubTopic& topic = event.consumer.pubsub;
  auto url = net::parse_url(topic.endpoint);
  if (!url) co_return not_sent(Verdict::kFailed, "invalid_endpoint", url.error());
  auto body = publish_body(event);
  if (!body) {
    const bool large = body.error().code == ErrorCode::kTooLarge;
    co_return not_sent(Verdict::kNever, large ? "too_large" : "invalid_event", body.error());
  }
  const auto source = tokens_.of(event.consumer.google, google::scope::kPubSub);
  const auto token = co_await source->token(deadline);
  if (!token) {
    co_return not_sent(Verdict::kFailed, "token_" + std::string{name(token.error().code)}, token.error());
  }
  net::ClientRequest request;
  request.endpoint = std::move(url->endpoint);
  request.target = publish_target(topic);
  request.headers.emplace_back("Content-Type", "application/json");
  request.headers.emplace_back("User-Agent", "whatsapp-connector");
  if (!token->empty()) {
    request.headers.emplace_back("Authorization",
                                 "Bearer " + std::string{expose(*token, Purpose::kAuthorization)});
  }
  request.body = std::move(*body);
  request.deadline = deadline;
  const net::ClientResult result = co_await http_.send(std::move(request));
  Answer answer = judge_publish(result, loop_.wall_now());
  if (answer.status == kUnauthorized) source->refuse(*token);
  co_return answer;
}

}  // namespace wac::delivery
