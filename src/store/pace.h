#pragma once
// How fast a sender may send, and in which order: what a claim brings, what an attempt teaches, and what
// people see of it. Decided inside IntentStore::claim() and take_due(), so it holds across processes. The
// limits are Meta's (messages per second of a phone number, messages to one recipient) and the operator's (a
// tenant's quota, the breaker).

#include "base/ids.h"
#include "base/time.h"
#include "crypto/fingerprint.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace wac::store {

/// Of one sender, from configuration; a zero means "no such limit". They come with every claim and are
/// remembered by the store; other values replace the remembered ones.
struct PaceLimits {
  std::uint32_t sender_per_second = 0;  ///< ceiling of the sender's pace; bursts of a tenth of it
  std::uint32_t tenant_per_second = 0;  ///< of all senders of its tenant within one partition
  Millis pair_interval{0};              ///< one message to one recipient per interval …
  std::uint32_t pair_burst = 0;         ///< … after a burst of so many
  std::uint32_t breaker_min = 0;  ///< answers within the window below which the breaker never opens; 0: none
  std::uint32_t breaker_percent = 50;  ///< share of server faults that opens it
  Millis breaker_window{30'000};
  Millis breaker_open{10'000};       ///< first time open; doubles with each failed probe …
  Millis breaker_open_max{300'000};  ///< … up to this

  friend bool operator==(const PaceLimits&, const PaceLimits&) = default;
};

/// High overtakes normal between the recipients of a sender, never within one. Stored as these numbers.
enum class Priority : std::uint8_t { kNormal = 0, kHigh = 1 };

/// Why an accepted intent or a retry waits. Stored, as it was known when the wait began, as these numbers;
/// IntentStore::find() tells how it is now.
enum class Hold : std::uint8_t {
  kNone = 0,
  kOrder = 1,       ///< an earlier one of the same recipient goes first
  kPairPace = 2,    ///< the recipient's pace, or Meta's pause for the recipient
  kSenderPace = 3,  ///< the sender's pace, or Meta's wait for the sender
  kTenantPace = 4,
  kBreaker = 5,
  kStopped = 6,
};

/// "none", "order", "pair_pace", … as the API shows them.
std::string_view name(Hold hold);
std::optional<Hold> hold_from(std::uint8_t number);

/// What an attempt's end teaches about its sender.
struct PaceSignal {
  enum class Kind : std::uint8_t {
    kNone,           ///< nothing: Graph was not reached, or the outcome is unknown
    kAnswered,       ///< Graph answered, success or a permanent error of ours
    kThrottled,      ///< the sender is too fast: its rate halves, nothing starts for `wait`
    kPairThrottled,  ///< this recipient only: paused 1, 4, 16, 64, 256 s (Meta's 4^X), until a success
    kServerFault,    ///< counts against the breaker
    kStop,           ///< nothing starts until resume(), or another credential where `until_new_credential`
    kUsage,          ///< only `usage_percent` is news
  };
  Kind kind = Kind::kNone;
  Millis wait{0};                     ///< kThrottled
  std::uint32_t code = 0;             ///< kStop: Graph's code, shown until the stop ends
  bool until_new_credential = false;  ///< kStop: the token was the reason
  /// Fingerprint of the token that was used; all zero: not told. A stop because of another token than the
  /// sender has by now is no news.
  crypto::Fingerprint credential = {};
  /// Highest of Meta's usage headers; 0: not reported. From 75 on the rate falls, to a tenth at 100. A report
  /// holds for a minute.
  std::uint8_t usage_percent = 0;
};

enum class BreakerState : std::uint8_t { kClosed = 0, kOpen = 1, kHalfOpen = 2 };

/// "closed", "open", "half_open".
std::string_view name(BreakerState state);

/// A sender's pace, for people.
struct SenderPace {
  SenderId sender;
  std::uint32_t ceiling = 0;              ///< messages per second; 0: no limit
  double rate = 0;                        ///< messages per second now; meaningless without a ceiling
  std::uint8_t usage_percent = 0;         ///< Meta's last report, if it still holds
  std::optional<WallTime> blocked_until;  ///< Meta's wait, if still to come
  BreakerState breaker = BreakerState::kClosed;
  std::optional<WallTime> open_until;     ///< unless closed: when the next probe may start, as far as known
  std::uint32_t stopped_code = 0;         ///< Graph's code
  std::optional<WallTime> stopped_since;  ///< nothing: not stopped
  bool until_new_credential = false;
  crypto::Fingerprint credential;  ///< of the token it last had; all zero: not told
  std::uint64_t queued = 0;        ///< accepted and retry_wait
};

}  // namespace wac::store
