#pragma once
// IP addresses and networks as values, without sockets.

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace wac {

class IpAddress {
 public:
  IpAddress() = default;
  static IpAddress v4(std::array<std::uint8_t, 4> bytes);
  static IpAddress v6(std::array<std::uint8_t, 16> bytes);
  /// `192.0.2.1` or `2001:db8::1`; nothing else (no brackets, no zone, no octal or short forms).
  static std::optional<IpAddress> parse(std::string_view text);

  bool is_v4() const { return size_ == 4; }
  /// 4 or 16 bytes, most significant first.
  std::span<const std::uint8_t> bytes() const { return {bytes_.data(), size_}; }
  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
  std::uint8_t size_ = 4;
};

class IpNetwork {
 public:
  /// `10.0.0.0/8`, `fd00::/8`, or one address. Bits beyond the prefix must be 0: `10.0.0.1/8` is a mistake.
  static std::optional<IpNetwork> parse(std::string_view text);
  /// An address of the other family is never inside, also not in its mapped form.
  bool contains(const IpAddress& address) const;

 private:
  IpAddress first_;
  unsigned prefix_ = 0;
};

}  // namespace wac
