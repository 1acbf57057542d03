#pragma once
// A Range header of one range (RFC 9110 §14).

#include <cstdint>
#include <optional>
#include <string_view>

namespace wac::archive {

struct ByteRange {
  std::uint64_t from = 0;
  std::uint64_t length = 0;  ///< 0: no such part (416)
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

/// Which part of a content of `size` bytes is asked for; nothing: the whole, as nobody asked, or in a form
/// that is as good as absent.
std::optional<ByteRange> parse_range(std::string_view header, std::uint64_t size);

}  // namespace wac::archive
