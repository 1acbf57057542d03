#pragma once
// What is kept of a consumer between restarts, and its form in the store: JSON, sealed by whoever keeps it.

#include "base/error.h"
#include "crypto/fingerprint.h"
#include "delivery/endpoint_rules.h"
#include "delivery/window.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wac::delivery {

/// Events of a time, once more.
struct ReplayRange {
  WallTime from;
  WallTime to;
  bool contains(WallTime time) const { return time >= from && time <= to; }
};

struct Replay {
  ReplayRange range;
  std::string cursor;  ///< how far the log has been gone through
};

struct ConsumerState {
  std::string cursor;                          ///< behind it nothing is settled, but:
  std::vector<crypto::Fingerprint> done = {};  ///< what is settled out of order
  std::vector<TriedEvent> tried = {};          ///< what was refused and is not settled
  std::string owner;                           ///< the instance that serves it; empty: none
  WallTime owned_until;
  Endpoint endpoint;
  std::uint64_t taken = 0;  ///< events delivered so far
  std::optional<Replay> replay;
};

/// An event that was given up. It stays in the log for as long as any other.
struct DeadLetter {
  crypto::Fingerprint id;
  std::string before;  ///< cursor from which it is the next one
  std::string type;
  std::string reason;  ///< "http_500", "timeout", …: of the last try
  std::uint32_t tries = 0;
  WallTime at;
};

/// What an operator asked for and whoever serves the consumer has not done yet.
struct Orders {
  bool resume = false;
  bool redrive = false;
  std::optional<ReplayRange> replay;
  bool any() const { return resume || redrive || replay; }
};

std::string encode(const ConsumerState& state);
std::string encode(const std::vector<DeadLetter>& letters);
std::string encode(const Orders& orders);

// kCorrupt: not what encode() gave.
Result<ConsumerState> decode_state(std::string_view text);
Result<std::vector<DeadLetter>> decode_letters(std::string_view text);
Result<Orders> decode_orders(std::string_view text);

}  // namespace wac::delivery
