#pragma once
// An intent as callers mean it, and what became of it.

#include "base/ids.h"
#include "base/personal.h"
#include "base/time.h"
#include "outbound/content.h"
#include "store/intent.h"
#include "whatsapp/recipient.h"

#include <memory>
#include <optional>
#include <string>

namespace wac::outbound {

/// The kind of message, for logs and rules. Order as in type_name().
enum class MessageType : std::uint8_t {
  kText,
  kImage,
  kAudio,
  kVideo,
  kDocument,
  kSticker,
  kLocation,
  kContacts,
  kReaction,
  kTemplate,
  kInteractive,
  kMarkRead,
  kPin,
  kRaw,
  kOther
};

/// Free-form messages are allowed inside the customer-service window only (facts §2.1). Of types we do not
/// know nothing is claimed.
bool is_free_form(MessageType type);
std::string_view name(MessageType type);
MessageType message_type_from(std::string_view name);

/// What the caller wants while the sender is stopped or its breaker is open.
enum class WhenPaused : std::uint8_t {
  kWait,    ///< recorded, and sent when the sender goes on
  kRefuse,  ///< not recorded: the caller decides (sender_paused)
};

/// A checked intent: its payload has passed the linter.
struct Intent {
  TenantId tenant;
  IntentId id;
  SenderId sender;
  CorrelationId correlation;
  /// The caller's dedupe key: free text, so treated as personal.
  PersonalText dedupe_key;
  MessageType type = MessageType::kOther;
  /// Canonical JSON {"context":…,"payload":{…},"to" | "recipient" | "group":…}, perhaps with "fallback": what
  /// is fingerprinted, sealed and, at every attempt, made into the Graph request.
  PersonalText content;
  /// The same, where it is at hand as it was parsed: it need not be read again to be sent at once.
  std::unique_ptr<Content> parsed;
  store::OnUnknown on_unknown = store::OnUnknown::kHold;
  store::Priority priority = store::Priority::kNormal;
  WhenPaused when_paused = WhenPaused::kWait;
  std::optional<WallTime> send_at;
  std::optional<WallTime> expires_at;
};

/// How a submission ended.
enum class Submission : std::uint8_t {
  kNew,           ///< recorded now; `record` tells how far it came
  kDuplicate,     ///< known before; `record` is what is recorded
  kBodyConflict,  ///< 409 idempotency_key_reused
  kIdConflict,    ///< 409 intent_id_reused
  kRefused,       ///< its sender is paused and the caller does not wait: nothing is recorded
};

struct Outcome {
  Submission submission = Submission::kNew;
  store::IntentRecord record;
  Wamid wamid;  ///< when known
  /// The broken rules by JSON pointer, when an error of ours failed it within this submission.
  PersonalText detail;
  Micros latency{0};      ///< of the whole submission
  Millis retry_after{0};  ///< kRefused: when it is worth another try
};

}  // namespace wac::outbound
