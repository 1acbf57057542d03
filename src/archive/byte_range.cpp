#include "archive/byte_range.h"

#include <algorithm>
#include <charconv>

namespace wac::archive {
namespace {

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<ByteRange> parse_range(std::string_view header, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!header.starts_with(kUnit)) return std::nullopt;
  header.remove_prefix(kUnit.size());
  const std::size_t dash = header.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view first = header.substr(0, dash);
  const std::string_view last = header.substr(dash + 1);
  if (first.empty()) {
    const auto count = number_of(last);
    if (!count) return std::nullopt;
    const std::uint64_t length = std::min(*count, size);
    return ByteRange{size - length, length};
  }
  const auto from = number_of(first);
  const auto to = last.empty() ? std::optional{UINT64_MAX} : number_of(last);
  if (!from || !to || *to < *from) return std::nullopt;
  if (*from >= size) return ByteRange{};
  return ByteRange{*from, std::min(*to, size - 1) - *from + 1};
}

}  // namespace wac::archive
