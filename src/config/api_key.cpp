#include "base/encoding.h"
#include "config/config.h"

#include <cstring>

namespace wac::config {

Secret generate_api_key(Random& random) {
  std::array<std::uint8_t, 32> bytes{};
  random.fill(bytes);
  std::string hex = to_hex(bytes);
  std::string key;
  key.reserve(4 + hex.size());
  key += "wak_";
  key += hex;
  explicit_bzero(bytes.data(), bytes.size());
  wipe(hex);
  return Secret{std::move(key)};
}

crypto::Digest api_key_digest(std::string_view key) {
  return crypto::sha256(key);
}

}  // namespace wac::config
