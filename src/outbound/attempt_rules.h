#pragma once
// What one attempt's end means for its intent (design §3.2, §3.3): plain functions, no I/O.

#include "base/random.h"
#include "config/config.h"
#include "net/http_client.h"
#include "outbound/media_ids.h"
#include "store/intent_store.h"
#include "whatsapp/graph_response.h"

#include <vector>

namespace wac::outbound {

struct RetryRules {
  Millis first{1'000};              ///< before the second attempt, with full jitter
  Millis max{60'000};               ///< no single wait by backoff is longer
  Millis retry_after_max{900'000};  ///< bound on what Retry-After may ask for
  Millis sender_wait{60'000};       ///< while the sender is not in the configuration: it may come back
  Millis unknown_window{600'000};
  std::uint32_t max_attempts = 10;

  /// These with what a tenant's policies say instead.
  RetryRules of(const config::Policies& policies) const;
};

/// Uniform in [0, min(max, first · 2^(attempt-1))].
Millis backoff(const RetryRules& rules, std::uint32_t attempt, Random& random);

enum class Repeatable : std::uint8_t { kNo, kYes };

/// Meta's fbtrace_id, whose characters whatsapp::parse_send_answer() has checked: what Meta's support asks
/// for.
struct GraphTrace {
  std::string text;
};
inline std::string log_text(const GraphTrace& trace) {
  return trace.text;
}

/// What to write down after an attempt.
struct AttemptEnd {
  store::IntentState state = store::IntentState::kUnknown;
  Millis wait{0};  ///< until due again, for kRetryWait and kUnknown
  std::uint32_t error_code = 0;
  std::uint32_t upstream_status = 0;
  Wamid wamid;
  /// What an error says beyond its code (the broken rules, or Meta's words), for the intent's caller only.
  PersonalText detail;
  Phone wa_id;  ///< the recipient's number as WhatsApp knows it; empty when not told
  GraphTrace trace;
  std::vector<UsedMedia> files;  ///< what we uploaded for it
  /// How far an error reaches.
  whatsapp::ErrorScope scope = whatsapp::ErrorScope::kMessage;
  /// What it teaches about the sender.
  store::PaceSignal signal;
  /// False: it says nothing about the message (throttled, sender stopped), so it does not use up attempts.
  bool counts = true;
  bool alternative = false;  ///< the fallback was what went
};

/// `repeatable`: sending twice does no harm (mark_read), so an unknown outcome is simply retried. `attempt`:
/// which one this is of those that count.
///
/// What Meta's error says about the sender follows from its class and scope in the catalogue, never from its
/// text: a throttle of the recipient pauses that conversation, one of the message or its template (a flow, a
/// request to call) only that message, any other one the sender; a tenant-fatal error stops the sender,
/// unless it is about one feature only, which fails the message; faults and lost answers count for the
/// breaker; everything else is an answer.
AttemptEnd judge(const net::ClientResult& result, Repeatable repeatable, std::uint32_t attempt,
                 const RetryRules& rules, WallTime now, Random& random);

/// A retry that would start when the intent is older than `max_age` is none: it ends dead.
void end_by_age(AttemptEnd& end, WallTime age_from, Millis max_age, WallTime now);

}  // namespace wac::outbound
