#pragma once
// SHA-256 and HMAC-SHA-256 over OpenSSL, with the contexts kept for reuse. One object per loop and key: not
// thread-safe.

#include "base/personal.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

namespace wac::crypto {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view bytes);

/// SHA-256 of a text that comes in pieces.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void update(std::string_view bytes);
  /// Ends the text and starts a new one.
  Digest finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Compares without a time that depends on the content; lengths may leak.
bool constant_time_equal(std::string_view a, std::string_view b);

class HmacSha256 {
 public:
  explicit HmacSha256(const Secret& key);
  explicit HmacSha256(std::string_view key);
  HmacSha256(HmacSha256&&) noexcept;
  HmacSha256& operator=(HmacSha256&&) noexcept;
  ~HmacSha256();

  void update(std::string_view bytes);
  /// Ends the message and starts a new one with the same key.
  Digest finish();
  Digest mac(std::string_view bytes) {
    update(bytes);
    return finish();
  }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wac::crypto
