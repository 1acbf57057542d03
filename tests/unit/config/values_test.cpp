#include "config/values.h"

#include <gtest/gtest.h>

namespace wac::config {
namespace {

TEST(ParseOrigin, TakesSchemeHostAndPort) {
  const auto plain = parse_origin("https://graph.facebook.com");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->scheme, "https");
  EXPECT_EQ(plain->host, "graph.facebook.com");
  EXPECT_EQ(parse_origin("http://127.0.0.1:8081")->host, "127.0.0.1");
  EXPECT_EQ(parse_origin("http://[::1]:8081")->host, "[::1]");
  EXPECT_EQ(parse_origin("http://[::1]")->host, "[::1]");
}

TEST(ParseOrigin, RefusesTheRest) {
  for (const char* text : {"",
                           "x",
                           "://x",
                           "https:/x",
                           "https://",
                           "https://:80",
                           "https://x:",
                           "https://x:0",
                           "https://x:65536",
                           "https://x:1a",
                           "https://x/",
                           "https://x?y",
                           "https://u@x",
                           "https://u:p@x",
                           "https://x y",
                           "https://[::1",
                           "https://[x]",
                           "https://[127.0.0.1]",
                           "HTTPS://x",
                           "https://[::1]x",
                           "https://x\n"}) {
    EXPECT_FALSE(parse_origin(text)) << text;
  }
}

TEST(IsToken, AsksForVisibleAscii) {
  EXPECT_TRUE(is_token("abc!~", 5));
  EXPECT_FALSE(is_token("abcd", 5));
  EXPECT_FALSE(is_token("abc d", 5));
  EXPECT_FALSE(is_token("abcd\r", 5));
  EXPECT_FALSE(is_token("abcd\xc3\xa9", 5));
}

}  // namespace
}  // namespace wac::config
