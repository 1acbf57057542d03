#include "net/http2_request.h"

#include <gtest/gtest.h>

namespace wac::net {
namespace {

ClientRequest post() {
  ClientRequest request;
  request.endpoint = {true, "graph.test", 443};
  request.target = "/v1/messages?a=b";
  request.headers = {{"Authorization", "Bearer T"}, {"Content-Type", "application/json"}};
  request.body = "{}";
  return request;
}

std::string text_of(const Http2Request& request) {
  std::string text;
  for (const auto& [name, value, secret] : request.fields()) {
    text += std::string(name) + "=" + std::string(value) + (secret ? "!\n" : "\n");
  }
  return text + request.body();
}

TEST(Http2Request, IsTheseFields) {
  EXPECT_EQ(text_of(*Http2Request::make(post())),
            ":method=POST\n:scheme=https\n:authority=graph.test\n:path=/v1/messages?a=b\n"
            "authorization=Bearer T!\ncontent-type=application/json\ncontent-length=2\n{}");
}

TEST(Http2Request, NamesAPortAndAnnouncesALengthAsHttp1Does) {
  ClientRequest request = post();
  request.endpoint = {true, "::1", 8443};
  request.method = "GET";
  request.headers.clear();
  request.body.clear();
  EXPECT_EQ(text_of(*Http2Request::make(request)),
            ":method=GET\n:scheme=https\n:authority=[::1]:8443\n:path=/v1/messages?a=b\n");
}

}  // namespace
}  // namespace wac::net
