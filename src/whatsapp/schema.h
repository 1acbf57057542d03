#pragma once
// Rules of JSON payloads as data: tables of fields, and an engine that lists every rule an object breaks.
// A table is constexpr and refers to other tables; what tables cannot say (exactly one of two, unique titles)
// is a small function beside them.

#include "whatsapp/message.h"
#include "whatsapp/text_rules.h"

#include <boost/json.hpp>

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wac::whatsapp::schema {

/// Collects violations. Knows the JSON pointer of the place that is being looked at.
class Report {
 public:
  void broken(std::string rule) { found_.push_back({pointer_, std::move(rule)}); }
  /// The rule is broken by, or by the absence of, a member of the current object.
  void broken_at(std::string_view member, std::string rule);
  std::vector<Violation> take() { return std::move(found_); }

  /// While it lives, the place is a member or an entry of the place before.
  class Step {
   public:
    Step(Report& report, std::string_view member);
    Step(Report& report, std::size_t entry);
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    ~Step() { report_.pointer_.resize(length_before_); }

   private:
    Report& report_;
    std::size_t length_before_;
  };

 private:
  std::string pointer_;
  std::vector<Violation> found_;
};

enum class Kind : std::uint8_t { kText, kFlag, kInteger, kDecimal, kObject, kList, kForbidden };

struct Shape;

/// What one value must be. Made by the functions below.
struct Rule {
  Kind kind = Kind::kObject;
  /// Text: characters. List: entries. Object: members. Numbers: the value.
  std::int64_t min = 0;
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  const TextRule* form = nullptr;
  std::span<const std::string_view> words = {};  ///< text: the only values
  const Shape* shape = nullptr;                  ///< object: null takes any members
  const Rule* entry = nullptr;                   ///< list: null takes any entries
  std::string_view reason = {};                  ///< forbidden: the violation's words
};

enum class Presence : std::uint8_t { kRequired, kOptional };

struct Field {
  std::string_view name;
  Presence presence = Presence::kRequired;
  Rule rule = {};
};

struct Variant {
  std::string_view word;
  const Shape* shape;
};

enum class Unlisted : std::uint8_t { kRefused, kAllowed };

/// What an object must be. With a `tag`, the text of that member chooses a variant whose fields are added.
struct Shape {
  std::span<const Field> fields = {};
  std::string_view tag = {};
  std::span<const Variant> variants = {};
  /// Combinations. Members may be missing or mistyped when it runs.
  void (*check)(const boost::json::object& object, Report& report) = nullptr;
  Unlisted unlisted = Unlisted::kRefused;
};

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

constexpr Rule text(std::int64_t min, std::int64_t max = kNoLimit) {
  return {.kind = Kind::kText, .min = min, .max = max};
}
constexpr Rule text(const TextRule& form, std::int64_t max = kNoLimit) {
  return {.kind = Kind::kText, .max = max, .form = &form};
}
constexpr Rule one_of(std::span<const std::string_view> words) {
  return {.kind = Kind::kText, .words = words};
}
constexpr Rule flag() {
  return {.kind = Kind::kFlag};
}
constexpr Rule integer(std::int64_t min, std::int64_t max = kNoLimit) {
  return {.kind = Kind::kInteger, .min = min, .max = max};
}
/// A number, or a text that is one (Meta's examples quote coordinates).
constexpr Rule decimal(std::int64_t min, std::int64_t max) {
  return {.kind = Kind::kDecimal, .min = min, .max = max};
}
constexpr Rule object(const Shape& shape) {
  return {.kind = Kind::kObject, .shape = &shape};
}
/// An object of somebody else's: any members.
constexpr Rule any_object(std::int64_t min_members = 0) {
  return {.kind = Kind::kObject, .min = min_members};
}
constexpr Rule list(const Rule& entry, std::int64_t min, std::int64_t max = kNoLimit) {
  return {.kind = Kind::kList, .min = min, .max = max, .entry = &entry};
}
constexpr Rule any_list() {
  return {.kind = Kind::kList};
}

constexpr Field required(std::string_view name, Rule rule) {
  return {name, Presence::kRequired, rule};
}
constexpr Field optional(std::string_view name, Rule rule) {
  return {name, Presence::kOptional, rule};
}
constexpr Field forbidden(std::string_view name, std::string_view reason) {
  return {name, Presence::kOptional, {.kind = Kind::kForbidden, .reason = reason}};
}

/// Adds what `object` breaks of `shape`.
void check(const boost::json::object& object, const Shape& shape, Report& report);

/// Combination: one and only one of two members.
void exactly_one(const boost::json::object& object, std::string_view one, std::string_view other,
                 Report& report);

}  // namespace wac::whatsapp::schema
