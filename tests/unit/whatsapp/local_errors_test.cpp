#include "whatsapp/local_errors.h"

#include <gtest/gtest.h>

namespace wac::whatsapp {
namespace {

TEST(LocalErrors, KeepTheirNumbersAndNames) {
  EXPECT_EQ(code_text(4'000'000'001), "template_unknown");
  EXPECT_EQ(code_text(4'000'000'002), "template_not_approved");
  EXPECT_EQ(code_text(4'000'000'003), "template_parameters");
  EXPECT_EQ(code_text(4'000'000'004), "template_needs_phone");
  EXPECT_EQ(code_text(4'000'000'011), "media_type_refused");
  EXPECT_EQ(code_text(4'000'000'012), "media_too_large");
  EXPECT_EQ(code_text(4'000'000'013), "media_unreachable");
  EXPECT_EQ(code_text(4'000'000'014), "media_forbidden_address");
  EXPECT_EQ(code_text(4'000'000'021), "window_closed");
  EXPECT_EQ(code_text(4'000'000'022), "opted_out");
  EXPECT_EQ(code_text(131056), "131056");
  EXPECT_EQ(code_text(0), "0");
}

TEST(LocalErrors, ReadBackWhatTheyWrite) {
  for (const LocalErrorInfo& one : local_errors()) {
    EXPECT_EQ(code_from_text(code_text(one.info.code)), one.info.code);
    EXPECT_EQ(code_from_text(std::to_string(one.info.code)), one.info.code);
  }
  EXPECT_EQ(code_from_text("131056"), 131056U);
  for (const std::string_view odd : {"", "x", "13x", "-1", "4294967296", "template_", " 1"})
    EXPECT_EQ(code_from_text(odd), std::nullopt) << odd;
}

TEST(LocalErrors, AreExplainedLikeMetas) {
  for (const LocalErrorInfo& one : local_errors()) {
    const ErrorInfo info = explain(one.info.code, 0, false);
    EXPECT_TRUE(info.known);
    EXPECT_EQ(info.error_class, ErrorClass::kPermanent) << "never retried";
    EXPECT_EQ(info.meaning, one.info.meaning);
    EXPECT_TRUE(info.advice.ends_with('.'));
  }
}

}  // namespace
}  // namespace wac::whatsapp
