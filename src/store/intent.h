#pragma once
// An intent as the store keeps it, and the order in which its states may follow each other. The store knows
// nothing of WhatsApp: payloads and message ids are sealed blobs, look-ups are fingerprints.

#include "base/ids.h"
#include "base/time.h"
#include "crypto/fingerprint.h"
#include "crypto/keyring.h"
#include "store/pace.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wac::store {

/// Stored as these numbers: never renumber.
enum class IntentState : std::uint8_t {
  kAccepted = 0,     ///< durable, not yet claimed
  kRetryWait = 1,    ///< a safe failure; due again at `due`
  kSending = 2,      ///< claimed under a lease; the attempt may have started
  kUnknown = 3,      ///< an attempt's outcome cannot be known; evidence is awaited until `due`
  kUnconfirmed = 4,  ///< the window closed without evidence: a person decides
  kSent = 10,
  kDelivered = 11,
  kRead = 12,
  kPlayed = 13,
  kFailed = 20,     ///< refused for good
  kExpired = 21,    ///< `expires_at` passed before it was sent
  kCancelled = 22,  ///< withdrawn before it was sent
  kDead = 23,       ///< attempts or time used up; keeps its payload, for a person to redrive
};

/// "accepted", "retry_wait", … as the API shows them.
std::string_view name(IntentState state);
std::optional<IntentState> intent_state_from(std::uint8_t number);

/// Still to be worked on: has a place in the due queue.
bool is_open(IntentState state);

/// Whether evidence from a status webhook may move `from` to `to`. Ranks only rise (sent < delivered < read <
/// played); `failed` replaces anything but delivered, read and played, and is itself replaced by those; a
/// state reached without evidence (expired, cancelled, dead, unconfirmed, …) yields to any evidence.
/// Both engines use this function (the Redis scripts through a table generated from it).
bool evidence_may_move(IntentState from, IntentState to);

enum class OnUnknown : std::uint8_t {
  kHold = 0,    ///< park as unconfirmed
  kResend = 1,  ///< try again, if other evidence did arrive for the sender meanwhile
};

/// How far an attempt has come that has work to do before it may send (files to fetch). Stored as these
/// numbers.
enum class Preparation : std::uint8_t {
  kNone = 0,     ///< no such work: from its claim on, an attempt may have sent
  kPending = 1,  ///< nothing has been sent: when the claim ends, the intent waits again
  kDone = 2,     ///< start_sending() was called: it may have sent
};
std::optional<Preparation> preparation_from(std::uint8_t number);

/// The identity of an intent: fingerprint of (tenant, dedupe key). Also, with the attempt number, what
/// travels in biz_opaque_callback_data.
using IntentKey = crypto::Fingerprint;

/// What a claim brings.
struct NewIntent {
  /// Chosen at random by who claims (2 to 2^40) and becomes the first fencing token, so that a claim whose
  /// answer was lost can be repeated: the same claim again is kNew, not kDuplicate. 0: not repeatable.
  std::uint64_t claim_id = 0;
  IntentKey key;
  /// Fingerprint of (tenant, intent id), for look-ups by the caller's id. Unique per sender: another key
  /// under the same id is refused (kIdConflict).
  crypto::Fingerprint id_fingerprint;
  /// Fingerprint of the canonical body: the same key with another body is refused (kBodyConflict).
  crypto::Fingerprint body;
  TenantId tenant;
  IntentId id;
  SenderId sender;
  /// Fingerprint of (sender, recipient): the conversation whose order and pace it keeps. All zero: none.
  crypto::Fingerprint recipient;
  Priority priority = Priority::kNormal;
  PaceLimits limits;
  /// Fingerprint of the access token. Another one than the sender's last clears the breaker, and a stop that
  /// waits for one. All zero: not told.
  crypto::Fingerprint credential;
  CorrelationId correlation;
  OnUnknown on_unknown = OnUnknown::kHold;
  bool prepares = false;  ///< every attempt begins as Preparation::kPending
  /// Context for opening: payload_context(key).
  crypto::SealedBlob payload;
  WallTime created;
  WallTime due;                        ///< not before (sendAt), else created
  std::optional<WallTime> expires_at;  ///< not after
};

/// What the store knows of an intent.
struct IntentRecord {
  IntentKey key;
  crypto::Fingerprint body;
  TenantId tenant;
  IntentId id;
  SenderId sender;
  crypto::Fingerprint recipient;
  Priority priority = Priority::kNormal;
  CorrelationId correlation;
  OnUnknown on_unknown = OnUnknown::kHold;
  Hold hold = Hold::kNone;  ///< of accepted and retry_wait: why it waits
  Preparation preparation = Preparation::kNone;
  IntentState state = IntentState::kAccepted;
  std::uint32_t attempt = 0;    ///< attempts started so far
  std::uint32_t uncounted = 0;  ///< of these, the ones that do not count towards DueRules::max_attempts
  std::uint64_t token = 0;      ///< fencing token of the current claim; rises with every claim
  WallTime created;
  WallTime age_from;  ///< what DueRules::max_age counts from: `created`, or later if scheduled or redriven
  WallTime updated;   ///< when the state last changed
  WallTime due;       ///< of open intents
  std::optional<WallTime> expires_at;
  std::uint32_t error_code = 0;       ///< Graph's code of the last refusal; 0: none
  std::uint32_t upstream_status = 0;  ///< HTTP status of the last answer; 0: none
  bool alternative = false;           ///< the last attempt took the alternative its payload holds
  std::uint32_t duplicates = 0;       ///< further messages Meta is known to have accepted for this intent
  std::string pricing;                ///< what evidence last said of the price (Evidence::pricing)
  /// When each state was first entered, in order of time.
  std::vector<std::pair<IntentState, WallTime>> timeline;
  /// While open: the payload. Once Meta accepted it: the sealed wamid, context outcome_context(key). Only
  /// filled where a function says so.
  crypto::SealedBlob payload;
  crypto::SealedBlob wamid;
};

std::string payload_context(const IntentKey& key);
std::string outcome_context(const IntentKey& key);

}  // namespace wac::store
