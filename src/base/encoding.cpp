#include "base/encoding.h"

#include <array>

namespace wac {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string to_hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  append_hex(text, bytes);
  return text;
}

void append_hex(std::string& out, std::span<const std::uint8_t> bytes) {
  const std::size_t before = out.size();
  const std::size_t size = before + bytes.size() * 2;
  // What is handed to the operation may be more than was asked for.
  out.resize_and_overwrite(size, [&](char* text, std::size_t /*capacity*/) {
    char* to = text + before;
    for (const std::uint8_t byte : bytes) {
      *to++ = kHex[byte >> 4U];
      *to++ = kHex[byte & 15U];
    }
    return size;
  });
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  const auto input = as_bytes(bytes);
  for (std::size_t i = 0; i < input.size(); i += 3) {
    const std::size_t left = input.size() - i;
    const std::uint32_t group = (static_cast<std::uint32_t>(input[i]) << 16U) |
                                (left > 1 ? static_cast<std::uint32_t>(input[i + 1]) << 8U : 0U) |
                                (left > 2 ? static_cast<std::uint32_t>(input[i + 2]) : 0U);
    text += kBase64[group >> 18U];
    text += kBase64[(group >> 12U) & 63U];
    text += left > 1 ? kBase64[(group >> 6U) & 63U] : '=';
    text += left > 2 ? kBase64[group & 63U] : '=';
  }
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && !text.empty() && text.back() == '=') {
    text.remove_suffix(1);
    ++padding;
  }
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t group = 0;
  std::size_t bits = 0;
  for (const char c : text) {
    const std::size_t value = kBase64.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    group = (group << 6U) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>((group >> bits) & 255U);
    }
  }
  // Left-over bits must be zero, or two texts would decode to the same bytes.
  if ((group & ((1U << bits) - 1U)) != 0) return std::nullopt;
  return bytes;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kUpperHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       std::string_view{"-._~"}.contains(c);
    if (plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kUpperHex[byte >> 4U];
    out += kUpperHex[byte & 15U];
  }
  return out;
}

}  // namespace wac
