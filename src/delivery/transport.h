#pragma once
// The way an event goes to its consumer. A pusher knows only this: what is behind it may be an HTTP endpoint
// or anything else that answers whether it has taken the event.

#include "base/task.h"
#include "config/snapshot.h"
#include "crypto/fingerprint.h"
#include "delivery/endpoint_rules.h"

#include <map>

namespace wac::delivery {

enum class Occasion : std::uint8_t {
  kFirst,   ///< its turn
  kReplay,  ///< once more, because somebody asked for it
};

/// One try of one event. Everything it refers to outlives the try.
struct Outgoing {
  const config::ConsumerConfig& consumer;
  const crypto::Fingerprint& id;
  const std::string& type;
  const PersonalText& body;                 ///< the whole event, as docs/events.md describes it
  const crypto::Fingerprint& conversation;  ///< EventView::conversation
  Occasion occasion = Occasion::kFirst;
};

/// One per loop. Keeps nothing of an event after its answer; tries nothing twice.
class Transport {
 public:
  virtual ~Transport() = default;
  /// kTaken only when the other side has the event for good. Bounded by the consumer's timeout.
  virtual Task<Answer> deliver(Outgoing event) = 0;
};

/// Picks by the consumer's kind.
class TransportByKind final : public Transport {
 public:
  /// `transport` outlives this.
  void add(config::ConsumerKind kind, Transport& transport) { transports_[kind] = &transport; }

  Task<Answer> deliver(Outgoing event) override {
    const auto found = transports_.find(event.consumer.kind);
    if (found == transports_.end()) {
      co_return Answer{Verdict::kFailed, "not_configured", std::nullopt, 0, ErrorCode::kUnavailable};
    }
    co_return co_await found->second->deliver(event);
  }

 private:
  std::map<config::ConsumerKind, Transport*> transports_;
};

}  // namespace wac::delivery
