#pragma once
// Reads JSON objects strictly: every field is asked for by name, everything else is refused. The first
// refusal wins; later calls are harmless, so that rules read as a list.
//
// Codes: a missing or empty field is 131008, a value of the wrong JSON type, an unknown field, a text or list
// beyond its bounds is 100, a value outside its permitted set or form is 131009.

#include "sandbox/graph_error.h"

#include <boost/json.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wac::sandbox {

/// Collects the first refusal.
class Check {
 public:
  void refuse(int code, std::string details) {
    if (!refusal_) refusal_ = graph_error(code, std::move(details));
  }
  bool ok() const { return !refusal_; }
  const std::optional<GraphError>& refusal() const { return refusal_; }

 private:
  std::optional<GraphError> refusal_;
};

enum class Need : std::uint8_t { kRequired, kOptional };

/// Bounds of a text in Unicode code points, or of a list in items. Both inclusive.
struct Bounds {
  std::size_t min = 1;
  std::size_t max = SIZE_MAX;
};

inline Bounds at_most(std::size_t max) {
  return {.min = 1, .max = max};
}

/// One JSON object under check. Lives no longer than the document and the Check.
class Fields {
 public:
  Fields(Check& check, const boost::json::object& object, std::string path)
      : check_(check), object_(object), path_(std::move(path)) {}
  /// The fields of `value`, which must be an object; an empty one stands in (after the refusal) if not.
  Fields(Check& check, const boost::json::value& value, std::string path);

  /// `text.body` for the field `body` of the object `text`.
  std::string path(std::string_view name) const;
  bool has(std::string_view name) const { return object_.contains(name); }

  /// Each accessor marks the field as known and returns nothing when it is absent or refused.
  std::optional<std::string_view> text(std::string_view name, Need need, Bounds bounds = {});
  std::optional<std::string_view> one_of(std::string_view name, Need need,
                                         std::initializer_list<std::string_view> values);
  std::optional<bool> boolean(std::string_view name, Need need);
  std::optional<std::int64_t> integer(std::string_view name, Need need, std::int64_t min, std::int64_t max);
  const boost::json::object* object(std::string_view name, Need need);
  const boost::json::array* array(std::string_view name, Need need, Bounds bounds = {});
  /// Any JSON value: for parts that are passed through.
  const boost::json::value* any(std::string_view name, Need need);

  /// Text that must start with `https://` (or `http://` too).
  enum class Scheme : std::uint8_t { kHttps, kAnyHttp };
  std::optional<std::string_view> url(std::string_view name, Need need, Scheme scheme);

  /// Refuses every field nobody asked for. Call it last.
  void done();

 private:
  const boost::json::value* find(std::string_view name, Need need);

  Check& check_;
  const boost::json::object& object_;
  std::string path_;
  std::vector<std::string_view> known_;
};

/// Unicode code points in valid UTF-8.
std::size_t code_points(std::string_view utf8);
/// `1`–`32` digits: the form of Graph's object ids.
bool is_object_id(std::string_view text);

}  // namespace wac::sandbox
