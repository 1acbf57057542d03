#pragma once
// Takes one claimed intent to Graph and writes down what came of it.

#include "base/random.h"
#include "config/directory.h"
#include "contacts/contacts.h"
#include "crypto/fingerprint.h"
#include "crypto/keyring.h"
#include "outbound/attempt_report.h"
#include "outbound/attempt_rules.h"
#include "outbound/graph.h"
#include "outbound/recipient_check.h"
#include "outbound/templates.h"
#include "store/evidence_flow.h"
#include "store/intent_store.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

#include <functional>

namespace wac::outbound {

class Media;
class MediaUses;
struct SuppliedMedia;

/// What Outbound and its courier work with. Everything outlives them and belongs to (or is shared with) their
/// loop.
struct OutboundParts {
  const config::Config& config;
  const config::Directory& directory;
  Scheduler& loop;
  Random& random;
  store::IntentStore& store;
  Graph& graph;
  crypto::Fingerprinter& fingerprints;
  crypto::Sealer& sealer;
  telemetry::Logger& log;
  telemetry::LoopMetrics& metrics;
  /// Tells whichever loop owns the partition that something of it is due at `at`. Thread-safe.
  std::function<void(Partition, WallTime)> wake;
  /// Null: templates are Meta's to judge.
  Templates* templates = nullptr;
  /// Null: nothing is known of contacts, every message may go.
  contacts::Contacts* contacts = nullptr;
  /// Whether a template (name, language code) of the sender is known to be marketing; empty: none is.
  std::function<bool(const config::SenderEntry&, std::string_view, std::string_view)> is_marketing = {};
  /// Fetches and uploads what `mediaUrl` names. Null: nobody does, and such messages fail.
  Media* media = nullptr;
  /// Remembers which files a message was sent with. Null: nobody does.
  MediaUses* media_uses = nullptr;
  /// Null: webhooks are never turned away.
  const store::EvidenceFlow* evidence_flow = nullptr;
};

/// What an attempt learned beside what is recorded of it.
struct Told {
  PersonalText detail;  ///< AttemptEnd::detail
  Wamid wamid;          ///< AttemptEnd::wamid, once it is recorded
};

/// One per loop. `parts` outlive it.
class Courier {
 public:
  explicit Courier(const OutboundParts& parts);

  /// At most one request that Meta may have taken (none where `known` of the recipient or the template
  /// forbids it), then the settlement under the claim's token. `record` is as it stands afterwards; one whose
  /// outcome could not be recorded is shown as unknown. `content` is that of the fallback if that was taken.
  Task<void> deliver(store::IntentRecord& record, Content& content, const contacts::Known& known,
                     Told* told = nullptr);
  /// Writes an attempt's end down, if need be again and again until the lease ends, and updates `record`.
  Task<Result<void>> settle(store::IntentRecord& record, AttemptEnd& end);

 private:
  /// The end of an attempt that is not made, because the template's definition forbids it.
  Task<std::optional<AttemptEnd>> misfit(const config::SenderEntry& sender, const Content& content,
                                         WallTime lease_end);
  /// Under the record's claim.
  Task<AttemptEnd> attempt(const config::SenderEntry& sender, const Content& content,
                           const store::IntentRecord& record);
  /// Of the same attempt, when Meta has refused the payload for its closed window.
  Task<AttemptEnd> attempt_fallback(const config::SenderEntry& sender, Content& content,
                                    const store::IntentRecord& record);
  Task<AttemptEnd> attempt_with_media(const config::SenderEntry& sender, const Content& content,
                                      const store::IntentRecord& record);
  /// Writes down that from here on Meta may have taken the message, where the claim does not say so already.
  /// False: the claim has ended or the store does not answer, and nothing may be sent.
  Task<bool> start_sending(const store::IntentRecord& record);
  Task<net::ClientResult> send(const config::SenderEntry& sender, const Content& content,
                               const boost::json::object& payload, const store::IntentRecord& record);
  /// Writes the end down, and beside it which files the message was sent with.
  Task<Result<void>> settle_with_files(store::IntentRecord& record, AttemptEnd& end);
  Task<Result<store::SettleResult>> write_down(store::Settlement settlement, WallTime lease_end);

  const OutboundParts& parts_;
  RecipientCheck recipients_;
  AttemptReport report_;
  RetryRules rules_;
};

}  // namespace wac::outbound
