#pragma once
// Keyed look-up values: what stands in keys, indexes and log lines in place of personal data.

#include "crypto/digest.h"

#include <array>
#include <compare>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace wac::crypto {

/// The first 16 bytes of HMAC-SHA-256(fingerprint key, domain, parts…). Equal inputs give equal values;
/// without the key nothing can be learned from one.
struct Fingerprint {
  std::array<std::uint8_t, 16> bytes{};

  std::string hex() const;
  /// The 16 raw bytes.
  std::string_view raw() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
  static std::optional<Fingerprint> from_hex(std::string_view text);
  static std::optional<Fingerprint> from_raw(std::string_view bytes);
  friend auto operator<=>(const Fingerprint&, const Fingerprint&) = default;
};

/// Makes a fingerprint loggable (telemetry's LogId): its hex.
std::string log_text(const Fingerprint& fingerprint);

/// One meaning, one domain: equal texts of different meaning never give equal fingerprints.
enum class Domain : std::uint8_t {
  kDedupeKey = 1,   ///< tenant, dedupe key of an intent
  kIntentId = 2,    ///< tenant, caller's intent id
  kIntentBody = 3,  ///< canonical body of an intent
  kEvent = 4,       ///< identity of a webhook item
  kRecipient = 5,   ///< tenant, phone or user id
  kLogId = 6,       ///< an identifier too free in form to be logged as it is
  kContact = 7,     ///< sender, digits of a phone number or a user id: one who writes to it or is written to
  kMessage = 16,    ///< sender, Meta's message id
  kMediaUrl = 20,   ///< a URL that media is fetched from
  kMediaId = 21,    ///< sender, content, type of uploaded media
  kConversation = 24,   ///< sender, phone or user id: whose order and pair limit a message shares
  kCredential = 25,     ///< access token: another one clears what the old one caused
  kConsumer = 32,       ///< tenant, consumer: what is kept of it
  kEventGroup = 40,     ///< tenant, group of readers: what is kept of it; tenant alone: of its groups
  kArchivedMedia = 48,  ///< tenant, Meta's media id: its file in the archive
};

/// One per loop: not thread-safe.
class Fingerprinter {
 public:
  /// `key`: the keyring's fingerprint key.
  explicit Fingerprinter(const Secret& key) : hmac_(key) {}
  /// Parts are length-prefixed: ("ab","c") differs from ("a","bc").
  Fingerprint of(Domain domain, std::initializer_list<std::string_view> parts);

 private:
  HmacSha256 hmac_;
};

}  // namespace wac::crypto
