#include "sandbox/profile.h"

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <optional>

namespace wac::sandbox {
namespace {

namespace json = boost::json;

constexpr int kMaxDepth = 32;

template <class Number>
std::optional<Number> number(const std::string& text) {
  Number value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stop == end ? std::optional(value) : std::nullopt;
}

json::value scalar(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  // yaml-cpp marks a quoted scalar with the tag `!`.
  if (node.Tag() == "!") return json::string(text);
  if (text == "true" || text == "false") return text == "true";
  if (text.empty() || text == "~" || text == "null") return nullptr;
  // Digits beyond a number's range, or with leading zeros, are an id.
  const bool digit = text.find_first_not_of("-.0123456789eE+") == std::string::npos;
  if (digit && !(text.size() > 1 && text[0] == '0' && text[1] != '.') && text[0] != '+') {
    if (const auto integer = number<std::int64_t>(text)) return *integer;
    if (const auto real = number<double>(text)) return *real;
  }
  return json::string(text);
}

/// Nothing when a key is no text or the nesting too deep.
std::optional<json::value> convert(const YAML::Node& node, int depth) {
  if (depth > kMaxDepth) return std::nullopt;
  if (node.IsScalar()) return scalar(node);
  if (node.IsSequence()) {
    json::array list;
    for (const YAML::Node& item : node) {
      auto value = convert(item, depth + 1);
      if (!value) return std::nullopt;
      list.push_back(std::move(*value));
    }
    return json::value(std::move(list));
  }
  if (node.IsMap()) {
    json::object object;
    for (const auto& field : node) {
      auto value = field.first.IsScalar() ? convert(field.second, depth + 1) : std::nullopt;
      if (!value) return std::nullopt;
      object[field.first.Scalar()] = std::move(*value);
    }
    return json::value(std::move(object));
  }
  return json::value(nullptr);
}

}  // namespace

Result<json::value> json_of_yaml(const std::string& yaml) {
  try {
    auto value = convert(YAML::Load(yaml), 0);
    if (value) return std::move(*value);
  } catch (const YAML::Exception&) {
    return fail(ErrorCode::kInvalid, "not YAML");
  }
  return fail(ErrorCode::kInvalid, "YAML with a key that is no text, or nested too deep");
}

}  // namespace wac::sandbox
