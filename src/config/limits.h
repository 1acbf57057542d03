#pragma once
// How fast one sender may send, and when it stops by itself. The rules behind the numbers are those of
// store/pace.h; this is their configured form. The configuration's own are the defaults of every sender.

#include "base/time.h"

#include <cstdint>

namespace wac::config {

/// Zeros mean "no limit".
struct Limits {
  std::uint32_t sender_per_second = 80;  ///< SENDER_RATE: Meta's throughput of a number unless raised
  std::uint32_t tenant_per_second = 0;   ///< TENANT_RATE: all senders of a tenant together
  Millis pair_interval{6'000};           ///< PAIR_INTERVAL_MS: one message to one recipient per interval …
  std::uint32_t pair_burst = 45;         ///< PAIR_BURST: … after a burst of so many
  std::uint32_t breaker_min = 20;        ///< BREAKER_MIN: fewer answers in the window never open the breaker
  std::uint32_t breaker_percent = 50;    ///< BREAKER_PERCENT: share of server faults that opens it
  Millis breaker_window{30'000};         ///< BREAKER_WINDOW_MS
  Millis breaker_open{10'000};           ///< BREAKER_OPEN_MS: doubles at each failed probe …
  Millis breaker_open_max{300'000};      ///< BREAKER_OPEN_MAX_MS: … up to this
  friend bool operator==(const Limits&, const Limits&) = default;
};

}  // namespace wac::config
