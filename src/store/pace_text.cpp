#include "store/pace_rules.h"

#include <array>
#include <charconv>

namespace wac::store {
namespace {

template <class Number>
bool read(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

std::string_view next_word(std::string_view& text, char separator) {
  const std::string_view word = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return word;
}

void append(std::string& text, double number) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  text.append(digits.data(), end);
}

template <class Limits, class F>
void each_limit(Limits& limits, F f) {
  f(limits.sender_per_second);
  f(limits.tenant_per_second);
  f(limits.pair_interval);
  f(limits.pair_burst);
  f(limits.breaker_min);
  f(limits.breaker_percent);
  f(limits.breaker_window);
  f(limits.breaker_open);
  f(limits.breaker_open_max);
}

struct LimitWriter {
  std::string& text;
  void operator()(std::uint32_t value) const { write(value); }
  void operator()(Millis value) const { write(value.count()); }
  void write(std::int64_t value) const {
    if (!text.empty()) text += ',';
    text += std::to_string(value);
  }
};

struct LimitReader {
  std::string_view& text;
  bool& good;
  void operator()(std::uint32_t& value) const { good = read(next_word(text, ','), value) && good; }
  void operator()(Millis& value) const {
    std::int64_t count = 0;
    good = read(next_word(text, ','), count) && good;
    value = Millis{count};
  }
};

}  // namespace

std::string limits_text(const PaceLimits& limits) {
  constexpr std::size_t kUsualSize = 64;
  std::string text;
  text.reserve(kUsualSize);
  each_limit(limits, LimitWriter{text});
  return text;
}

std::optional<PaceLimits> limits_from(std::string_view text) {
  PaceLimits limits;
  bool good = true;
  each_limit(limits, LimitReader{text, good});
  if (!good || !text.empty()) return std::nullopt;
  return limits;
}

std::string numbers_text(const SenderGate& gate) {
  std::string text;
  each_number(gate, [&text](std::string_view name, double value) {
    if (value == 0) return;
    if (!text.empty()) text += ' ';
    text += name;
    text += ' ';
    append(text, value);
  });
  return text;
}

bool read_numbers(std::string_view text, SenderGate& gate) {
  while (!text.empty()) {
    const std::string_view name = next_word(text, ' ');
    if (!read_number(name, next_word(text, ' '), gate)) return false;
  }
  return true;
}

bool read_number(std::string_view name, std::string_view value, SenderGate& gate) {
  bool good = false;
  each_number(gate, [&](std::string_view field, double& number) {
    if (field == name) good = read(value, number);
  });
  return good;
}

}  // namespace wac::store
