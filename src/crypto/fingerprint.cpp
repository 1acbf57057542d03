#include "crypto/fingerprint.h"

#include "base/encoding.h"

#include <algorithm>
#include <cstring>

namespace wac::crypto {
namespace {

std::array<char, 8> big_endian(std::uint64_t value) {
  std::array<char, 8> bytes{};
  for (std::size_t i = bytes.size(); i-- > 0; value >>= 8U) bytes[i] = static_cast<char>(value & 255U);
  return bytes;
}

}  // namespace

std::string Fingerprint::hex() const {
  return to_hex(bytes);
}

std::optional<Fingerprint> Fingerprint::from_hex(std::string_view text) {
  const auto decoded = wac::from_hex(text);
  return decoded ? from_raw(*decoded) : std::nullopt;
}

std::optional<Fingerprint> Fingerprint::from_raw(std::string_view bytes) {
  Fingerprint fingerprint;
  if (bytes.size() != fingerprint.bytes.size()) return std::nullopt;
  std::memcpy(fingerprint.bytes.data(), bytes.data(), bytes.size());
  return fingerprint;
}

std::string log_text(const Fingerprint& fingerprint) {
  return fingerprint.hex();
}

Fingerprint Fingerprinter::of(Domain domain, std::initializer_list<std::string_view> parts) {
  const char tag = static_cast<char>(domain);
  hmac_.update({&tag, 1});
  for (const std::string_view part : parts) {
    const auto length = big_endian(part.size());
    hmac_.update({length.data(), length.size()});
    hmac_.update(part);
  }
  const Digest digest = hmac_.finish();
  Fingerprint fingerprint;
  std::copy_n(digest.begin(), fingerprint.bytes.size(), fingerprint.bytes.begin());
  return fingerprint;
}

}  // namespace wac::crypto
