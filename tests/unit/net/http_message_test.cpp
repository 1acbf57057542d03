#include "net/http_message.h"

#include "net/http_encode.h"
#include "net/http_server.h"

#include <gtest/gtest.h>

namespace wac::net {
namespace {

TEST(HttpRequest, HeaderIsFoundWhateverItsCase) {
  HttpRequest request;
  request.headers = {{"Host", "x"}, {"X-Hub-Signature-256", "sha256=1"}};
  EXPECT_EQ(request.header("x-hub-signature-256"), "sha256=1");
  EXPECT_EQ(request.header("x-hub-signature"), "");
}

TEST(HttpRequest, ARepeatedHeaderIsAsGoodAsNone) {
  HttpRequest request;
  request.headers = {{"A", "1"}, {"B", "2"}, {"a", "1"}};
  EXPECT_EQ(request.header("A"), "");
  EXPECT_EQ(request.header("B"), "2");
}

std::string decoded(std::string_view text) {
  std::string out = "left over";
  return percent_decode(text, out) ? out : "malformed(" + out + ")";
}

TEST(PercentDecode, DecodesEveryByteAndPlus) {
  EXPECT_EQ(decoded(""), "");
  EXPECT_EQ(decoded("a%20b+c%2B%2f%C3%A9"), "a b c+/\xc3\xa9");
  EXPECT_EQ(decoded("%00"), std::string(1, '\0'));
}

TEST(PercentDecode, RefusesWhatIsNotTwoHexadecimalDigits) {
  EXPECT_EQ(decoded("%"), "malformed()");
  EXPECT_EQ(decoded("a%2"), "malformed()");
  EXPECT_EQ(decoded("%2x"), "malformed()");
  EXPECT_EQ(decoded("%x2"), "malformed()");
  EXPECT_EQ(decoded("%%20"), "malformed()");
  EXPECT_EQ(decoded("%+2"), "malformed()");
}

std::string parameter(std::string_view query, std::string_view name) {
  std::string out = "left over";
  return query_parameter(query, name, out) ? out : "none(" + out + ")";
}

TEST(QueryParameter, FindsDecodedNamesAndValues) {
  EXPECT_EQ(parameter("hub.mode=subscribe&hub.verify_token=a%26b", "hub.verify_token"), "a&b");
  EXPECT_EQ(parameter("hub%2Emode=subscribe", "hub.mode"), "subscribe");
  EXPECT_EQ(parameter("a=b=c", "a"), "b=c");
  EXPECT_EQ(parameter("a", "a"), "");
  EXPECT_EQ(parameter("&&a=1&", "a"), "1");
}

TEST(QueryParameter, RefusesAbsentRepeatedAndMalformedOnes) {
  EXPECT_EQ(parameter("", "a"), "none()");
  EXPECT_EQ(parameter("ab=1", "a"), "none()");
  EXPECT_EQ(parameter("a=1&a=1", "a"), "none()");
  EXPECT_EQ(parameter("a=1&%61=2", "a"), "none()");
  EXPECT_EQ(parameter("a=%2", "a"), "none()");
  EXPECT_EQ(parameter("%2=1&a=2", "a"), "2");
}

std::string head_of(const HttpResponse& response, AnswerForm form = {}) {
  std::string out;
  encode_head(response, form, out);
  return out;
}

TEST(EncodeHead, WritesLengthTypeAndFields) {
  HttpResponse response;
  response.status = 202;
  response.headers = {{"Retry-After", "7"}};
  response.body = "{}";
  EXPECT_EQ(head_of(response),
            "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
            "Retry-After: 7\r\n\r\n");
}

TEST(EncodeHead, SaysWhetherTheConnectionStays) {
  HttpResponse response;
  response.content_type = "";
  const std::string start = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
  EXPECT_EQ(head_of(response, {.persistence = Persistence::kClose}), start + "Connection: close\r\n\r\n");
  EXPECT_EQ(head_of(response, {.version = HttpVersion::k10}), start + "Connection: keep-alive\r\n\r\n");
}

TEST(EncodeHead, FramesStreamsAndEmptyAnswers) {
  HttpResponse response;
  response.content_type = "";
  EXPECT_EQ(head_of(response, {.framing = BodyFraming::kChunked}),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(head_of(response, {.framing = BodyFraming::kUntilClose}), "HTTP/1.1 200 OK\r\n\r\n");
  response.status = 204;
  EXPECT_EQ(head_of(response), "HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(head_of(response, {.framing = BodyFraming::kChunked}), "HTTP/1.1 204 No Content\r\n\r\n");
}

TEST(EncodeHeadDeathTest, AFieldThatCouldEndItsLineEndsTheProcess) {
  for (const std::string_view value : {std::string_view("a\r\nSet-Cookie: b"), std::string_view("a\nb"),
                                       std::string_view("a\rb"), std::string_view("a\0b", 3)}) {
    HttpResponse response;
    response.headers.emplace_back("Location", value);
    EXPECT_DEATH(head_of(response), "");
  }
  HttpResponse bad_name;
  bad_name.headers.emplace_back("A: b\r\nC", "d");
  EXPECT_DEATH(head_of(bad_name), "");
  HttpResponse bad_type;
  bad_type.content_type = "text/html\r\nA: b";
  EXPECT_DEATH(head_of(bad_type), "");
}

TEST(EncodeChunk, WritesItsSizeInHexadecimal) {
  std::string out;
  encode_chunk(std::string(26, 'x'), out);
  EXPECT_EQ(out, "1a\r\n" + std::string(26, 'x') + "\r\n");
}

class Plain final : public HttpHandler {
 public:
  Task<HttpResponse> handle(const HttpRequest&) override { co_return HttpResponse{}; }
};

TEST(HttpHandler, RefusalsAreProblemDetails) {
  const HttpResponse response = Plain().refuse(413, "body too large");
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(
      response.body,
      R"({"type":"about:blank","title":"Content Too Large","status":413,"code":"body_too_large","detail":"body too large"})"
      "\n");
}

TEST(ReasonPhrase, KnowsCommonCodesAndAdmitsTheRest) {
  EXPECT_EQ(reason_phrase(200), "OK");
  EXPECT_EQ(reason_phrase(503), "Service Unavailable");
  EXPECT_EQ(reason_phrase(299), "Unknown");
}

}  // namespace
}  // namespace wac::net
