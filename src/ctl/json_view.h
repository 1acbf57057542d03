#pragma once
// Reading JSON that came from elsewhere: what is missing or of another type reads as empty.

#include <boost/json.hpp>

#include <cstdint>
#include <string_view>

namespace wac::ctl {

inline const boost::json::value* member(const boost::json::value& value, std::string_view name) {
  const auto* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains(name);
}

/// Valid as long as `value` is.
inline std::string_view text_at(const boost::json::value& value, std::string_view name) {
  const auto* found = member(value, name);
  return found != nullptr && found->is_string() ? std::string_view{found->get_string()} : std::string_view{};
}

inline std::int64_t number_at(const boost::json::value& value, std::string_view name) {
  const auto* found = member(value, name);
  if (found == nullptr) return 0;
  if (found->is_int64()) return found->get_int64();
  return found->is_uint64() ? static_cast<std::int64_t>(found->get_uint64()) : 0;
}

inline const boost::json::object* object_at(const boost::json::value& value, std::string_view name) {
  const auto* found = member(value, name);
  return found == nullptr ? nullptr : found->if_object();
}

/// An empty array when there is none.
inline const boost::json::array& array_at(const boost::json::value& value, std::string_view name) {
  static const boost::json::array none;
  const auto* found = member(value, name);
  return found != nullptr && found->is_array() ? found->get_array() : none;
}

}  // namespace wac::ctl
