#pragma once
// What the objects of an event's data are written with. Private to the webhook parser.

#include "whatsapp/json_view.h"
#include "whatsapp/json_writer.h"

#include <string>
#include <string_view>

namespace wac::whatsapp {

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
