#include "base/ids.h"

#include <algorithm>

namespace wac {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

// Crockford base 32; the first character of a 128-bit value is at most 7.
bool is_ulid(std::string_view text) {
  if (text.size() != 26 || text[0] > '7') return false;
  return std::ranges::all_of(text, [](char c) {
    const char upper = is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c;
    return is_digit(upper) ||
           (is_upper(upper) && upper != 'I' && upper != 'L' && upper != 'O' && upper != 'U');
  });
}

bool is_trace_id(std::string_view text) {
  return text.size() == 32 && std::ranges::all_of(text, is_hex);
}

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > 64 || text[0] == '-' || text[0] == '_') return false;
  const auto allowed = [](char c) { return is_lower(c) || is_digit(c) || c == '-' || c == '_'; };
  if (!std::ranges::all_of(text, allowed)) return false;
  return is_random_id(text) || !has_digit_run(text, 7);
}

}  // namespace

bool is_random_id(std::string_view text) {
  return is_uuid(text) || is_ulid(text) || is_trace_id(text);
}

bool has_digit_run(std::string_view text, std::size_t count) {
  std::size_t run = 0;
  for (const char c : text) {
    if (is_digit(c)) {
      if (++run >= count) return true;
    } else if (std::string_view{"+-(). "}.find(c) == std::string_view::npos) {
      run = 0;
    }
  }
  return false;
}

std::optional<TenantId> TenantId::parse(std::string_view text) {
  if (!is_name(text)) return std::nullopt;
  return TenantId{text};
}

std::optional<ConsumerId> ConsumerId::parse(std::string_view text) {
  if (!is_name(text)) return std::nullopt;
  return ConsumerId{text};
}

std::string log_text(const ConsumerId& id) {
  return std::string{id.str()};
}

std::optional<IntentId> IntentId::parse(std::string_view text) {
  if (!is_uuid(text) && !is_ulid(text)) return std::nullopt;
  return IntentId{text};
}

std::optional<SenderId> SenderId::parse(std::string_view text) {
  if (text.size() < 5 || text.size() > 20 || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  return SenderId{text};
}

std::optional<CorrelationId> CorrelationId::parse(std::string_view text) {
  if (text.empty() || text.size() > 128) return std::nullopt;
  const auto allowed = [](char c) {
    return is_lower(c) || is_upper(c) || is_digit(c) || c == '.' || c == '_' || c == ':' || c == '-';
  };
  if (!std::ranges::all_of(text, allowed)) return std::nullopt;
  if (!is_random_id(text) && has_digit_run(text, 7)) return std::nullopt;
  return CorrelationId{text};
}

Partition Partition::of_text(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 16777619U;
  }
  return {static_cast<std::uint16_t>(hash % kCount)};
}

}  // namespace wac
