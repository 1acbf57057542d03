#pragma once
// Writes the objects of an event's data. Private to the webhook parser.

#include "whatsapp/json_view.h"

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
  void end() { out_ += '}'; }

 private:
  std::string& out_;
  bool first_ = true;
};

/// Texts and whole numbers: what Meta writes now as the one, now as the other.
inline bool is_textual(const JsonValue& value) {
  return value.is_text() || value.is_whole();
}

/// A textual value as a JSON string.
inline void append_as_text(std::string& out, const JsonValue& value) {
  if (value.is_text()) return append_json(out, value);
  out += '"';
  append_json(out, value);
  out += '"';
}

}  // namespace wac::whatsapp
