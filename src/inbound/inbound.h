#pragma once
// Inbound: a signed webhook becomes durable events, each once, and settles the intents its statuses speak of.

#include "base/scheduler.h"
#include "config/directory.h"
#include "contacts/contacts.h"
#include "crypto/keyring.h"
#include "inbound/signature.h"
#include "store/event_log.h"
#include "store/evidence_flow.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"
#include "telemetry/trace_context.h"
#include "whatsapp/webhook.h"

#include <functional>
#include <map>
#include <optional>

namespace wac::inbound {

struct InboundParts {
  const config::Config& config;
  const config::Directory& directory;
  Scheduler& loop;
  store::EventLog& events;
  crypto::Fingerprinter& fingerprints;
  crypto::Sealer& sealer;
  telemetry::Logger& log;
  telemetry::LoopMetrics& metrics;
  /// Events of the tenant were appended. Called on this loop.
  std::function<void(const TenantId&)> appended;
  /// Meta says that templates of this WhatsApp Business Account have changed. May be empty.
  std::function<void(std::string_view account)> templates_changed = {};
  /// Null: nothing is learned about contacts.
  contacts::Contacts* contacts = nullptr;
  /// Meta could not use a file of this attempt's message. Called on this loop once that is durable; may be
  /// empty.
  std::function<void(const SenderId&, const store::IntentKey&)> media_refused = {};
  /// Evidence let something of the partition go: it is due at that time. May be empty.
  std::function<void(Partition, WallTime)> wake = {};
  /// Learns of webhooks that could not be stored. May be null.
  store::EvidenceFlow* evidence_flow = nullptr;
};

enum class Receipt : std::uint8_t {
  kDurable,       ///< everything in it is stored: answer 200
  kBadSignature,  ///< not from Meta (or under another secret): answer 401
  kUnavailable,   ///< not (all) stored: answer 503, Meta repeats
};

/// One per loop.
class Inbound {
 public:
  explicit Inbound(InboundParts parts);

  /// `body` is valid until the task ends. `app`: the Meta app it came from; empty: the default one.
  Task<Receipt> receive(std::string_view body, std::string_view signature, std::string_view trace_parent,
                        std::string_view app = {});

 private:
  struct Batches {
    std::map<Partition, std::vector<store::NewEvent>> events;
    std::vector<contacts::Lesson> lessons;
    std::vector<std::pair<SenderId, store::IntentKey>> refused_media;
  };
  Batches prepare(std::string_view body, std::string_view trace_parent, WallTime now);
  /// As an event of the one tenant, or of each of those on its account.
  void prepare_item(const whatsapp::WebhookItem& item, const config::Snapshot& directory,
                    std::string_view trace_parent, WallTime now, Batches& batches);
  store::NewEvent event_of(const whatsapp::WebhookItem& item, const TenantId& tenant,
                           const crypto::Fingerprint& id, std::string_view trace_parent, WallTime now);
  std::optional<store::Evidence> evidence_of(const whatsapp::StatusInfo& status, const SenderId& sender);
  static void note_refused_media(const store::NewEvent& event, Batches& batches);
  void prepare_lessons(const whatsapp::WebhookItem& item, WallTime now, store::NewEvent& event,
                       Batches& batches);
  Task<void> learn(std::vector<contacts::Lesson> lessons, WallTime now, bool* ok);
  Task<bool> store_all(Batches batches, WallTime now);
  Task<void> store_batch(Partition partition, std::vector<store::NewEvent> events, WallTime now, bool* ok);
  void account(const std::vector<store::Ingested>& items);
  void wake_followers(Partition partition, const std::vector<store::Ingested>& items, WallTime now);

  InboundParts parts_;
  AppVerifiers verifiers_;
  store::EventRules rules_;
};

}  // namespace wac::inbound
