#pragma once
// Reads the fields of one JSON object and collects what is wrong with them.

#include "api/problem.h"
#include "base/time.h"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace wac::api {

/// One per object. Fields that are never asked for are reported by refuse_unknown().
class JsonFields {
 public:
  JsonFields(const boost::json::object& object, std::string pointer, std::vector<FieldError>& errors)
      : object_(object), pointer_(std::move(pointer)), errors_(errors) {
    asked_for_.reserve(object.size());
  }

  void error(std::string_view field, std::string_view rule);
  /// Of the whole request so far.
  std::size_t error_count() const { return errors_.size(); }

  /// The string, or nothing; a present value of another type is an error.
  std::optional<std::string_view> text(std::string_view field);
  std::string_view required_text(std::string_view field);
  /// RFC 3339 with any offset.
  std::optional<WallTime> time(std::string_view field);
  std::optional<bool> flag(std::string_view field);
  /// A whole number of that range.
  std::optional<std::int64_t> number(std::string_view field, std::int64_t min, std::int64_t max);
  const boost::json::object* object(std::string_view field);
  const boost::json::array* array(std::string_view field);
  void refuse_unknown();
  std::string pointer_to(std::string_view field) const;

 private:
  const boost::json::value* find(std::string_view field);
  const boost::json::object& object_;
  std::string pointer_;
  std::vector<FieldError>& errors_;
  std::vector<std::string_view> asked_for_;  ///< of its fields
};

}  // namespace wac::api
