#include "whatsapp/pricing.h"

#include "whatsapp/text_rules.h"

#include <algorithm>
#include <array>

namespace wac::whatsapp {
namespace {

constexpr std::size_t kPacked = 64;
constexpr std::size_t kLongestWord = 40;

bool is_word(std::string_view text) {
  const auto allowed = [](char c) { return is_alphanumeric(c) || c == '_' || c == '-'; };
  return text.size() <= kLongestWord && std::ranges::all_of(text, allowed);
}

std::string_view word_or_nothing(std::string_view text) {
  return is_word(text) ? text : std::string_view{};
}

}  // namespace

// "category,type,model,billable"
std::string pack_pricing(const Pricing& pricing) {
  const std::string_view category = word_or_nothing(pricing.category);
  const std::string_view type = word_or_nothing(pricing.type);
  const std::string_view model = word_or_nothing(pricing.model);
  if (category.empty() && type.empty() && model.empty() && !pricing.billable) return {};
  std::string packed{category};
  packed.append(",").append(type).append(",").append(model).append(",");
  if (pricing.billable) packed += *pricing.billable ? '1' : '0';
  if (packed.size() > kPacked) packed = std::string{category} + ",,,";
  return packed;
}

std::optional<Pricing> unpack_pricing(std::string_view text) {
  std::array<std::string_view, 4> words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t comma = text.find(',');
    if ((comma == std::string_view::npos) != (i + 1 == words.size())) return std::nullopt;
    words.at(i) = text.substr(0, comma);
    if (!is_word(words.at(i))) return std::nullopt;
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  if (!words[3].empty() && words[3] != "0" && words[3] != "1") return std::nullopt;
  Pricing pricing{std::string{words[0]}, std::string{words[1]}, std::string{words[2]}, std::nullopt};
  if (words[3] == "1") pricing.billable = true;
  if (words[3] == "0") pricing.billable = false;
  return pricing;
}

}  // namespace wac::whatsapp
