#include "google/jwt.h"

#include "base/encoding.h"
#include "base/expose.h"
#include "support/rsa_key.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>

namespace wac::google {
namespace {

namespace json = boost::json;
using testing::RsaKey;

std::string decoded(std::string text) {
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  while (text.size() % 4 != 0) text += '=';
  return from_base64(text).value();
}

TEST(Base64Url, HasNoPaddingAndNoCharactersOfUrls) {
  EXPECT_EQ(to_base64url(""), "");
  EXPECT_EQ(to_base64url("f"), "Zg");
  EXPECT_EQ(to_base64url("fo"), "Zm8");
  EXPECT_EQ(to_base64url("\xfb\xff\xfe"), "-__-");
}

TEST(Assertion, SaysWhoAsksForWhatAndIsSigned) {
  const config::ServiceAccount account{"events@project.iam.gserviceaccount.com", "0a1b",
                                       Secret{RsaKey::of().pem()}, "https://oauth2.googleapis.com/token"};
  const auto made = make_assertion(account, "scope-a scope-b", from_millis(1'790'000'000'999));
  ASSERT_TRUE(made);
  const std::string text{expose(*made, Purpose::kAuthorization)};
  const std::size_t first = text.find('.');
  const std::size_t second = text.rfind('.');
  ASSERT_NE(first, second);
  EXPECT_EQ(decoded(text.substr(0, first)), R"({"alg":"RS256","typ":"JWT","kid":"0a1b"})");
  EXPECT_EQ(decoded(text.substr(first + 1, second - first - 1)),
            R"({"iss":"events@project.iam.gserviceaccount.com","scope":"scope-a scope-b",)"
            R"("aud":"https://oauth2.googleapis.com/token","iat":1790000000,"exp":1790003600})");
  EXPECT_TRUE(RsaKey::of().verifies(text.substr(0, second), decoded(text.substr(second + 1))));
}

TEST(Assertion, NeedsAKey) {
  const config::ServiceAccount account{"a@b", "", Secret{"none"}, "https://oauth2.googleapis.com/token"};
  EXPECT_EQ(make_assertion(account, "s", from_millis(0)).error().code, ErrorCode::kInvalid);
}

}  // namespace
}  // namespace wac::google
