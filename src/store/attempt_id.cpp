#include "store/attempt_id.h"

#include "base/encoding.h"

#include <charconv>
#include <limits>

namespace wac::store {
namespace {

constexpr std::string_view kPrefix = "wac1.";
constexpr std::size_t kHexLength = 32;

}  // namespace

std::string format_attempt_id(const AttemptId& id) {
  std::string text;
  text.reserve(kPrefix.size() + kHexLength + 1 + std::numeric_limits<std::uint32_t>::digits10 + 1);
  text += kPrefix;
  append_hex(text, id.key.bytes);
  text += '.';
  text += std::to_string(id.attempt);
  return text;
}

std::optional<AttemptId> parse_attempt_id(std::string_view text) {
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  if (text.size() < kHexLength + 2 || text[kHexLength] != '.') return std::nullopt;
  const auto key = IntentKey::from_hex(text.substr(0, kHexLength));
  const std::string_view digits = text.substr(kHexLength + 1);
  AttemptId id;
  const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), id.attempt);
  if (!key || ec != std::errc{} || end != digits.data() + digits.size() || id.attempt == 0)
    return std::nullopt;
  id.key = *key;
  return id;
}

}  // namespace wac::store
