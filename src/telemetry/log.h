#pragma once
// Structured logs: one JSON object a line in Cloud Logging's form. A field's value is one of a closed set of
// types; text is not among them, so a phone, a name or a token cannot reach a line by accident.

#include "base/error.h"
#include "base/ids.h"
#include "base/time.h"

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace wac::telemetry {

enum class Severity : std::uint8_t { kDebug, kInfo, kWarning, kError, kCritical };

/// Cloud Logging's word: "INFO".
std::string_view name(Severity severity);
/// LOG_LEVEL's word: debug, info, warning, error.
std::optional<Severity> parse_severity(std::string_view level);

/// A string literal (checked at compile time): the only text a caller may log.
class Literal {
 public:
  consteval Literal(const char* text) : text_(text) {}  // NOLINT(google-explicit-constructor)
  constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

/// Opened by its owner type: an enum is loggable when `std::string_view name(E)` is found by ADL.
template <class T>
concept NamedEnum = std::is_enum_v<T> && requires(T value) {
  { name(value) } -> std::convertible_to<std::string_view>;
};

/// Opaque identifiers and fingerprints: types that declare themselves loggable through `log_text(x)`,
/// found by ADL, returning a short std::string without personal data.
template <class T>
concept LogId = requires(const T& value) {
  { log_text(value) } -> std::same_as<std::string>;
};

template <class T>
concept LogValue = std::same_as<T, bool> || (std::integral<T> && !std::same_as<T, char>) || NamedEnum<T> ||
                   LogId<T> || std::same_as<T, Literal> || std::same_as<T, Error> ||
                   std::same_as<T, Millis> || std::same_as<T, Micros> || std::same_as<T, TenantId> ||
                   std::same_as<T, IntentId> || std::same_as<T, SenderId> || std::same_as<T, CorrelationId>;

/// One field of a line. Texts are seen, not copied: what it was made of outlives it, as it does in a call of
/// log().
class Field {
 public:
  template <LogValue T>
  Field(Literal key, const T& value) : key_(key.text()), value_(plain(value)) {}
  std::string_view key() const { return key_; }
  /// JSON.
  void append_value(std::string& out) const;
  std::string value() const {
    std::string text;
    append_value(text);
    return text;
  }

 private:
  using Value = std::variant<bool, std::int64_t, std::uint64_t, std::string_view, std::string, Error>;

  template <class T>
  static Value plain(const T& value);

  std::string_view key_;
  Value value_;
};

template <class T>
Field::Value Field::plain(const T& value) {
  if constexpr (std::same_as<T, bool> || std::same_as<T, Error>) {
    return value;
  } else if constexpr (std::unsigned_integral<T>) {
    return std::uint64_t{value};
  } else if constexpr (std::signed_integral<T>) {
    return std::int64_t{value};
  } else if constexpr (NamedEnum<T>) {
    return std::string_view{name(value)};
  } else if constexpr (std::same_as<T, Literal>) {
    return value.text();
  } else if constexpr (std::same_as<T, Millis> || std::same_as<T, Micros>) {
    return std::int64_t{value.count()};
  } else if constexpr (LogId<T>) {
    return log_text(value);
  } else {
    return value.str();
  }
}

struct LogOptions {
  /// The Google Cloud project whose traces a field "traceId" names; empty: traceId stays a plain field.
  std::string trace_project;
  /// Time stamps; empty: the system clock.
  std::function<WallTime()> now;
};

/// Thread-safe. Lines are buffered; warnings and worse, 32 KiB and flush() write them
/// out: whoever owns the logger calls flush() about once a second and before it exits.
class Logger {
 public:
  /// To standard output.
  static std::shared_ptr<Logger> to_stdout(Severity threshold, LogOptions options = {});
  /// Discards everything; for tests and benchmarks of other parts.
  static std::shared_ptr<Logger> silent();
  /// Appends finished lines to `out`; for tests (single-threaded).
  static std::shared_ptr<Logger> to_string(std::string& out, Severity threshold, LogOptions options = {});
  virtual ~Logger() = default;

  bool enabled(Severity severity) const { return severity >= threshold_; }

  template <class... Fields>
    requires(std::same_as<Fields, Field> && ...)
  void log(Severity severity, Literal message, const Fields&... fields) {
    if (!enabled(severity)) return;
    const Field* const list[] = {&fields..., nullptr};
    write(severity, message.text(), list, sizeof...(fields));
  }
  virtual void flush() = 0;

 protected:
  explicit Logger(Severity threshold) : threshold_(threshold) {}
  virtual void write(Severity severity, std::string_view message, const Field* const* fields,
                     std::size_t count) = 0;

 private:
  Severity threshold_;
};

}  // namespace wac::telemetry
