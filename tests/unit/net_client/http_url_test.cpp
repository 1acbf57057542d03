#include "net/http_client.h"

#include <gtest/gtest.h>

namespace wac::net {
namespace {

struct Good {
  const char* text;
  Endpoint endpoint;
  const char* target;
};

TEST(ParseUrl, GivesEndpointAndTarget) {
  const Good cases[] = {
      {"https://graph.facebook.com/v21.0/1/messages", {true, "graph.facebook.com", 443}, "/v21.0/1/messages"},
      {"https://Example.COM", {true, "example.com", 443}, "/"},
      {"HTTPS://a:8443/x?y=%20z", {true, "a", 8443}, "/x?y=%20z"},
      {"http://127.0.0.1:8080/", {false, "127.0.0.1", 8080}, "/"},
      {"http://a", {false, "a", 80}, "/"},
      {"https://a?b=c", {true, "a", 443}, "/?b=c"},
      {"https://[2001:db8::1]:444/x", {true, "2001:db8::1", 444}, "/x"},
      {"https://[::1]", {true, "::1", 443}, "/"},
      {"https://a/p@q:r", {true, "a", 443}, "/p@q:r"},
  };
  for (const Good& good : cases) {
    const Result<Url> url = parse_url(good.text);
    ASSERT_TRUE(url) << good.text;
    EXPECT_EQ(url->endpoint, good.endpoint) << good.text;
    EXPECT_EQ(url->target, good.target) << good.text;
  }
}

TEST(ParseUrl, RefusesWhatItDoesNotUnderstand) {
  const char* cases[] = {"",
                         "a",
                         "ftp://a/",
                         "https:/a",
                         "https://",
                         "https:///x",
                         "https://:443/",
                         "https://user@a/",
                         "https://user:pw@a/",
                         "https://a/#x",
                         "https://a:0/",
                         "https://a:65536/",
                         "https://a:/",
                         "https://a:4x/",
                         "https://a:-1/",
                         "https://a b/",
                         "https://a/\r\nX: y",
                         "https://a/\xc3\xa9",
                         "https://[::1/",
                         "https://[::1]x/",
                         "https://[g]/",
                         "https://[]/",
                         "https://a:1:2/",
                         "https://a\\b/"};
  for (const char* text : cases) {
    const Result<Url> url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, ErrorCode::kInvalid) << text;
  }
}

}  // namespace
}  // namespace wac::net
