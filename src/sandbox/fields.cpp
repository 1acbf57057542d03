#include "sandbox/fields.h"

#include <algorithm>

namespace wac::sandbox {
namespace {

const boost::json::object& empty_object() {
  static const boost::json::object kEmpty;
  return kEmpty;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  out += text;
  return out += '"';
}

std::string bounds_text(std::string_view what, Bounds bounds) {
  const std::string max = std::to_string(bounds.max);
  if (bounds.min <= 1) return "at most " + max + " " + std::string(what);
  return "between " + std::to_string(bounds.min) + " and " + max + " " + std::string(what);
}

}  // namespace

std::size_t code_points(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool is_object_id(std::string_view text) {
  return !text.empty() && text.size() <= 32 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Fields::Fields(Check& check, const boost::json::value& value, std::string path)
    : check_(check),
      object_(value.is_object() ? value.get_object() : empty_object()),
      path_(std::move(path)) {
  if (!value.is_object()) check_.refuse(100, "Param " + path_ + " must be a JSON object.");
}

std::string Fields::path(std::string_view name) const {
  if (path_.empty()) return std::string(name);
  std::string full = path_;
  full += '.';
  return full += name;
}

const boost::json::value* Fields::find(std::string_view name, Need need) {
  known_.push_back(name);
  const boost::json::value* const value = object_.if_contains(name);
  if (value == nullptr || value->is_null()) {
    // A null is what a careless serialiser writes for "absent"; Meta refuses it, so it is never optional.
    if (value != nullptr) {
      check_.refuse(100, "Param " + path(name) + " must not be null.");
    } else if (need == Need::kRequired) {
      check_.refuse(131008, "Parameter " + path(name) + " is required.");
    }
    return nullptr;
  }
  return value;
}

std::optional<std::string_view> Fields::text(std::string_view name, Need need, Bounds bounds) {
  const boost::json::value* const value = find(name, need);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) {
    check_.refuse(100, "Param " + path(name) + " must be a string.");
    return std::nullopt;
  }
  const std::string_view text = value->get_string();
  const std::size_t length = code_points(text);
  if (length < bounds.min && length == 0) {
    check_.refuse(131008, "Parameter " + path(name) + " must not be empty.");
    return std::nullopt;
  }
  if (length < bounds.min || length > bounds.max) {
    check_.refuse(100, "Param " + path(name) + " must be " + bounds_text("characters long", bounds) + ".");
    return std::nullopt;
  }
  return text;
}

std::optional<std::string_view> Fields::one_of(std::string_view name, Need need,
                                               std::initializer_list<std::string_view> values) {
  const auto text = this->text(name, need);
  if (!text) return std::nullopt;
  if (std::ranges::find(values, *text) != values.end()) return text;
  std::string details = "Param " + path(name) + " must be one of {";
  for (const std::string_view value : values) {
    if (details.back() != '{') details += ", ";
    details += value;
  }
  check_.refuse(131009, details + "}, got " + quoted(*text) + ".");
  return std::nullopt;
}

std::optional<bool> Fields::boolean(std::string_view name, Need need) {
  const boost::json::value* const value = find(name, need);
  if (value == nullptr) return std::nullopt;
  if (!value->is_bool()) {
    check_.refuse(100, "Param " + path(name) + " must be a boolean.");
    return std::nullopt;
  }
  return value->get_bool();
}

std::optional<std::int64_t> Fields::integer(std::string_view name, Need need, std::int64_t min,
                                            std::int64_t max) {
  const boost::json::value* const value = find(name, need);
  if (value == nullptr) return std::nullopt;
  // A number too large for a signed one is parsed as unsigned: out of range in any case here.
  if (!value->is_int64() || value->get_int64() < min || value->get_int64() > max) {
    check_.refuse(100, "Param " + path(name) + " must be an integer between " + std::to_string(min) +
                           " and " + std::to_string(max) + ".");
    return std::nullopt;
  }
  return value->get_int64();
}

const boost::json::object* Fields::object(std::string_view name, Need need) {
  const boost::json::value* const value = find(name, need);
  if (value == nullptr) return nullptr;
  if (!value->is_object()) check_.refuse(100, "Param " + path(name) + " must be a JSON object.");
  return value->if_object();
}

const boost::json::array* Fields::array(std::string_view name, Need need, Bounds bounds) {
  const boost::json::value* const value = find(name, need);
  if (value == nullptr) return nullptr;
  if (!value->is_array()) {
    check_.refuse(100, "Param " + path(name) + " must be an array.");
    return nullptr;
  }
  const std::size_t size = value->get_array().size();
  if (size < bounds.min || size > bounds.max) {
    check_.refuse(100, "Param " + path(name) + " must have " +
                           (bounds.max == SIZE_MAX ? "at least " + std::to_string(bounds.min) + " items"
                                                   : bounds_text("items", bounds)) +
                           ", got " + std::to_string(size) + ".");
    return nullptr;
  }
  return &value->get_array();
}

const boost::json::value* Fields::any(std::string_view name, Need need) {
  return find(name, need);
}

std::optional<std::string_view> Fields::url(std::string_view name, Need need, Scheme scheme) {
  const auto text = this->text(name, need, at_most(2'000));
  if (!text) return std::nullopt;
  const bool https = text->starts_with("https://") && text->size() > 8;
  const bool http = text->starts_with("http://") && text->size() > 7;
  const bool clean = std::ranges::none_of(*text, [](char c) { return static_cast<unsigned char>(c) <= ' '; });
  if (clean && (https || (http && scheme == Scheme::kAnyHttp))) return text;
  check_.refuse(131009, "Param " + path(name) + " must be a valid " +
                            (scheme == Scheme::kHttps ? "https" : "http or https") + " URL.");
  return std::nullopt;
}

void Fields::done() {
  for (const auto& field : object_) {
    if (std::ranges::find(known_, std::string_view(field.key())) != known_.end()) continue;
    check_.refuse(100, "Unexpected key " + quoted(field.key()) + " on param " +
                           quoted(path_.empty() ? std::string_view("messages") : std::string_view(path_)) +
                           ".");
  }
}

}  // namespace wac::sandbox
