#pragma once
// One event as one message of a topic of Google Pub/Sub. One message a request: those with different ordering
// keys may not share one, and of a conversation there is never more than one on its way.

#include "delivery/transport.h"
#include "google/token_sources.h"
#include "net/http_client.h"

namespace wac::delivery {

class PubSubPublish final : public Transport {
 public:
  /// All outlive it.
  PubSubPublish(Scheduler& loop, net::HttpClient& http, google::TokenSources& tokens)
      : loop_(loop), http_(http), tokens_(tokens) {}

  /// Reasons besides those of judge_publish(): "too_large" (kNever), and "token_" and what kept the access
  /// token from being had. A token that Pub/Sub refuses is not used again.
  Task<Answer> deliver(Outgoing event) override;

 private:
  Scheduler& loop_;
  net::HttpClient& http_;
  google::TokenSources& tokens_;
};

}  // namespace wac::delivery
