#pragma once
// What is known of a contact beyond its last message, and the rules about it. Plain functions without I/O.

#include "base/error.h"
#include "base/personal.h"
#include "base/time.h"
#include "crypto/fingerprint.h"

#include <cstdint>
#include <optional>
#include <string>

namespace wac::contacts {

/// The customer-service window: free-form messages are allowed this long after the user's last message or
/// call (facts §2.1).
inline constexpr Millis kWindow{86'400'000};
/// So close to the window's end clocks may disagree: Meta decides.
inline constexpr Millis kWindowEdge{60'000};

enum class Window : std::uint8_t {
  kUnknown,  ///< nothing is known of the contact: Meta decides
  kOpen,
  kClosed,
};
Window window_of(std::optional<WallTime> heard_at, WallTime now);

/// The user's word on marketing messages, and when it was said.
struct MarketingWord {
  bool stopped = false;
  WallTime at;
  friend bool operator==(const MarketingWord&, const MarketingWord&) = default;
};

struct Facts {
  std::optional<MarketingWord> marketing;
  /// The identity under which this contact writes now, where that is another one (facts §8: a number that
  /// WhatsApp knows in another form; a user id that was replaced).
  std::optional<crypto::Fingerprint> same_as;

  bool stopped() const { return marketing && marketing->stopped; }
  friend bool operator==(const Facts&, const Facts&) = default;
};

/// What a send may need to know of its recipient.
struct Known {
  std::optional<WallTime> heard_at;
  Facts facts;
};

/// The later word counts; of two at the same time, a stop. Whether anything changed.
bool hear(Facts& facts, const MarketingWord& word);

/// How the facts are sealed: JSON.
std::string write_facts(const Facts& facts);
/// kCorrupt: not what write_facts() wrote.
Result<Facts> read_facts(const PersonalText& text);

}  // namespace wac::contacts
