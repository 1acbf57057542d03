#pragma once
// One event as one signed POST to its consumer (Standard Webhooks, CloudEvents structured mode).

#include "base/scheduler.h"
#include "config/snapshot.h"
#include "crypto/fingerprint.h"
#include "delivery/endpoint_rules.h"
#include "net/http_client.h"

namespace wac::delivery {

enum class Occasion : std::uint8_t {
  kFirst,   ///< its turn
  kReplay,  ///< once more: `webhook-replay: true` says so
};

/// Never follows a redirect; the answer's body is not looked at. Arguments outlive the task.
Task<Answer> post_event(const config::ConsumerConfig& consumer, const crypto::Fingerprint& id,
                        const PersonalText& body, Occasion occasion, Scheduler& loop, net::HttpClient& http);

}  // namespace wac::delivery
