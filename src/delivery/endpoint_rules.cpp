#include "delivery/endpoint_rules.h"

#include "base/retry_after.h"

#include <algorithm>

namespace wac::delivery {
namespace {

constexpr int kGone = 410;

/// The n-th value of first, 2 first, 4 first, …, at most `max`.
Millis doubled(Millis first, Millis max, std::uint32_t n) {
  Millis bound = std::min(first, max);
  for (std::uint32_t i = 0; i < n && bound < max; ++i) bound = std::min(bound * 2, max);
  return bound;
}

Millis up_to(Millis bound, Random& random) {
  return Millis{static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(bound.count()) + 1))};
}

}  // namespace

Answer judge(const net::ClientResult& result, WallTime now) {
  if (!result) {
    const ErrorCode code = result.error().error.code;
    return {Verdict::kFailed, std::string{name(code)}, std::nullopt, 0, code};
  }
  const int status = result->status;
  if (status >= 200 && status < 300) return {Verdict::kTaken, "", std::nullopt, status};
  Answer answer{Verdict::kFailed, "http_" + std::to_string(status), std::nullopt, status};
  if (status == kGone) answer.verdict = Verdict::kGone;
  answer.retry_after = parse_retry_after(result->header("retry-after"), now);
  return answer;
}

Millis retry_wait(const config::DeliveryRules& rules, std::uint32_t tries, std::optional<Millis> retry_after,
                  Random& random) {
  const Millis wait = up_to(doubled(rules.retry_first, rules.retry_max, tries == 0 ? 0 : tries - 1), random);
  return std::max(wait, std::min(retry_after.value_or(Millis{0}), rules.retry_max));
}

Endpoint after(Endpoint endpoint, const Answer& answer, const config::DeliveryRules& rules, WallTime now,
               Random& random) {
  if (answer.verdict == Verdict::kTaken) {
    Endpoint healthy;
    healthy.stopped = endpoint.stopped;
    healthy.last_error = std::move(endpoint.last_error);
    healthy.last_error_at = endpoint.last_error_at;
    healthy.last_taken_at = now;
    return healthy;
  }
  endpoint.last_error = answer.error;
  endpoint.last_error_at = now;
  if (answer.verdict == Verdict::kNever) {
    // As a probe it has told nothing; what is kept although it cannot be delivered is not tried without
    // pause.
    if (endpoint.paused) endpoint.next_probe = now + rules.retry_first;
    return endpoint;
  }
  if (endpoint.failures++ == 0) endpoint.failing_since = now;
  if (answer.verdict == Verdict::kGone) endpoint.stopped = true;
  const bool was_paused = endpoint.paused;
  endpoint.paused = was_paused || (endpoint.failures >= rules.pause_failures &&
                                   now - endpoint.failing_since >= rules.pause_after);
  if (!endpoint.paused) return endpoint;
  if (was_paused) ++endpoint.probes;
  // Ten times the first wait, doubling; half of it random, so that many endpoints are not probed at once.
  const Millis bound = doubled(rules.retry_first * 10, rules.retry_max, endpoint.probes);
  const Millis wait = bound / 2 + up_to(bound / 2, random);
  endpoint.next_probe =
      now + std::max(wait, std::min(answer.retry_after.value_or(Millis{0}), rules.retry_max));
  return endpoint;
}

bool gives_up(const Endpoint& endpoint, const config::DeliveryRules& rules, WallTime first, WallTime now) {
  return !endpoint.paused && !endpoint.stopped && now - first >= rules.give_up;
}

bool takes_others(const Endpoint& endpoint, WallTime now) {
  constexpr Millis kLately{60'000};
  return now - endpoint.last_taken_at <= kLately;
}

bool holds_up(const Endpoint& endpoint, std::uint32_t tries) {
  constexpr std::uint32_t kTries = 8;
  return tries >= kTries && !endpoint.paused && !endpoint.stopped;
}

std::string_view word_for(const Endpoint& endpoint) {
  if (endpoint.stopped) return "stopped";
  return endpoint.paused ? "paused" : "running";
}

}  // namespace wac::delivery
