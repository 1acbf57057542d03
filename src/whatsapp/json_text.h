#pragma once
// JSON text in and out without loss: what Meta or a caller wrote is what leaves again.

#include <boost/json.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace wac::whatsapp {

/// Deeper nesting is refused, so that every walk over a value may recurse.
inline constexpr std::size_t kMaxJsonDepth = 32;

/// The value of a whole JSON text (UTF-8, RFC 8259), in the memory of `storage`; nothing when it is not one.
/// Of repeated keys the last wins. Fractions are read exactly: Boost 1.81's own parser may be off by the last
/// bit, which would show as 37.484700000000004. Integers beyond 64 bits become fractions.
std::optional<boost::json::value> parse_json(std::string_view text, boost::json::storage_ptr storage);

enum class KeyOrder : std::uint8_t {
  kAsGiven,
  kSorted,  ///< by bytes: equal content is equal text
};

/// Appends compact JSON. Fractions take their shortest form that reads back equal.
void append_json(std::string& out, const boost::json::value& value, KeyOrder order = KeyOrder::kAsGiven);

/// Appends a fraction as append_json() does: JSON has no infinity, so that is written as what reads back as
/// one.
void append_json_fraction(std::string& out, double number);

/// Appends `text` as a JSON string, quotes included.
void append_json_string(std::string& out, std::string_view text);

/// The member when it is there and a string; else null.
inline const boost::json::string* find_string(const boost::json::object& object, std::string_view key) {
  const boost::json::value* member = object.if_contains(key);
  return member == nullptr ? nullptr : member->if_string();
}
/// The member's text, or an empty one.
inline std::string_view text_of(const boost::json::object& object, std::string_view key) {
  const boost::json::string* text = find_string(object, key);
  return text == nullptr ? std::string_view{} : std::string_view{text->data(), text->size()};
}
inline const boost::json::object* find_object(const boost::json::object& object, std::string_view key) {
  const boost::json::value* member = object.if_contains(key);
  return member == nullptr ? nullptr : member->if_object();
}
inline const boost::json::array* find_array(const boost::json::object& object, std::string_view key) {
  const boost::json::value* member = object.if_contains(key);
  return member == nullptr ? nullptr : member->if_array();
}

}  // namespace wac::whatsapp
