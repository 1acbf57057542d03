#include "sandbox/wamid.h"

#include "base/encoding.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace wac::sandbox {
namespace {

constexpr std::string_view kPrefix = "wamid.";

std::string random_upper_hex(std::size_t bytes, Random& random) {
  std::array<std::uint8_t, 10> buffer{};
  const std::span<std::uint8_t> part = std::span(buffer).first(bytes);
  random.fill(part);
  std::string text = to_hex(part);
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

void append_text(std::string& record, std::string_view text) {
  record += '\x18';
  record += static_cast<char>(text.size());
  record += text;
}

}  // namespace

std::string make_wamid(std::string_view user, Direction direction, Random& random) {
  // The record as seen in live ids: 1C, text(user), 15 02 00, 11 or 12, text(id), 00.
  std::string record = "\x1c";
  append_text(record, user.substr(0, 120));
  record += std::string_view("\x15\x02\x00", 3);
  record += direction == Direction::kToUser ? '\x11' : '\x12';
  append_text(record, random_upper_hex(direction == Direction::kToUser ? 9 : 10, random));
  record += '\0';
  return std::string(kPrefix) + to_base64(record);
}

bool is_wamid(std::string_view text) {
  if (!text.starts_with(kPrefix)) return false;
  text.remove_prefix(kPrefix.size());
  return text.size() >= 8 && text.size() <= 500 && std::ranges::all_of(text, [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '+' || c == '/' || c == '=' || c == '-' || c == '_';
         });
}

}  // namespace wac::sandbox
