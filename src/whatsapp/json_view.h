#pragma once
// JSON read in place, for what is read once and in bulk: webhooks. Texts without escapes are views of the
// source, and a value needs no memory but its children. What it accepts and what it writes is what
// json_text.h says; only the tree differs, which costs a third of Boost's.

#include "whatsapp/json_text.h"

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace wac::whatsapp {

class JsonValue;
struct JsonMember;

/// A text and whether it can be written as it is: nothing in it needs escaping.
class JsonText {
 public:
  JsonText() = default;
  JsonText(std::string_view text, bool plain)
      : data_(text.data()), size_(static_cast<std::uint32_t>(text.size())), plain_(plain) {}
  std::string_view view() const { return {data_, size_}; }
  bool plain() const { return plain_; }

 private:
  const char* data_ = "";
  std::uint32_t size_ = 0;
  bool plain_ = true;
};

class JsonArray {
 public:
  JsonArray() = default;
  JsonArray(const JsonValue* first, std::size_t size) : first_(first), size_(size) {}
  const JsonValue* begin() const { return first_; }
  const JsonValue* end() const;
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const JsonValue& front() const { return *first_; }
  const JsonValue& operator[](std::size_t at) const;

 private:
  const JsonValue* first_ = nullptr;
  std::size_t size_ = 0;
};

/// Members in the order of their first appearance; of repeated keys the last value.
class JsonObject {
 public:
  JsonObject() = default;
  JsonObject(const JsonMember* first, std::size_t size) : first_(first), size_(size) {}
  const JsonMember* begin() const { return first_; }
  const JsonMember* end() const;
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// Null when it is not there.
  const JsonValue* if_contains(std::string_view key) const;
  bool contains(std::string_view key) const { return if_contains(key) != nullptr; }

 private:
  const JsonMember* first_ = nullptr;
  std::size_t size_ = 0;
};

/// As cheap to copy as a view, and no longer valid than the source and the memory it was read into.
class JsonValue {
 public:
  using Data = std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, JsonText, JsonArray,
                            JsonObject>;

  JsonValue() = default;
  explicit JsonValue(Data data) : data_(data) {}

  const Data& data() const { return data_; }
  bool is_null() const { return std::holds_alternative<std::nullptr_t>(data_); }
  bool is_bool() const { return std::holds_alternative<bool>(data_); }
  bool is_text() const { return std::holds_alternative<JsonText>(data_); }
  bool is_array() const { return std::holds_alternative<JsonArray>(data_); }
  bool is_object() const { return std::holds_alternative<JsonObject>(data_); }
  bool is_whole() const {
    return std::holds_alternative<std::int64_t>(data_) || std::holds_alternative<std::uint64_t>(data_);
  }

  bool get_bool() const { return std::get<bool>(data_); }
  const JsonObject& get_object() const { return std::get<JsonObject>(data_); }
  const JsonArray& get_array() const { return std::get<JsonArray>(data_); }

  // Null, or nothing, where the value is of another kind.
  const std::int64_t* if_int64() const { return std::get_if<std::int64_t>(&data_); }
  const JsonArray* if_array() const { return std::get_if<JsonArray>(&data_); }
  const JsonObject* if_object() const { return std::get_if<JsonObject>(&data_); }
  std::optional<std::string_view> if_text() const {
    const JsonText* text = std::get_if<JsonText>(&data_);
    return text == nullptr ? std::nullopt : std::optional{text->view()};
  }

 private:
  Data data_ = nullptr;
};

struct JsonMember {
  JsonText key;
  JsonValue value;
};

inline const JsonValue* JsonArray::end() const {
  return first_ + size_;
}
inline const JsonValue& JsonArray::operator[](std::size_t at) const {
  return first_[at];
}
inline const JsonMember* JsonObject::end() const {
  return first_ + size_;
}
inline const JsonValue* JsonObject::if_contains(std::string_view key) const {
  for (const JsonMember& member : *this) {
    if (member.key.view() == key) return &member.value;
  }
  return nullptr;
}

/// The value of a whole JSON text, as parse_json() has it. `text` and `memory`, which gives
/// nothing back before it ends (a monotonic one), outlive it.
std::optional<JsonValue> read_json(std::string_view text, std::pmr::memory_resource& memory);

/// As append_json() of json_text.h.
void append_json(std::string& out, const JsonValue& value, KeyOrder order = KeyOrder::kAsGiven);
void append_json_text(std::string& out, const JsonText& text);

/// The member's text, or an empty one.
inline std::string_view text_of(const JsonObject& object, std::string_view key) {
  const JsonValue* member = object.if_contains(key);
  return member == nullptr ? std::string_view{} : member->if_text().value_or(std::string_view{});
}
inline const JsonObject* find_object(const JsonObject& object, std::string_view key) {
  const JsonValue* member = object.if_contains(key);
  return member == nullptr ? nullptr : member->if_object();
}
inline const JsonArray* find_array(const JsonObject& object, std::string_view key) {
  const JsonValue* member = object.if_contains(key);
  return member == nullptr ? nullptr : member->if_array();
}

}  // namespace wac::whatsapp
