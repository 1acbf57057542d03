// Retry-After (RFC 9110 §10.2.3): seconds, or a date in one of the three forms of §5.6.7.

#include "base/retry_after.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace wac {
namespace {

using std::chrono::sys_days;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// Takes fixed pieces off the front; after the first mismatch everything fails.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool literal(std::string_view expected) {
    good_ = good_ && rest_.starts_with(expected);
    if (good_) rest_.remove_prefix(expected.size());
    return good_;
  }
  int number(std::size_t digits) {
    int value = 0;
    good_ = good_ && rest_.size() >= digits && std::ranges::all_of(rest_.substr(0, digits), is_digit);
    if (!good_) return 0;
    for (const char c : rest_.substr(0, digits)) value = value * 10 + (c - '0');
    rest_.remove_prefix(digits);
    return value;
  }
  /// "Jan" is 1.
  unsigned month() {
    const auto* found = std::ranges::find(kMonths, rest_.substr(0, 3));
    good_ = good_ && found != kMonths.end();
    if (!good_) return 0;
    rest_.remove_prefix(3);
    return static_cast<unsigned>(found - kMonths.begin()) + 1;
  }
  void letters() {
    const auto end = std::ranges::find_if_not(rest_, is_letter);
    good_ = good_ && end != rest_.begin();
    if (good_) rest_.remove_prefix(static_cast<std::size_t>(end - rest_.begin()));
  }
  bool one_of_next(char c) const { return good_ && rest_.starts_with(c); }
  bool finished() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

struct TimeOfDay {
  int hour = 0;
  int minute = 0;
  int second = 0;
  bool ok() const { return hour < 24 && minute < 60 && second <= 60; }
};

TimeOfDay scan_time(Scanner& scan) {
  TimeOfDay time;
  time.hour = scan.number(2);
  scan.literal(":");
  time.minute = scan.number(2);
  scan.literal(":");
  time.second = scan.number(2);
  return time;
}

std::optional<WallTime> make_time(int year, unsigned month, int day, TimeOfDay time) {
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || !time.ok()) return std::nullopt;
  return WallTime{sys_days{date}} + std::chrono::hours{time.hour} + std::chrono::minutes{time.minute} +
         std::chrono::seconds{time.second};
}

// RFC 9110: a two-digit year is the nearest one that is not more than 50 years ahead.
int full_year(int two_digits, WallTime now) {
  const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(now)};
  const int this_year = static_cast<int>(today.year());
  const int year = this_year / 100 * 100 + two_digits;
  if (year > this_year + 50) return year - 100;
  return year <= this_year - 50 ? year + 100 : year;
}

// "Sun, 06 Nov 1994 08:49:37 GMT" or "Sunday, 06-Nov-94 08:49:37 GMT".
std::optional<WallTime> parse_dated(std::string_view text, WallTime now) {
  Scanner scan(text);
  scan.letters();
  scan.literal(", ");
  const int day = scan.number(2);
  const bool old_form = scan.one_of_next('-');
  const std::string_view separator = old_form ? "-" : " ";
  scan.literal(separator);
  const unsigned month = scan.month();
  scan.literal(separator);
  const int year = old_form ? full_year(scan.number(2), now) : scan.number(4);
  scan.literal(" ");
  const TimeOfDay time = scan_time(scan);
  scan.literal(" GMT");
  return scan.finished() ? make_time(year, month, day, time) : std::nullopt;
}

// "Sun Nov  6 08:49:37 1994".
std::optional<WallTime> parse_asctime(std::string_view text) {
  Scanner scan(text);
  scan.letters();
  scan.literal(" ");
  const unsigned month = scan.month();
  scan.literal(" ");
  const std::size_t digits = scan.one_of_next(' ') && scan.literal(" ") ? 1 : 2;
  const int day = scan.number(digits);
  scan.literal(" ");
  const TimeOfDay time = scan_time(scan);
  scan.literal(" ");
  const int year = scan.number(4);
  return scan.finished() ? make_time(year, month, day, time) : std::nullopt;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

Millis parse_seconds(std::string_view digits) {
  // Thirty years; the caller bounds what it waits.
  constexpr std::int64_t kMost = 1'000'000'000;
  std::int64_t seconds = 0;
  for (const char c : digits) seconds = std::min(seconds * 10 + (c - '0'), kMost);
  return std::chrono::seconds{seconds};
}

}  // namespace

std::optional<Millis> parse_retry_after(std::string_view value, WallTime now) {
  const std::string_view text = trim(value);
  if (text.empty()) return std::nullopt;
  if (std::ranges::all_of(text, is_digit)) return parse_seconds(text);
  std::optional<WallTime> date = parse_dated(text, now);
  if (!date) date = parse_asctime(text);
  if (!date) return std::nullopt;
  return std::max(Millis{0}, *date - now);
}

}  // namespace wac
