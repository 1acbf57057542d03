#include "http2_fixture.h"
#include "support/nginx_server.h"

#include <set>

namespace wac::net {
namespace {

using testing::eventually;
using testing::NginxServer;

class Http2ClientNginx : public Http2ClientTest {
 protected:
  static std::set<std::string> connections(const NginxServer& nginx) {
    std::set<std::string> all;
    for (const auto& request : nginx.requests()) all.insert(request.connection);
    return all;
  }
};

constexpr const char* kPath = "location / { return 200 $uri; }";

TEST_F(Http2ClientNginx, SpeaksHttp2WithNginx) {
  const NginxServer nginx({.certificate = &certificates_.server(), .http2 = true, .server_block = kPath});
  auto all = start_many(nginx.origin(), 300);
  expect_own_answers(all);
  ASSERT_TRUE(eventually([&] { return nginx.requests().size() == 300; }));
  for (const auto& request : nginx.requests()) EXPECT_TRUE(request.request.ends_with(" HTTP/2.0"));
  EXPECT_LE(connections(nginx).size(), 5U);
}

TEST_F(Http2ClientNginx, SpeaksHttp1WhereNginxChoosesIt) {
  const NginxServer nginx({.certificate = &certificates_.server(), .server_block = kPath});
  auto all = start_many(nginx.origin(), 50);
  expect_own_answers(all);
  ASSERT_TRUE(eventually([&] { return nginx.requests().size() == 50; }));
  for (const auto& request : nginx.requests()) EXPECT_TRUE(request.request.ends_with(" HTTP/1.1"));
}

TEST_F(Http2ClientNginx, SpeaksHttp1WithoutTls) {
  const NginxServer nginx({.server_block = kPath});
  auto all = start_many(nginx.origin(), 10);
  expect_own_answers(all);
}

TEST_F(Http2ClientNginx, ConnectionsThatEndAfterTenRequestsLoseNone) {
  const NginxServer nginx({.certificate = &certificates_.server(),
                           .http2 = true,
                           .server_block = std::string("keepalive_requests 10; ") + kPath});
  // 20 at once: whoever is turned away by a connection that ends, and by its successor, finds a place on the
  // third.
  for (int round = 0; round < 25; ++round) {
    auto all = start_many(nginx.origin(), 20);
    expect_own_answers(all);
  }
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(send(request_to(nginx.origin())));
  ASSERT_TRUE(eventually([&] { return nginx.requests().size() >= 550; }));
  // Each was processed once.
  EXPECT_EQ(nginx.requests().size(), 550U);
}

TEST_F(Http2ClientNginx, AnEndpointThatChangesItsProtocolIsFollowed) {
  limits_.idle_deadline = Millis{20};
  const testing::NginxOptions first{
      .certificate = &certificates_.server(), .http2 = true, .server_block = kPath};
  NginxServer nginx(first);
  ASSERT_TRUE(send(request_to(nginx.origin())));
  for (const bool http2 : {false, true}) {
    nginx.restart(http2);
    auto all = start_many(nginx.origin(), 20);
    expect_own_answers(all);
    const std::string version = http2 ? " HTTP/2.0" : " HTTP/1.1";
    ASSERT_TRUE(eventually([&] { return nginx.requests().back().request.ends_with(version); }));
  }
}

}  // namespace
}  // namespace wac::net
