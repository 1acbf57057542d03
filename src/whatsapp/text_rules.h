#pragma once
// What a text of a payload may look like. A rule is a predicate and its words.

#include <cstddef>
#include <string_view>

namespace wac::whatsapp {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_alphanumeric(char c) {
  return is_digit(c) || is_letter(c);
}

/// Unicode code points of valid UTF-8: the unit of every length in Meta's documentation.
std::size_t count_characters(std::string_view text);

struct TextRule {
  bool (*accepts)(std::string_view text);
  /// Completes "must be …".
  std::string_view words;
};

extern const TextRule kDigits;        ///< one or more digits
extern const TextRule kOpaqueId;      ///< printable ASCII without spaces
extern const TextRule kWamidText;     ///< a message id of Meta's
extern const TextRule kSnakeName;     ///< lower-case letters, digits, _
extern const TextRule kLanguageCode;  ///< "en", "en_US", "zh_Hant_TW"
extern const TextRule kHttpsUrl;
extern const TextRule kWebUrl;       ///< http or https
extern const TextRule kDate;         ///< YYYY-MM-DD of the calendar
extern const TextRule kEmojiOrNone;  ///< a reaction
extern const TextRule kNoEmoji;
extern const TextRule kNotBlank;
extern const TextRule kTwoLineBreaks;  ///< at most two line breaks
extern const TextRule kCurrencyCode;   ///< three capital letters
extern const TextRule kCountryCode;    ///< two letters
extern const TextRule kButtonIndex;    ///< "0" to "9"

}  // namespace wac::whatsapp
