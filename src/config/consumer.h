#pragma once
// Consumers: whatever gets a tenant's events without asking for each.

#include "base/ids.h"
#include "base/personal.h"
#include "base/time.h"
#include "config/google.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wac::config {

/// Where one begins that never got an event.
enum class ConsumerStart : std::uint8_t {
  kOldest,  ///< with the oldest kept event
  kNow,     ///< with what comes after it was first seen
};

/// The way events go to it.
enum class ConsumerKind : std::uint8_t {
  kWebhook,       ///< signed POSTs, as Standard Webhooks says
  kPubSub,        ///< a topic of Google Pub/Sub
  kMediaArchive,  ///< the files of messages are fetched and kept
};

/// A topic of Google Pub/Sub.
struct PubSubTopic {
  std::string project;
  std::string topic;
  std::string endpoint;  ///< scheme://host[:port]; over http nothing is proved: an emulator
  bool ordered = true;   ///< one ordering key for each conversation

  /// "projects/P/topics/T".
  std::string name() const { return "projects/" + project + "/topics/" + topic; }
};

/// The most of ConsumerConfig::parallel.
inline constexpr std::size_t kParallelMax = 1'000;
/// Its default for kPubSub, which is made for many at once.
inline constexpr std::size_t kPubSubParallel = 64;

struct ConsumerConfig {
  ConsumerId id;
  ConsumerKind kind = ConsumerKind::kWebhook;
  std::string url;                      ///< may hold a token: never logged
  std::vector<Secret> keys;             ///< decoded signing keys: one, or two during a rotation
  std::vector<std::string> types = {};  ///< prefixes of event types; empty: all
  std::vector<SenderId> senders = {};   ///< empty: all, and events of no sender
  Millis timeout{10'000};               ///< of one request
  std::size_t parallel = 8;             ///< conversations in flight
  ConsumerStart start = ConsumerStart::kOldest;
  PubSubTopic pubsub = {};        ///< of kPubSub
  GoogleCredentials google = {};  ///< of kinds that use Google's APIs

  ConsumerConfig clone() const;
};

/// Whether a text may be the beginning of event types: "whatsapp." and more of it.
bool is_type_prefix(std::string_view text);

/// How a consumer that does not take its events is treated.
struct DeliveryRules {
  Millis retry_first{1'000};   ///< bound of the first random wait; doubles
  Millis retry_max{600'000};   ///< where that stops
  Millis give_up{86'400'000};  ///< an event tried for so long becomes a dead letter
  /// Failing for so long and so often without one success in between: paused.
  Millis pause_after{300'000};
  std::uint32_t pause_failures = 10;
  std::size_t dead_letters = 1'000;  ///< of one consumer; beyond it its events are tried on
  Millis lease{30'000};              ///< how long an instance serves a consumer without saying so again
  bool public_only = false;          ///< hosts of webhook consumers must have public addresses
};

/// How the readers of a group share events.
struct GroupRules {
  Millis lease{60'000};         ///< EVENT_GROUP_LEASE_MS: of one event that was handed out
  std::uint32_t attempts = 10;  ///< EVENT_GROUP_ATTEMPTS: hand-outs before it becomes a dead letter
  std::size_t in_flight = 100;  ///< EVENT_GROUP_IN_FLIGHT: unacknowledged events of one stream
  std::size_t window = 1'000;   ///< EVENT_GROUP_WINDOW: events of one group that are not acknowledged
  std::size_t per_tenant = 20;  ///< EVENT_GROUPS_MAX: groups of one tenant
};

}  // namespace wac::config
