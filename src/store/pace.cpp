#include "store/pace.h"

namespace wac::store {

std::string_view name(Hold hold) {
  switch (hold) {
    case Hold::kNone:
      return "none";
    case Hold::kOrder:
      return "order";
    case Hold::kPairPace:
      return "pair_pace";
    case Hold::kSenderPace:
      return "sender_pace";
    case Hold::kTenantPace:
      return "tenant_pace";
    case Hold::kBreaker:
      return "breaker";
    case Hold::kStopped:
      return "stopped";
  }
  return "none";
}

std::optional<Hold> hold_from(std::uint8_t number) {
  if (number > static_cast<std::uint8_t>(Hold::kStopped)) return std::nullopt;
  return static_cast<Hold>(number);
}

std::string_view name(BreakerState state) {
  switch (state) {
    case BreakerState::kClosed:
      return "closed";
    case BreakerState::kOpen:
      return "open";
    case BreakerState::kHalfOpen:
      return "half_open";
  }
  return "closed";
}

}  // namespace wac::store
