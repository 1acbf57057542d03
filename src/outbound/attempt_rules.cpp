#include "outbound/attempt_rules.h"

#include <algorithm>

namespace wac::outbound {
namespace {

using store::IntentState;
using whatsapp::ErrorClass;
using whatsapp::GraphAnswer;
using whatsapp::SendVerdict;

// A wait that Meta asked for is kept in full and spread by up to a fifth, so that many waiters do not return
// in one moment.
Millis spread(Millis wait, Random& random) {
  return wait +
         Millis{static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(wait.count()) / 5 + 1))};
}

AttemptEnd retry(Millis wait, std::uint32_t attempt, const RetryRules& rules) {
  AttemptEnd end;
  const bool used_up = attempt >= rules.max_attempts;
  end.state = used_up ? IntentState::kDead : IntentState::kRetryWait;
  end.wait = used_up ? Millis{0} : wait;
  return end;
}

AttemptEnd unknown(Repeatable repeatable, std::uint32_t attempt, const RetryRules& rules, Random& random) {
  if (repeatable == Repeatable::kYes) return retry(backoff(rules, attempt, random), attempt, rules);
  AttemptEnd end;
  end.state = IntentState::kUnknown;
  end.wait = rules.unknown_window;
  return end;
}

AttemptEnd refused(const net::ClientResponse& response, const GraphAnswer& answer, std::uint32_t attempt,
                   const RetryRules& rules, WallTime now, Random& random) {
  if (answer.error.error_class == ErrorClass::kThrottled) {
    const auto asked = whatsapp::parse_retry_after(response.header("retry-after"), now);
    const Millis bounded = std::min(asked.value_or(Millis{0}), rules.retry_after_max);
    const Millis wait = std::max({bounded, answer.error.wait, Millis{0}});
    return retry(spread(wait, random) + backoff(rules, attempt, random), attempt, rules);
  }
  // A refused token can be replaced while we wait; the message itself was not judged.
  if (answer.error.error_class == ErrorClass::kTenantFatal &&
      answer.error.scope == whatsapp::ErrorScope::kToken) {
    return retry(spread(rules.token_wait, random), attempt, rules);
  }
  AttemptEnd end;
  end.state = IntentState::kFailed;
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
      break;
    case SendVerdict::kRefused:
      end = refused(*result, answer, attempt, rules, now, random);
      end.error_code = answer.error.code;
      break;
    case SendVerdict::kUnknown:
      end = unknown(repeatable, attempt, rules, random);
      end.error_code = answer.error.code;
      break;
  }
  end.upstream_status = static_cast<std::uint32_t>(result->status);
  end.trace.text = std::move(answer.trace);
  return end;
}

RetryRules RetryRules::of(const config::Policies& policies) const {
  RetryRules rules = *this;
  rules.first = policies.retry_first.value_or(first);
  rules.max = policies.retry_max.value_or(max);
  rules.max_attempts = policies.max_attempts.value_or(max_attempts);
  return rules;
}

void end_by_age(AttemptEnd& end, WallTime created, Millis max_age, WallTime now) {
  if (end.state == store::IntentState::kRetryWait && now + end.wait >= created + max_age) {
    end.state = store::IntentState::kDead;
  }
}

}  // namespace wac::outbound
