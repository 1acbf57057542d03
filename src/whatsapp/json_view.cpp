#include "whatsapp/json_view.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <vector>

namespace wac::whatsapp {
namespace {

struct Writer {
  std::string& out;
  KeyOrder order;

  void operator()(std::nullptr_t) const { out += "null"; }
  void operator()(bool flag) const { out += flag ? "true" : "false"; }
  void operator()(double number) const { append_json_fraction(out, number); }
  void operator()(const JsonText& text) const { append_json_text(out, text); }
  template <std::integral Number>
  void operator()(Number number) const {
    std::array<char, 24> text;
    out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr);
  }
  void operator()(const JsonArray& array) const {
    out += '[';
    for (const JsonValue& entry : array) {
      if (&entry != array.begin()) out += ',';
      append_json(out, entry, order);
    }
    out += ']';
  }
  void operator()(const JsonObject& object) const {
    out += '{';
    if (order == KeyOrder::kAsGiven) {
      for (const JsonMember& one : object) member(one, &one == object.begin());
    } else {
      std::vector<const JsonMember*> sorted;
      sorted.reserve(object.size());
      for (const JsonMember& one : object) sorted.push_back(&one);
      std::ranges::sort(sorted, {}, [](const JsonMember* one) { return one->key.view(); });
      for (const JsonMember* one : sorted) member(*one, one == sorted.front());
    }
    out += '}';
  }
  void member(const JsonMember& one, bool first) const {
    if (!first) out += ',';
    append_json_text(out, one.key);
    out += ':';
    append_json(out, one.value, order);
  }
};

}  // namespace

void append_json(std::string& out, const JsonValue& value, KeyOrder order) {
  std::visit(Writer{out, order}, value.data());
}

void append_json_text(std::string& out, const JsonText& text) {
  if (!text.plain()) return append_json_string(out, text.view());
  out += '"';
  out += text.view();
  out += '"';
}

}  // namespace wac::whatsapp
