#pragma once
// Which texts stand in JSON as they are. Nearly all do, so eight bytes are looked at at once.

#include <cstdint>
#include <cstring>
#include <string_view>

namespace wac {

enum class NonAscii : std::uint8_t { kPlain, kNotPlain };

namespace detail {

inline constexpr std::uint64_t kEachByte = 0x0101010101010101;
inline constexpr std::uint64_t kHighBits = 0x80 * kEachByte;

/// Not 0 where one of eight bytes must be escaped: below 0x20, a quote or a backslash.
constexpr std::uint64_t escapes_in(std::uint64_t word) {
  const auto zeros = [](std::uint64_t bytes) { return (bytes - kEachByte) & ~bytes & kHighBits; };
  const std::uint64_t control = (word - 0x20 * kEachByte) & ~word & kHighBits;
  return control | zeros(word ^ ('"' * kEachByte)) | zeros(word ^ ('\\' * kEachByte));
}

}  // namespace detail

/// Whether nothing in `text` needs escaping (RFC 8259, 7); where non-ASCII is not plain, 0x7f is not either.
inline bool is_json_plain(std::string_view text, NonAscii non_ascii = NonAscii::kPlain) {
  using namespace detail;
  // 0x7f and above have their high bit after adding one to what is left without it.
  const auto marks = [non_ascii](std::uint64_t word) {
    const std::uint64_t escapes = escapes_in(word);
    if (non_ascii == NonAscii::kPlain) return escapes;
    return escapes | (word & kHighBits) | (((word & ~kHighBits) + kEachByte) & kHighBits);
  };
  const auto word_at = [text](std::size_t at, std::size_t size) {
    std::uint64_t word = 0x2020202020202020;
    std::memcpy(&word, text.data() + at, size);
    return word;
  };
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  if (text.size() < kWord) return text.empty() || marks(word_at(0, text.size())) == 0;
  std::uint64_t found = 0;
  for (std::size_t at = 0; at + kWord < text.size(); at += kWord) found |= marks(word_at(at, kWord));
  // The last word may overlap the one before.
  return (found | marks(word_at(text.size() - kWord, kWord))) == 0;
}

}  // namespace wac
