#pragma once
// How a consumer's answers are judged, how long to wait after a failure, and when it is paused. Plain rules.

#include "base/random.h"
#include "config/consumer.h"
#include "net/http_client.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wac::delivery {

enum class Verdict : std::uint8_t {
  kTaken,   ///< 2xx: the consumer has it
  kFailed,  ///< anything else: again later. Redirects too: they are never followed.
  kNever,  ///< this event cannot be taken, whenever it is tried: a dead letter now. Not the endpoint's fault.
  kGone,   ///< 410: the consumer wants no more (Standard Webhooks)
};

struct Answer {
  Verdict verdict = Verdict::kFailed;
  /// "http_503", or the name of what failed: "timeout", "connect_failed", …
  std::string error;
  std::optional<Millis> retry_after;  ///< as it was asked for
  int status = 0;                     ///< 0: there was no answer, but:
  ErrorCode code = ErrorCode::kInternal;
};

Answer judge(const net::ClientResult& result, WallTime now);

/// Before try number `tries + 1` (after the `tries`-th failed): full jitter, doubling from retry_first to
/// retry_max, and not before what Retry-After asks for, as far as retry_max.
Millis retry_wait(const config::DeliveryRules& rules, std::uint32_t tries, std::optional<Millis> retry_after,
                  Random& random);

/// What is known of an endpoint, whichever event was tried.
struct Endpoint {
  std::uint32_t failures = 0;  ///< in a row
  WallTime failing_since;      ///< of the first of them
  bool paused = false;
  bool stopped = false;  ///< by 410: until somebody resumes it
  std::uint32_t probes = 0;
  WallTime next_probe;  ///< while paused: not before
  std::string last_error;
  WallTime last_error_at;
  WallTime last_taken_at;
};

/// The state after an answer. Whether it has just been paused, resumed or stopped shows in the difference.
Endpoint after(Endpoint endpoint, const Answer& answer, const config::DeliveryRules& rules, WallTime now,
               Random& random);

/// Whether an event tried first at `first` and just refused becomes a dead letter. Not while the endpoint is
/// paused: then it is the endpoint, not the event.
bool gives_up(const Endpoint& endpoint, const config::DeliveryRules& rules, WallTime first, WallTime now);

/// Whether the endpoint took an event lately, so that one it refuses may be the event's own fault.
bool takes_others(const Endpoint& endpoint, WallTime now);

/// Whether an event that was refused `tries` times in a row while all else waited for it becomes a dead
/// letter before its time. A consumer with a bad minute refuses any event a few times: that is not enough.
bool holds_up(const Endpoint& endpoint, std::uint32_t tries);

/// "running", "paused", "stopped".
std::string_view word_for(const Endpoint& endpoint);

}  // namespace wac::delivery
