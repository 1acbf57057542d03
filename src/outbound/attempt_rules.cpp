#include "outbound/attempt_rules.h"

#include "whatsapp/usage_headers.h"

#include <algorithm>

namespace wac::outbound {
namespace {

using store::IntentState;
using whatsapp::ErrorClass;
using whatsapp::ErrorScope;
using whatsapp::GraphAnswer;
using whatsapp::SendVerdict;
using Signal = store::PaceSignal::Kind;

// A wait that Meta asked for is kept in full and spread by up to a fifth, so that many waiters do not return
// in one moment.
Millis spread(Millis wait, Random& random) {
  return wait +
         Millis{static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(wait.count()) / 5 + 1))};
}

whatsapp::Usage usage_of(const net::ClientResponse& response) {
  return whatsapp::parse_usage(response.header("x-app-usage"), response.header("x-business-use-case-usage"));
}

bool stops_sender(ErrorScope scope) {
  return scope == ErrorScope::kSender || scope == ErrorScope::kAccount || scope == ErrorScope::kToken;
}

/// Whom a throttle makes wait besides the message itself.
Signal throttle_signal(ErrorScope scope) {
  switch (scope) {
    case ErrorScope::kRecipient:
      return Signal::kPairThrottled;
    case ErrorScope::kMessage:
    case ErrorScope::kTemplate:
      return Signal::kAnswered;
    case ErrorScope::kSender:
    case ErrorScope::kAccount:
    case ErrorScope::kToken:
      break;
  }
  return Signal::kThrottled;
}

AttemptEnd retry(Millis wait, std::uint32_t attempt, const RetryRules& rules) {
  AttemptEnd end;
  const bool used_up = attempt >= rules.max_attempts;
  end.state = used_up ? IntentState::kDead : IntentState::kRetryWait;
  end.wait = used_up ? Millis{0} : wait;
  end.signal.kind = Signal::kServerFault;
  return end;
}

AttemptEnd unknown(Repeatable repeatable, std::uint32_t attempt, const RetryRules& rules, Random& random) {
  if (repeatable == Repeatable::kYes) return retry(backoff(rules, attempt, random), attempt, rules);
  AttemptEnd end;
  end.state = IntentState::kUnknown;
  end.wait = rules.unknown_window;
  end.signal.kind = Signal::kServerFault;
  return end;
}

/// How long Meta wants quiet: what it says in headers, within bounds, but never less than the catalogue's.
Millis throttle_wait(const net::ClientResponse& response, const whatsapp::ErrorInfo& error,
                     const RetryRules& rules, WallTime now) {
  const auto asked = whatsapp::parse_retry_after(response.header("retry-after"), now);
  Millis wait = std::max(std::min(asked.value_or(Millis{0}), rules.retry_after_max), error.wait);
  if (error.scope == ErrorScope::kAccount || error.scope == ErrorScope::kToken) {
    wait = std::max(wait, usage_of(response).regain);
  }
  return wait;
}

/// The message was not judged: it waits its turn and the attempt does not count. The sender's pace does the
/// spacing; the little jitter of our own keeps many waiters of one moment apart.
AttemptEnd not_now(Signal kind, Millis wait, const RetryRules& rules, Random& random) {
  AttemptEnd end;
  end.state = IntentState::kRetryWait;
  end.signal.kind = kind;
  end.signal.wait = wait;
  end.wait = wait + backoff(rules, 1, random);
  end.counts = false;
  return end;
}

AttemptEnd refused(const net::ClientResponse& response, const whatsapp::ErrorInfo& error,
                   const RetryRules& rules, WallTime now, Random& random) {
  if (error.error_class == ErrorClass::kThrottled) {
    return not_now(throttle_signal(error.scope), spread(throttle_wait(response, error, rules, now), random),
                   rules, random);
  }
  if (error.error_class == ErrorClass::kTenantFatal && stops_sender(error.scope)) {
    AttemptEnd end = not_now(Signal::kStop, Millis{0}, rules, random);
    end.signal.code = error.code;
    end.signal.until_new_credential = error.scope == ErrorScope::kToken;
    return end;
  }
  AttemptEnd end;
  end.state = IntentState::kFailed;
  end.signal.kind = Signal::kAnswered;
  return end;
}

}  // namespace

Millis backoff(const RetryRules& rules, std::uint32_t attempt, Random& random) {
  const std::uint32_t doublings = std::min<std::uint32_t>(attempt > 0 ? attempt - 1 : 0, 20);
  const std::int64_t ceiling = std::min(rules.max.count(), rules.first.count() << doublings);
  return Millis{static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(ceiling) + 1))};
}

AttemptEnd judge(const net::ClientResult& result, Repeatable repeatable, std::uint32_t attempt,
                 const RetryRules& rules, WallTime now, Random& random) {
  if (!result) {
    return result.error().written == net::Written::kNothing
               ? retry(backoff(rules, attempt, random), attempt, rules)
               : unknown(repeatable, attempt, rules, random);
  }
  GraphAnswer answer = whatsapp::parse_send_answer(result->status, result->body);
  AttemptEnd end;
  switch (answer.verdict) {
    case SendVerdict::kAccepted:
      end.state = IntentState::kSent;
      end.wamid = std::move(answer.wamid);
      end.wa_id = std::move(answer.wa_id);
      end.signal.kind = Signal::kAnswered;
      break;
    case SendVerdict::kRefused:
      end = refused(*result, answer.error, rules, now, random);
      end.error_code = answer.error.code;
      end.scope = answer.error.scope;
      break;
    case SendVerdict::kUnknown:
      end = unknown(repeatable, attempt, rules, random);
      end.error_code = answer.error.code;
      break;
  }
  end.signal.usage_percent = usage_of(*result).percent;
  end.upstream_status = static_cast<std::uint32_t>(result->status);
  end.trace.text = std::move(answer.trace);
  end.detail = std::move(answer.detail);
  return end;
}

RetryRules RetryRules::of(const config::Policies& policies) const {
  RetryRules rules = *this;
  rules.first = policies.retry_first.value_or(first);
  rules.max = policies.retry_max.value_or(max);
  rules.max_attempts = policies.max_attempts.value_or(max_attempts);
  return rules;
}

void end_by_age(AttemptEnd& end, WallTime age_from, Millis max_age, WallTime now) {
  if (end.state == store::IntentState::kRetryWait && now + end.wait >= age_from + max_age) {
    end.state = store::IntentState::kDead;
  }
}

}  // namespace wac::outbound
