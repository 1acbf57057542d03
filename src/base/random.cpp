#include "base/random.h"

#include <array>
#include <cstdlib>
#include <cstring>
#include <sys/random.h>

namespace wac {
namespace {

class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    while (!out.empty()) {
      if (used_ == buffer_.size()) refill();
      const std::size_t count = std::min(out.size(), buffer_.size() - used_);
      std::memcpy(out.data(), buffer_.data() + used_, count);
      // A value handed out once must not be readable from our memory later.
      explicit_bzero(buffer_.data() + used_, count);
      used_ += count;
      out = out.subspan(count);
    }
  }

 private:
  void refill() {
    // Up to 256 bytes come whole and uninterrupted once the pool is initialised: getrandom(2).
    if (::getrandom(buffer_.data(), buffer_.size(), 0) != static_cast<ssize_t>(buffer_.size())) std::abort();
    used_ = 0;
  }
  std::array<std::uint8_t, 256> buffer_{};
  std::size_t used_ = buffer_.size();
};

}  // namespace

std::uint64_t Random::next_u64() {
  std::array<std::uint8_t, 8> bytes{};
  fill(bytes);
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

std::uint64_t Random::below(std::uint64_t bound) {
  if (bound == 0) return 0;
  // Rejection keeps the result uniform.
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  for (;;) {
    const std::uint64_t value = next_u64();
    if (value < limit) return value % bound;
  }
}

std::unique_ptr<Random> make_system_random() {
  return std::make_unique<SystemRandom>();
}

std::string make_ulid(WallTime now, Random& random) {
  static constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::string text(26, '0');
  auto millis = static_cast<std::uint64_t>(to_millis(now));
  for (std::size_t i = 10; i-- > 0; millis >>= 5) text[i] = kAlphabet[millis & 31];
  std::array<std::uint8_t, 16> bytes{};
  random.fill(bytes);
  for (std::size_t i = 0; i < 16; ++i) text[10 + i] = kAlphabet[bytes[i] & 31U];
  return text;
}

std::string make_uuid(Random& random) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::array<std::uint8_t, 16> bytes{};
  random.fill(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0fU) | 0x40U);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3fU) | 0x80U);
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kHex[bytes[i] >> 4U];
    text += kHex[bytes[i] & 15U];
  }
  return text;
}

}  // namespace wac
