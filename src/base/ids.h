#pragma once
// Identifiers that may be logged: each is checked when it is made, so that none can carry a phone number,
// a name or a token.

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace wac {

namespace detail {
/// A text of at most Most characters, in its place: a message carries its ids through many hands.
template <std::size_t Most>
class ShortText {
 public:
  ShortText() = default;
  explicit ShortText(std::string_view text) : size_(static_cast<std::uint8_t>(text.size())) {
    static_assert(Most <= 255);
    std::ranges::copy(text, text_.begin());
  }
  operator std::string_view() const { return {text_.data(), size_}; }
  bool empty() const { return size_ == 0; }
  friend bool operator==(const ShortText& a, const ShortText& b) {
    return std::string_view{a} == std::string_view{b};
  }
  friend auto operator<=>(const ShortText& a, const ShortText& b) {
    return std::string_view{a} <=> std::string_view{b};
  }

 private:
  std::array<char, Most> text_{};
  std::uint8_t size_ = 0;
};

/// A checked text; Tag makes each kind its own type.
template <class Tag, class Text = std::string>
class CheckedId {
 public:
  CheckedId() = default;
  std::string_view str() const { return text_; }
  bool empty() const { return text_.empty(); }
  friend auto operator<=>(const CheckedId&, const CheckedId&) = default;

 protected:
  explicit CheckedId(std::string_view text) : text_(text) {}
  Text text_;
};
}  // namespace detail

/// A tenant of ours: `[a-z0-9][a-z0-9_-]{0,63}`, with no run of seven digits (that could be a phone number).
class TenantId : public detail::CheckedId<TenantId> {
 public:
  TenantId() = default;
  static std::optional<TenantId> parse(std::string_view text);

 private:
  using CheckedId::CheckedId;
};

/// The caller's id of an intent: a UUID (36 characters, any case) or a ULID (26 characters), kept as given.
class IntentId : public detail::CheckedId<IntentId, detail::ShortText<36>> {
 public:
  IntentId() = default;
  static std::optional<IntentId> parse(std::string_view text);

 private:
  using CheckedId::CheckedId;
};

/// Meta's phone_number_id: 5 to 20 digits. It names a business's sender and is not a phone number.
class SenderId : public detail::CheckedId<SenderId, detail::ShortText<20>> {
 public:
  SenderId() = default;
  static std::optional<SenderId> parse(std::string_view text);

 private:
  using CheckedId::CheckedId;
};

/// A consumer of a tenant's events; the form of a TenantId.
class ConsumerId : public detail::CheckedId<ConsumerId> {
 public:
  ConsumerId() = default;
  static std::optional<ConsumerId> parse(std::string_view text);

 private:
  using CheckedId::CheckedId;
};
/// Makes it loggable (telemetry's LogId).
std::string log_text(const ConsumerId& id);

/// Joins log lines, traces and answers of one request. Callers may choose it: `[A-Za-z0-9._:-]{1,128}`. One
/// that could hide a phone number (seven digits in a row outside a UUID, ULID or hex trace id) is refused by
/// parse(), so that the caller of parse() replaces it with a generated one.
class CorrelationId : public detail::CheckedId<CorrelationId, detail::ShortText<128>> {
 public:
  CorrelationId() = default;
  static std::optional<CorrelationId> parse(std::string_view text);

 private:
  using CheckedId::CheckedId;
};

/// UUID, ULID or 32-digit hex trace id: shapes in which digits mean nothing.
bool is_random_id(std::string_view text);
/// Whether the text has a run of at least `count` digits (separators `+-(). ` inside a run do not break it).
bool has_digit_run(std::string_view text, std::size_t count);

/// Placement of a sender's keys: `fnv1a(phone_number_id) % 64`, so that every script touches one slot.
struct Partition {
  static constexpr std::uint16_t kCount = 64;
  std::uint16_t number = 0;

  static Partition of(const SenderId& sender) { return of_text(sender.str()); }
  static Partition of_text(std::string_view text);
  friend auto operator<=>(Partition, Partition) = default;
};

}  // namespace wac
