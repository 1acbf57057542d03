#include "base/ip_address.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <string>

namespace wac {
namespace {

constexpr unsigned kBitsPerByte = 8;

/// Of byte `index`, the bits that belong to a prefix.
std::uint8_t mask_of(unsigned prefix, std::size_t index) {
  const unsigned before = static_cast<unsigned>(index) * kBitsPerByte;
  const unsigned inside = prefix <= before ? 0 : std::min(kBitsPerByte, prefix - before);
  return static_cast<std::uint8_t>(0xff00U >> inside);
}

}  // namespace

IpAddress IpAddress::v4(std::array<std::uint8_t, 4> bytes) {
  IpAddress address;
  std::ranges::copy(bytes, address.bytes_.begin());
  return address;
}

IpAddress IpAddress::v6(std::array<std::uint8_t, 16> bytes) {
  IpAddress address;
  address.bytes_ = bytes;
  address.size_ = 16;
  return address;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string terminated{text};
  if (std::array<std::uint8_t, 4> four{}; ::inet_pton(AF_INET, terminated.c_str(), four.data()) == 1) {
    return v4(four);
  }
  if (std::array<std::uint8_t, 16> six{}; ::inet_pton(AF_INET6, terminated.c_str(), six.data()) == 1) {
    return v6(six);
  }
  return std::nullopt;
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  const auto bits = static_cast<unsigned>(address->bytes().size()) * kBitsPerByte;
  IpNetwork network;
  network.first_ = *address;
  network.prefix_ = bits;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, network.prefix_);
    if (error != std::errc{} || stop != end || network.prefix_ > bits) return std::nullopt;
  }
  for (std::size_t i = 0; i < address->bytes().size(); ++i) {
    if ((address->bytes()[i] & ~mask_of(network.prefix_, i) & 0xff) != 0) return std::nullopt;
  }
  return network;
}

bool IpNetwork::contains(const IpAddress& address) const {
  if (address.is_v4() != first_.is_v4()) return false;
  for (std::size_t i = 0; i < address.bytes().size(); ++i) {
    if ((address.bytes()[i] & mask_of(prefix_, i)) != first_.bytes()[i]) return false;
  }
  return true;
}

}  // namespace wac
