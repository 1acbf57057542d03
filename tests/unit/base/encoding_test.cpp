#include "base/encoding.h"

#include <gtest/gtest.h>

namespace wac {
namespace {

TEST(Hex, RoundTripsAndRefusesOtherCharacters) {
  EXPECT_EQ(to_hex(as_bytes(std::string_view{"\x00\xff\x1a", 3})), "00ff1a");
  EXPECT_EQ(from_hex("00FF1a"), std::string("\x00\xff\x1a", 3));
  EXPECT_FALSE(from_hex("0"));
  EXPECT_FALSE(from_hex("0g"));
}

// The test vectors of RFC 4648 §10.
TEST(Base64, FollowsTheRfc) {
  const std::pair<std::string, std::string> vectors[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, text] : vectors) {
    EXPECT_EQ(to_base64(plain), text);
    EXPECT_EQ(from_base64(text), plain);
  }
}

TEST(PercentEncoding, LeavesOnlyWhatIsUnreserved) {
  EXPECT_EQ(percent_encoded("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(percent_encoded("a/b c+d=&?%"), "a%2Fb%20c%2Bd%3D%26%3F%25");
  EXPECT_EQ(percent_encoded("\xC3\xA9\n"), "%C3%A9%0A");
  EXPECT_EQ(percent_encoded(""), "");
}

TEST(Base64, IsStrict) {
  EXPECT_FALSE(from_base64("Zg="));
  EXPECT_FALSE(from_base64("Zg==="));
  EXPECT_FALSE(from_base64("Zh==")) << "left-over bits";
  EXPECT_FALSE(from_base64("Zm9 "));
  EXPECT_FALSE(from_base64("=Zm9"));
}

}  // namespace
}  // namespace wac
