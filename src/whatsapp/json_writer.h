#pragma once
// Writes an object of ours straight into its text.

#include "whatsapp/json_text.h"

#include <array>
#include <charconv>
#include <concepts>
#include <string>
#include <string_view>

namespace wac::whatsapp {

/// Writes the members of one object; no comma before the first.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }
  ObjectWriter(const ObjectWriter&) = delete;
  ObjectWriter& operator=(const ObjectWriter&) = delete;

  /// The caller appends the value. Names are ours: nothing in them needs escaping.
  std::string& name(std::string_view name) {
    out_ += first_ ? "\"" : ",\"";
    first_ = false;
    out_ += name;
    out_ += "\":";
    return out_;
  }
  void text(std::string_view member, std::string_view value) { append_json_string(name(member), value); }
  void flag(std::string_view member, bool value) { name(member) += value ? "true" : "false"; }
  void whole(std::string_view member, std::integral auto value) {
    std::array<char, 24> digits;
    char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    name(member).append(digits.data(), end);
  }
  void end() { out_ += '}'; }

 private:
  std::string& out_;
  bool first_ = true;
};

}  // namespace wac::whatsapp
