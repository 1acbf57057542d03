#include "net/http_request_writer.h"

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

TEST(WriteRequest, IsTheseBytes) {
  EXPECT_EQ(*write_request(post()),
            "POST /v1/messages?a=b HTTP/1.1\r\nHost: graph.test\r\nContent-Length: 2\r\n"
            "Authorization: Bearer T\r\nContent-Type: application/json\r\n\r\n{}");
}

TEST(WriteRequest, NamesAPortThatIsNotTheSchemesAndBracketsAnAddress) {
  ClientRequest request = post();
  request.endpoint = {true, "::1", 8443};
  EXPECT_NE(write_request(request)->find("\r\nHost: [::1]:8443\r\n"), std::string::npos);
  request.endpoint = {false, "a", 80};
  EXPECT_NE(write_request(request)->find("\r\nHost: a\r\n"), std::string::npos);
  request.endpoint = {true, "a", 80};
  EXPECT_NE(write_request(request)->find("\r\nHost: a:80\r\n"), std::string::npos);
}

TEST(WriteRequest, GivesALengthToEveryPostButNotToABareGet) {
  ClientRequest request = post();
  request.body.clear();
  EXPECT_NE(write_request(request)->find("\r\nContent-Length: 0\r\n"), std::string::npos);
  request.method = "GET";
  EXPECT_EQ(write_request(request)->find("Content-Length"), std::string::npos);
  request.body = "x";
  EXPECT_NE(write_request(request)->find("\r\nContent-Length: 1\r\n"), std::string::npos);
}

void expect_refused(const ClientRequest& request) {
  const Result<std::string> bytes = write_request(request);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, ErrorCode::kInvalid);
}

TEST(WriteRequest, RefusesHeaderValuesThatCouldEndTheLine) {
  const std::string values[] = {"a\r\nX: y", "a\nb", "a\rb", "a\x7f", "a\x01", std::string("a\0b", 3)};
  for (const std::string& value : values) {
    ClientRequest request = post();
    request.headers.emplace_back("X-A", value);
    expect_refused(request);
  }
}

TEST(WriteRequest, RefusesTargetsMethodsNamesAndHostsThatAreNotSuch) {
  for (const char* target : {"", "x", "/a b", "/a\r\nX: y", "/\x01", "http://a/"}) {
    ClientRequest request = post();
    request.target = target;
    expect_refused(request);
  }
  for (const char* method : {"", "PO ST", "GET\r\n"}) {
    ClientRequest request = post();
    request.method = method;
    expect_refused(request);
  }
  for (const char* name : {"", "X Y", "X:", "X\r\n"}) {
    ClientRequest request = post();
    request.headers.emplace_back(name, "v");
    expect_refused(request);
  }
  for (const char* host : {"", "a b", "a\r\nX: y", "a/b", "a@b"}) {
    ClientRequest request = post();
    request.endpoint.host = host;
    expect_refused(request);
  }
}

TEST(WriteRequest, KeepsTheFieldsThatFrameTheMessageForItself) {
  for (const char* name :
       {"Host", "content-length", "Transfer-Encoding", "connection", "Expect", "UPGRADE"}) {
    ClientRequest request = post();
    request.headers.emplace_back(name, "1");
    expect_refused(request);
  }
}

}  // namespace
}  // namespace wac::net
