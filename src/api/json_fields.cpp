#include "api/json_fields.h"

#include "base/rfc3339.h"

#include <boost/json.hpp>

#include <algorithm>

namespace wac::api {
namespace {

std::string escape_pointer(std::string_view token) {
  std::string out;
  for (const char c : token) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

void JsonFields::error(std::string_view field, std::string_view rule) {
  errors_.push_back({pointer_to(field), std::string{rule}});
}

std::string JsonFields::pointer_to(std::string_view field) const {
  return pointer_ + "/" + escape_pointer(field);
}

const boost::json::value* JsonFields::find(std::string_view field) {
  const boost::json::value* value = object_.if_contains(field);
  if (value != nullptr) asked_for_.push_back(field);
  return value;
}

std::optional<std::string_view> JsonFields::text(std::string_view field) {
  const auto* value = find(field);
  if (value == nullptr) return std::nullopt;
  if (const auto* string = value->if_string()) return std::string_view{*string};
  error(field, "must be a string");
  return std::nullopt;
}

std::string_view JsonFields::required_text(std::string_view field) {
  const std::size_t before = errors_.size();
  const auto value = text(field);
  if (!value && errors_.size() == before) error(field, "is required");
  return value.value_or(std::string_view{});
}

std::optional<WallTime> JsonFields::time(std::string_view field) {
  const auto value = text(field);
  if (!value) return std::nullopt;
  const auto parsed = parse_time(*value);
  if (!parsed)
    error(field, "must be an RFC 3339 time such as 2026-11-23T22:45:00Z, of the years 2000 to 2200");
  return parsed;
}

std::optional<std::int64_t> JsonFields::number(std::string_view field, std::int64_t min, std::int64_t max) {
  const auto* value = find(field);
  if (value == nullptr) return std::nullopt;
  const auto* number = value->if_int64();
  if (number != nullptr && *number >= min && *number <= max) return *number;
  error(field, "must be a number from " + std::to_string(min) + " to " + std::to_string(max));
  return std::nullopt;
}

std::optional<bool> JsonFields::flag(std::string_view field) {
  const auto* value = find(field);
  if (value == nullptr) return std::nullopt;
  if (value->is_bool()) return value->get_bool();
  error(field, "must be true or false");
  return std::nullopt;
}

const boost::json::object* JsonFields::object(std::string_view field) {
  const auto* value = find(field);
  if (value == nullptr) return nullptr;
  if (const auto* object = value->if_object()) return object;
  error(field, "must be an object");
  return nullptr;
}

const boost::json::array* JsonFields::array(std::string_view field) {
  const auto* value = find(field);
  if (value == nullptr) return nullptr;
  if (const auto* array = value->if_array()) return array;
  error(field, "must be an array");
  return nullptr;
}

void JsonFields::refuse_unknown() {
  for (const auto& field : object_) {
    // A field's name may be anything a caller typed, a phone number too: it is the caller's own and goes back
    // to the caller only.
    if (std::ranges::find(asked_for_, std::string_view{field.key()}) == asked_for_.end()) {
      error(field.key(), "is not a field of this object");
    }
  }
}

}  // namespace wac::api
