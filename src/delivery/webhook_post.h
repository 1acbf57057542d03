#pragma once
// One event as one signed POST to its consumer (Standard Webhooks, CloudEvents structured mode).

#include "base/scheduler.h"
#include "delivery/transport.h"
#include "net/http_client.h"

namespace wac::delivery {

/// Never follows a redirect; the answer's body is not looked at. A replayed event carries
/// `webhook-replay: true`.
class WebhookPost final : public Transport {
 public:
  /// Both outlive it.
  WebhookPost(Scheduler& loop, net::HttpClient& http) : loop_(loop), http_(http) {}

  Task<Answer> deliver(Outgoing event) override;

 private:
  Scheduler& loop_;
  net::HttpClient& http_;
};

}  // namespace wac::delivery
