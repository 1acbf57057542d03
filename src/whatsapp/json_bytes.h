#pragma once
// The bytes of JSON text: what is plain, and UTF-8. Private to json_view_read.cpp.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <vector>

namespace wac::whatsapp {

inline bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
inline bool is_figure(char c) {
  return c >= '0' && c <= '9';
}

static_assert(std::endian::native == std::endian::little);

/// The high bits of those of eight bytes that are no printable ASCII, or a quote or a backslash. What stands
/// before the lowest one is plain; a byte above it may be blamed wrongly.
inline std::uint64_t odd_bytes(const char* bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHigh = 0x80 * kOnes;
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  const auto zeros = [](std::uint64_t value) { return (value - kOnes) & ~value; };
  const std::uint64_t controls = word - 0x20 * kOnes;
  return (word | controls | zeros(word ^ ('"' * kOnes)) | zeros(word ^ ('\\' * kOnes))) & kHigh;
}

/// Bytes of the UTF-8 sequence at `at`; 0: it is none. (Unicode 15, table 3-7.)
inline std::size_t sequence_length(const char* at, const char* end) {
  const auto byte = [&](std::size_t n) { return static_cast<unsigned char>(at[n]); };
  const unsigned char first = byte(0);
  const std::size_t length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
  if (length == 0 || static_cast<std::size_t>(end - at) < length) return 0;
  const unsigned low = first == 0xE0 ? 0xA0U : first == 0xF0 ? 0x90U : 0x80U;
  const unsigned high = first == 0xED ? 0x9FU : first == 0xF4 ? 0x8FU : 0xBFU;
  if (byte(1) < low || byte(1) > high) return 0;
  for (std::size_t n = 2; n < length; ++n) {
    if ((byte(n) & 0xC0U) != 0x80) return 0;
  }
  return length;
}

inline void append_utf8(std::pmr::vector<char>& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xC0U | code >> 6U);
  } else {
    if (code < 0x10000) {
      put(0xE0U | code >> 12U);
    } else {
      put(0xF0U | code >> 18U);
      put(0x80U | (code >> 12U & 0x3FU));
    }
    put(0x80U | (code >> 6U & 0x3FU));
  }
  put(0x80U | (code & 0x3FU));
}

}  // namespace wac::whatsapp
