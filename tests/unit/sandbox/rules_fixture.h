#pragma once
// Bodies with one thing changed, and the code they are refused with.

#include "sandbox/message_rules.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <string>

namespace wac::sandbox {

inline const TemplateCatalogue& templates() {
  static const TemplateCatalogue kTemplates = TemplateCatalogue::built_in();
  return kTemplates;
}

/// The envelope around `"type":…,"<type>":…`.
inline std::string envelope(const std::string& rest) {
  return R"({"messaging_product":"whatsapp","to":"+16505551234",)" + rest + "}";
}

inline std::expected<OutgoingMessage, GraphError> check(const std::string& body,
                                                        PlusRule plus = PlusRule::kRequired) {
  boost::json::error_code error;
  const boost::json::value value = boost::json::parse(body, error);
  if (error) {
    ADD_FAILURE() << "the test's own JSON is broken: " << body;
    return std::unexpected(graph_error(1, "broken test"));
  }
  return check_message(value, {.templates = &templates(), .plus = plus});
}

/// 0 when accepted.
inline int code_of(const std::string& body) {
  const auto result = check(body);
  return result ? 0 : result.error().code;
}

/// What was refused, for messages of failing tests.
inline std::string details_of(const std::string& body) {
  const auto result = check(body);
  return result ? "accepted" : result.error().details;
}

struct Case {
  std::string rest;
  int code;
};

inline void expect_codes(std::initializer_list<Case> cases) {
  for (const Case& one : cases) {
    const std::string body = envelope(one.rest);
    EXPECT_EQ(code_of(body), one.code) << one.rest << "\n" << details_of(body);
  }
}

inline std::string repeated(std::size_t count, const std::string& text = "x") {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

}  // namespace wac::sandbox
