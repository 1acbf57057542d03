#include "whatsapp/json_text.h"

#include "base/json_plain.h"

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <vector>

namespace wac::whatsapp {
namespace {

namespace json = boost::json;

/// Builds the value, as Boost's own handler does, but reads fractions from their text.
class Builder {
 public:
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  explicit Builder(unsigned char* buffer, std::size_t size) : stack_({}, buffer, size) {}

  void reset(json::storage_ptr storage) { stack_.reset(std::move(storage)); }
  json::value release() { return stack_.release(); }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) { return true; }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_object_end(std::size_t count, json::error_code&) {
    stack_.push_object(count);
    return true;
  }
  bool on_array_end(std::size_t count, json::error_code&) {
    stack_.push_array(count);
    return true;
  }
  bool on_key_part(json::string_view text, std::size_t, json::error_code&) { return part(text); }
  bool on_key(json::string_view text, std::size_t, json::error_code&) {
    stack_.push_key(text);
    return true;
  }
  bool on_string_part(json::string_view text, std::size_t, json::error_code&) { return part(text); }
  bool on_string(json::string_view text, std::size_t, json::error_code&) {
    stack_.push_string(text);
    return true;
  }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t number, json::string_view, json::error_code&) {
    stack_.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, json::string_view, json::error_code&) {
    stack_.push_uint64(number);
    return true;
  }
  bool on_double(double number, json::string_view text, json::error_code&) {
    double exact = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exact);
    stack_.push_double(error == std::errc{} && end == text.data() + text.size() ? exact : number);
    return true;
  }
  bool on_bool(bool flag, json::error_code&) {
    stack_.push_bool(flag);
    return true;
  }
  bool on_null(json::error_code&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  bool part(json::string_view text) {
    stack_.push_chars(text);
    return true;
  }

  json::value_stack stack_;
};

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 32> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  out.append(text.data(), end);
}

bool must_escape(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default: {
      const auto byte = static_cast<unsigned char>(c);
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 0xfU];
    }
  }
}

void append_member(std::string& out, json::string_view key, const json::value& value, KeyOrder order) {
  append_json_string(out, {key.data(), key.size()});
  out += ':';
  append_json(out, value, order);
}

void append_object(std::string& out, const json::object& object, KeyOrder order) {
  out += '{';
  const std::size_t start = out.size();
  if (order == KeyOrder::kAsGiven) {
    for (const auto& member : object) {
      if (out.size() != start) out += ',';
      append_member(out, member.key(), member.value(), order);
    }
  } else {
    std::vector<const json::key_value_pair*> members;
    members.reserve(object.size());
    for (const auto& member : object) members.push_back(&member);
    std::ranges::sort(members, {}, [](const json::key_value_pair* member) { return member->key(); });
    for (const json::key_value_pair* member : members) {
      if (out.size() != start) out += ',';
      append_member(out, member->key(), member->value(), order);
    }
  }
  out += '}';
}

void append_array(std::string& out, const json::array& array, KeyOrder order) {
  out += '[';
  const std::size_t start = out.size();
  for (const json::value& entry : array) {
    if (out.size() != start) out += ',';
    append_json(out, entry, order);
  }
  out += ']';
}

}  // namespace

std::optional<json::value> parse_json(std::string_view text, json::storage_ptr storage) {
  std::array<unsigned char, 2048> buffer;
  json::parse_options options;
  options.max_depth = kMaxJsonDepth;
  json::basic_parser<Builder> parser(options, buffer.data(), buffer.size());
  parser.handler().reset(std::move(storage));
  json::error_code error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (error || read != text.size()) return std::nullopt;
  return parser.handler().release();
}

void append_json_fraction(std::string& out, double number) {
  // JSON has no infinity; a number too large for a double reads back as one.
  if (!std::isfinite(number)) {
    out += number < 0 ? "-1e999" : "1e999";
    return;
  }
  append_number(out, number);
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t clean = 0;
  if (!is_json_plain(text)) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (!must_escape(text[at])) continue;
      out.append(text, clean, at - clean);
      append_escaped(out, text[at]);
      clean = at + 1;
    }
  }
  out.append(text, clean);
  out += '"';
}

void append_json(std::string& out, const json::value& value, KeyOrder order) {
  switch (value.kind()) {
    case json::kind::object:
      return append_object(out, value.get_object(), order);
    case json::kind::array:
      return append_array(out, value.get_array(), order);
    case json::kind::string:
      return append_json_string(out, {value.get_string().data(), value.get_string().size()});
    case json::kind::int64:
      return append_number(out, value.get_int64());
    case json::kind::uint64:
      return append_number(out, value.get_uint64());
    case json::kind::double_:
      return append_json_fraction(out, value.get_double());
    case json::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      return;
    case json::kind::null:
      out += "null";
      return;
  }
}

}  // namespace wac::whatsapp
