#include "whatsapp/json_bytes.h"
#include "whatsapp/json_view.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <unordered_map>
#include <vector>

namespace wac::whatsapp {
namespace {

/// Objects with more members get an index to find repeated keys with.
constexpr std::size_t kFewMembers = 16;

template <class T>
const T* keep(std::pmr::memory_resource& memory, const T* from, std::size_t count) {
  if (count == 0) return nullptr;
  auto* to = static_cast<T*>(memory.allocate(count * sizeof(T), alignof(T)));
  std::uninitialized_copy_n(from, count, to);
  return to;
}

/// Recursive descent; what recurses is bounded by kMaxJsonDepth.
class Reader {
 public:
  Reader(std::string_view text, std::pmr::memory_resource& memory)
      : at_(text.data()), end_(at_ + text.size()), memory_(memory), members_(&memory), values_(&memory) {
    // Enough for most webhooks: a vector that grows leaves its old memory behind.
    members_.reserve(32);
    values_.reserve(16);
  }

  bool document(JsonValue& out) {
    skip();
    if (!value(out)) return false;
    skip();
    return at_ == end_;
  }

 private:
  void skip() {
    while (at_ != end_ && is_space(*at_)) ++at_;
  }
  bool take(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view word) {
    if (!std::string_view{at_, end_}.starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  bool value(JsonValue& out);
  bool object(JsonValue& out);
  bool array(JsonValue& out);
  bool text(JsonText& out);
  bool escaped_text(const char* begin, JsonText& out);
  bool escape(std::pmr::vector<char>& out);
  bool code_unit(std::uint32_t& out);
  bool figures();
  bool number(JsonValue& out);
  /// Moves on to the end of the text, its next escape, or a byte that must not be there.
  void pass_plain();
  std::size_t without_repetitions(std::size_t first);

  const char* at_;
  const char* end_;
  std::pmr::memory_resource& memory_;
  // Children of what is not closed yet.
  std::pmr::vector<JsonMember> members_;
  std::pmr::vector<JsonValue> values_;
  std::size_t depth_ = 0;
};

bool Reader::value(JsonValue& out) {
  if (at_ == end_) return false;
  switch (*at_) {
    case '{':
      return object(out);
    case '[':
      return array(out);
    case '"': {
      JsonText read;
      ++at_;
      if (!text(read)) return false;
      out = JsonValue{read};
      return true;
    }
    case 't':
      out = JsonValue{true};
      return take("true");
    case 'f':
      out = JsonValue{false};
      return take("false");
    case 'n':
      out = JsonValue{};
      return take("null");
    default:
      return number(out);
  }
}

bool Reader::object(JsonValue& out) {
  if (++depth_ > kMaxJsonDepth) return false;
  const std::size_t first = members_.size();
  ++at_;
  skip();
  if (!take('}')) {
    do {
      JsonMember member;
      skip();
      if (!take('"') || !text(member.key)) return false;
      skip();
      if (!take(':')) return false;
      skip();
      if (!value(member.value)) return false;
      members_.push_back(member);
      skip();
    } while (take(','));
    if (!take('}')) return false;
  }
  const std::size_t count = without_repetitions(first);
  out = JsonValue{JsonObject{keep(memory_, members_.data() + first, count), count}};
  members_.resize(first);
  --depth_;
  return true;
}

/// The last value takes the place of the first. How many members remain.
std::size_t Reader::without_repetitions(std::size_t first) {
  const std::size_t count = members_.size() - first;
  JsonMember* members = members_.data() + first;
  std::unordered_map<std::string_view, std::size_t> index;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view key = members[i].key.view();
    std::size_t place = kept;
    if (count > kFewMembers) {
      place = index.emplace(key, kept).first->second;
    } else {
      const auto same = [key](const JsonMember& member) { return member.key.view() == key; };
      place = static_cast<std::size_t>(std::find_if(members, members + kept, same) - members);
    }
    if (place != i) members[place] = members[i];
    if (place == kept) ++kept;
  }
  return kept;
}

bool Reader::array(JsonValue& out) {
  if (++depth_ > kMaxJsonDepth) return false;
  const std::size_t first = values_.size();
  ++at_;
  skip();
  if (!take(']')) {
    do {
      JsonValue entry;
      skip();
      if (!value(entry)) return false;
      values_.push_back(entry);
      skip();
    } while (take(','));
    if (!take(']')) return false;
  }
  const std::size_t count = values_.size() - first;
  out = JsonValue{JsonArray{keep(memory_, values_.data() + first, count), count}};
  values_.resize(first);
  --depth_;
  return true;
}

void Reader::pass_plain() {
  while (at_ != end_) {
    if (end_ - at_ >= 8) {
      const std::uint64_t odd = odd_bytes(at_);
      at_ += odd == 0 ? 8 : std::countr_zero(odd) / 8;
      if (odd == 0) continue;
    }
    const auto byte = static_cast<unsigned char>(*at_);
    if (byte < 0x20 || byte == '"' || byte == '\\') return;
    const std::size_t length = byte < 0x80 ? 1 : sequence_length(at_, end_);
    if (length == 0) return;
    at_ += length;
  }
}

/// Behind the opening quote.
bool Reader::text(JsonText& out) {
  const char* begin = at_;
  pass_plain();
  if (at_ != end_ && *at_ == '\\') return escaped_text(begin, out);
  out = JsonText{{begin, at_}, true};
  return take('"');
}

bool Reader::escaped_text(const char* begin, JsonText& out) {
  std::pmr::vector<char> decoded{begin, at_, &memory_};
  while (take('\\')) {
    if (!escape(decoded)) return false;
    begin = at_;
    pass_plain();
    decoded.insert(decoded.end(), begin, at_);
  }
  const char* bytes = keep(memory_, decoded.data(), decoded.size());
  out = JsonText{{bytes, decoded.size()}, false};
  return take('"');
}

bool Reader::escape(std::pmr::vector<char>& out) {
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  if (at_ == end_) return false;
  const char letter = *at_++;
  if (letter != 'u') {
    const std::size_t place = kLetters.find(letter);
    if (place == kLetters.npos) return false;
    out.push_back(kMeanings[place]);
    return true;
  }
  std::uint32_t code = 0;
  if (!code_unit(code)) return false;
  if (code >= 0xDC00 && code < 0xE000) return false;
  if (code >= 0xD800 && code < 0xDC00) {
    std::uint32_t low = 0;
    if (!take("\\u") || !code_unit(low) || low < 0xDC00 || low > 0xDFFF) return false;
    code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
  }
  append_utf8(out, code);
  return true;
}

bool Reader::code_unit(std::uint32_t& out) {
  if (end_ - at_ < 4) return false;
  const auto [stop, error] = std::from_chars(at_, at_ + 4, out, 16);
  if (error != std::errc{} || stop != at_ + 4) return false;
  at_ = stop;
  return true;
}

bool Reader::figures() {
  const char* begin = at_;
  while (at_ != end_ && is_figure(*at_)) ++at_;
  return at_ != begin;
}

bool Reader::number(JsonValue& out) {
  const char* begin = at_;
  const bool negative = take('-');
  // No zero in front of other figures.
  if (!take('0') && !figures()) return false;
  bool whole = true;
  if (take('.')) {
    whole = false;
    if (!figures()) return false;
  }
  if (take('e') || take('E')) {
    whole = false;
    if (!take('+')) take('-');
    if (!figures()) return false;
  }
  std::int64_t small = 0;
  std::uint64_t large = 0;
  if (whole && std::from_chars(begin, at_, small).ec == std::errc{}) {
    out = JsonValue{small};
  } else if (whole && !negative && std::from_chars(begin, at_, large).ec == std::errc{}) {
    out = JsonValue{large};
  } else {
    double fraction = 0;
    const auto read = std::from_chars(begin, at_, fraction);
    // Too large or too small for a double: infinity or zero.
    if (read.ec != std::errc{}) fraction = std::strtod(std::string{begin, at_}.c_str(), nullptr);
    out = JsonValue{fraction};
  }
  return true;
}

}  // namespace

std::optional<JsonValue> read_json(std::string_view text, std::pmr::memory_resource& memory) {
  if (text.size() > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  JsonValue value;
  if (!Reader{text, memory}.document(value)) return std::nullopt;
  return value;
}

}  // namespace wac::whatsapp
