#include "whatsapp/recipient.h"

#include "whatsapp/text_rules.h"

#include <algorithm>

namespace wac::whatsapp {

std::optional<Phone> parse_phone(std::string_view text) {
  if (text.size() < 8 || text.size() > 16 || text[0] != '+' || text[1] == '0') return std::nullopt;
  if (!std::ranges::all_of(text.substr(1), is_digit)) return std::nullopt;
  return Phone{std::string{text}};
}

std::optional<UserId> parse_user_id(std::string_view text) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (text.size() < 4 || !is_capital(text[0]) || !is_capital(text[1]) || text[2] != '.') return std::nullopt;
  std::string_view id = text.substr(3);
  if (constexpr std::string_view kParent = "ENT."; id.starts_with(kParent)) id.remove_prefix(kParent.size());
  if (id.empty() || id.size() > 128 || !std::ranges::all_of(id, is_alphanumeric)) return std::nullopt;
  return UserId{std::string{text}};
}

std::optional<GroupId> parse_group_id(std::string_view text) {
  const auto allowed = [](char c) { return is_alphanumeric(c) || c == '_' || c == '-' || c == '='; };
  if (text.size() < 10 || text.size() > 256 || !std::ranges::all_of(text, allowed)) return std::nullopt;
  if (std::ranges::none_of(text, is_letter)) return std::nullopt;
  return GroupId{std::string{text}};
}

}  // namespace wac::whatsapp
