#pragma once
// W3C Trace Context, level 1 (https://www.w3.org/TR/trace-context/): the `traceparent` header.

#include "base/random.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wac::telemetry {

/// Never all zero when parsed or made.
struct TraceId {
  std::array<std::uint8_t, 16> bytes{};
  std::string hex() const;
  friend bool operator==(const TraceId&, const TraceId&) = default;
};

/// Never all zero when parsed or made.
struct SpanId {
  std::array<std::uint8_t, 8> bytes{};
  std::string hex() const;
  friend bool operator==(const SpanId&, const SpanId&) = default;
};

/// Random numbers without meaning: loggable.
std::string log_text(const TraceId& id);
std::string log_text(const SpanId& id);

struct TraceContext {
  TraceId trace;
  SpanId span;
  std::uint8_t flags = 0;  ///< bit 0: sampled

  /// A trace of its own, not sampled.
  static TraceContext start(Random& random);
  /// Nothing unless it is a valid header of version 00 (lower-case hex, ids not zero): the trace then starts
  /// anew, as the specification asks.
  static std::optional<TraceContext> parse(std::string_view header);

  /// The same trace with a new span.
  TraceContext child(Random& random) const;
  /// "00-<trace>-<span>-<flags>".
  std::string header() const;
  friend bool operator==(const TraceContext&, const TraceContext&) = default;
};

}  // namespace wac::telemetry
