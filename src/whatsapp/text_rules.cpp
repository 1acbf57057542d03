#include "whatsapp/text_rules.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

namespace wac::whatsapp {
namespace {

bool is_visible_ascii(char c) {
  return c > ' ' && c < '\x7f';
}
bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

bool is_opaque_id(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_visible_ascii);
}

bool is_wamid(std::string_view text) {
  constexpr std::string_view kPrefix = "wamid.";
  return text.size() > kPrefix.size() && text.starts_with(kPrefix) && is_opaque_id(text);
}

bool is_snake_name(std::string_view text) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_'; };
  return !text.empty() && std::ranges::all_of(text, allowed);
}

bool is_language_code(std::string_view text) {
  const std::string_view language = text.substr(0, text.find('_'));
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  if (language.size() < 2 || language.size() > 3 || !std::ranges::all_of(language, lower)) return false;
  const std::string_view region = text.substr(language.size());
  if (region.empty()) return true;
  return region.size() > 2 && region.size() <= 12 && region.back() != '_' &&
         std::ranges::all_of(region, [](char c) { return is_alphanumeric(c) || c == '_'; });
}

bool has_host_after(std::string_view text, std::string_view scheme) {
  if (text.size() <= scheme.size() ||
      !std::ranges::equal(text.substr(0, scheme.size()), scheme, [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
      })) {
    return false;
  }
  const char first = text[scheme.size()];
  if (first == '/' || first == '?' || first == '#' || first == ':') return false;
  return std::ranges::none_of(text, [](char c) { return is_ascii(c) && !is_visible_ascii(c); });
}

bool is_https_url(std::string_view text) {
  return has_host_after(text, "https://");
}
bool is_web_url(std::string_view text) {
  return is_https_url(text) || has_host_after(text, "http://");
}

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto number = [&](std::size_t at, std::size_t count) {
    unsigned value = 0;
    for (const char c : text.substr(at, count)) {
      if (!is_digit(c)) return 0U;
      value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value;
  };
  const unsigned year = number(0, 4);
  if (year == 0) return false;
  return std::chrono::year_month_day{std::chrono::year{static_cast<int>(year)},
                                     std::chrono::month{number(5, 2)}, std::chrono::day{number(8, 2)}}
      .ok();
}

std::uint32_t next_character(std::string_view& text) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const std::uint32_t lead = byte(0);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (length > text.size()) {
    text = {};
    return 0xfffd;
  }
  std::uint32_t character = length == 1 ? lead : lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) character = (character << 6U) | (byte(i) & 0x3fU);
  text.remove_prefix(length);
  return character;
}

/// Whether emoji have this character. Keycaps are the only ones with ASCII in them.
bool is_in_emoji(std::uint32_t c) {
  struct Range {
    std::uint32_t first;
    std::uint32_t last;
  };
  // Joiners, marks and signs; arrows to symbols; CJK signs; variations; pictographs; flags' tags.
  constexpr auto kRanges = std::to_array<Range>({{0xa9, 0xa9},
                                                 {0xae, 0xae},
                                                 {0x200d, 0x200d},
                                                 {0x203c, 0x203c},
                                                 {0x2049, 0x2049},
                                                 {0x20e3, 0x20e3},
                                                 {0x2122, 0x2122},
                                                 {0x2139, 0x2139},
                                                 {0x2190, 0x2bff},
                                                 {0x3030, 0x303d},
                                                 {0x3297, 0x3299},
                                                 {0xfe0e, 0xfe0f},
                                                 {0x1f000, 0x1fbff},
                                                 {0xe0020, 0xe007f}});
  const bool in_keycap = c < 0x80 && (is_digit(static_cast<char>(c)) || c == '#' || c == '*');
  return in_keycap ||
         std::ranges::any_of(kRanges, [c](const Range& r) { return c >= r.first && c <= r.last; });
}

// Which sequences are emoji changes every year: what cannot be one is refused, the rest is Meta's to judge.
bool is_emoji_or_empty(std::string_view text) {
  if (!text.empty() && std::ranges::all_of(text, is_ascii)) return false;
  while (!text.empty()) {
    if (!is_in_emoji(next_character(text))) return false;
  }
  return true;
}

bool is_not_blank(std::string_view text) {
  return text.empty() || text.find_first_not_of(" \t\r\n") != std::string_view::npos;
}

bool has_no_emoji(std::string_view text) {
  while (!text.empty()) {
    const std::uint32_t c = next_character(text);
    const bool pictograph = c >= 0x1f000 && c <= 0x1faff;
    const bool symbol_or_dingbat = c >= 0x2600 && c <= 0x27bf;
    const bool emoji_variation = c == 0xfe0f;
    if (pictograph || symbol_or_dingbat || emoji_variation) return false;
  }
  return true;
}

bool has_two_line_breaks_at_most(std::string_view text) {
  return std::ranges::count(text, '\n') <= 2;
}

bool is_currency_code(std::string_view text) {
  return text.size() == 3 && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_country_code(std::string_view text) {
  return text.size() == 2 && std::ranges::all_of(text, is_letter);
}

bool is_button_index(std::string_view text) {
  return text.size() == 1 && is_digit(text[0]);
}

}  // namespace

std::size_t count_characters(std::string_view text) {
  const auto begins_character = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; };
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

constinit const TextRule kDigits{all_digits, "digits only"};
constinit const TextRule kOpaqueId{is_opaque_id, "printable ASCII without spaces"};
constinit const TextRule kWamidText{is_wamid, "a message id of Meta's (wamid.…)"};
constinit const TextRule kSnakeName{is_snake_name, "lower-case letters, digits and _ only"};
constinit const TextRule kLanguageCode{is_language_code, "a language code such as en or en_US"};
constinit const TextRule kHttpsUrl{is_https_url, "a URL that begins with https://"};
constinit const TextRule kWebUrl{is_web_url, "a URL that begins with https:// or http://"};
constinit const TextRule kDate{is_date, "a date of the form YYYY-MM-DD"};
constinit const TextRule kEmojiOrNone{is_emoji_or_empty, "one emoji, or empty to remove the reaction"};
constinit const TextRule kNotBlank{is_not_blank, "more than spaces and line breaks"};
constinit const TextRule kNoEmoji{has_no_emoji, "free of emoji"};
constinit const TextRule kTwoLineBreaks{has_two_line_breaks_at_most, "text with at most 2 line breaks"};
constinit const TextRule kCurrencyCode{is_currency_code, "a currency code such as EUR"};
constinit const TextRule kCountryCode{is_country_code, "a country code of two letters"};
constinit const TextRule kButtonIndex{is_button_index, R"(a position from "0" to "9")"};

}  // namespace wac::whatsapp
