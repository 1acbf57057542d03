#include "whatsapp/webhook_repair.h"

#include <charconv>
#include <cstdint>
#include <optional>

namespace wac::whatsapp {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";
constexpr std::string_view kEscapedReplacement = "\\ufffd";
constexpr std::size_t kEscapeSize = 6;

std::uint8_t byte_at(std::string_view text, std::size_t i) {
  return static_cast<std::uint8_t>(text[i]);
}

/// The code unit of "\uXXXX" at `at`.
std::optional<std::uint32_t> escaped_unit(std::string_view text, std::size_t at) {
  if (text.substr(at, 2) != "\\u" || text.size() - at < kEscapeSize) return std::nullopt;
  std::uint32_t unit = 0;
  const char* first = text.data() + at + 2;
  const auto [end, error] = std::from_chars(first, first + 4, unit, 16);
  if (error != std::errc{} || end != first + 4) return std::nullopt;
  return unit;
}

bool is_high(std::uint32_t unit) {
  return unit >= 0xd800 && unit <= 0xdbff;
}
bool is_low(std::uint32_t unit) {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/// Copies the escape at `at`; returns how many bytes it took.
std::size_t copy_escape(std::string& out, std::string_view text, std::size_t at) {
  const auto unit = escaped_unit(text, at);
  if (!unit) {
    out += text.substr(at, 2);
    return text.substr(at, 2).size();
  }
  if (is_high(*unit)) {
    const auto next = escaped_unit(text, at + kEscapeSize <= text.size() ? at + kEscapeSize : text.size());
    if (next && is_low(*next)) {
      out += text.substr(at, 2 * kEscapeSize);
      return 2 * kEscapeSize;
    }
  }
  out += is_high(*unit) || is_low(*unit) ? kEscapedReplacement : text.substr(at, kEscapeSize);
  return kEscapeSize;
}

/// Bytes of the well-formed UTF-8 sequence at `at` (RFC 3629 §4); 0 when there is none.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const std::uint8_t lead = byte_at(text, at);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xc2 ? 0
                             : lead < 0xe0 ? 2
                             : lead < 0xf0 ? 3
                             : lead < 0xf5 ? 4
                                           : 0;
  if (length <= 1) return length;
  if (text.size() - at < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte_at(text, at + i) & 0xc0U) != 0x80U) return 0;
  }
  const std::uint8_t second = byte_at(text, at + 1);
  const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool surrogate = lead == 0xed && second >= 0xa0;
  const bool beyond = lead == 0xf4 && second >= 0x90;
  return overlong || surrogate || beyond ? 0 : length;
}

}  // namespace

std::string repair_text(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (std::size_t at = 0; at < json.size();) {
    if (json[at] == '\\') {
      at += copy_escape(out, json, at);
      continue;
    }
    const std::size_t length = sequence_length(json, at);
    out += length == 0 ? kReplacement : json.substr(at, length);
    at += length == 0 ? 1 : length;
  }
  return out;
}

}  // namespace wac::whatsapp
