#pragma once
// What delivery must know of an event: whether a consumer wants it, and whose conversation it belongs to.

#include "base/personal.h"
#include "base/time.h"
#include "config/consumer.h"
#include "crypto/fingerprint.h"

#include <optional>
#include <string>

namespace wac::delivery {

struct EventView {
  std::string type;
  std::optional<SenderId> sender;
  WallTime time;
  /// Sender and the person or group it is about; for other events their source and type. Events of one
  /// conversation are delivered in order. Stored only within what is sealed; the ordering key of a consumer
  /// that wants one.
  crypto::Fingerprint conversation;
};

/// Reads an event of ours (docs/events.md). Nothing when it is none.
std::optional<EventView> view_event(const PersonalText& event, crypto::Fingerprinter& fingerprints);

/// Which events somebody wants.
struct EventFilter {
  std::vector<std::string> types = {};  ///< beginnings of their types; empty: all
  std::vector<SenderId> senders = {};   ///< empty: all, and events of no sender
  friend bool operator==(const EventFilter&, const EventFilter&) = default;
};
bool wants(const EventFilter& filter, const EventView& event);
/// Whether the consumer's filters let it through.
bool wants(const config::ConsumerConfig& consumer, const EventView& event);

}  // namespace wac::delivery
