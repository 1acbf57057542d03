#pragma once
// Hex and base64 of bytes (RFC 4648), and percent-encoding (RFC 3986). Decoders are strict: any other
// character is an error.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wac {

std::string to_hex(std::span<const std::uint8_t> bytes);
void append_hex(std::string& out, std::span<const std::uint8_t> bytes);
/// Lower or upper case; an odd length is refused.
std::optional<std::string> from_hex(std::string_view text);
std::string to_base64(std::string_view bytes);
/// Standard alphabet with padding.
std::optional<std::string> from_base64(std::string_view text);
/// Everything but the unreserved characters of RFC 3986, so that it can stand anywhere in a URL or a form.
std::string percent_encoded(std::string_view text);

inline std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace wac
