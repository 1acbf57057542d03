#include "client_fixture.h"
#include "support/nginx_server.h"
#include "support/scripted_peer.h"

namespace wac::net {
namespace {

using testing::eventually;
using testing::PeerConnection;
using testing::ScriptedPeer;

constexpr const char* kEnd = R"({"a":1})";

class HttpClientFaults : public HttpClientTest {
 protected:
  /// One request to a peer that reads it and then sends `answer` and closes.
  ClientResult against(const std::string& answer) {
    ScriptedPeer peer({[&answer](PeerConnection& connection) {
      connection.read_until(kEnd);
      connection.send(answer);
    }});
    ClientResult result = send(request_to(local(peer.port())));
    // One call is at most one request on the wire.
    EXPECT_EQ(peer.accepted(), 1U);
    return result;
  }
};

TEST_F(HttpClientFaults, ARefusedConnectionWroteNothing) {
  expect_failure(send(request_to(local(testing::free_port()))), ErrorCode::kConnectFailed, Written::kNothing);
}

TEST_F(HttpClientFaults, ANameThatDoesNotResolveWroteNothing) {
  // A label is at most 63 characters long: no resolver asks anybody for this one.
  const std::string host(64, 'a');
  expect_failure(send(request_to("http://" + host + "/")), ErrorCode::kDnsFailed, Written::kNothing);
}

TEST_F(HttpClientFaults, EveryAddressOfANameIsTried) {
  // localhost may be ::1 first, where nobody listens.
  ScriptedPeer peer({[](PeerConnection& connection) {
    connection.read_until(kEnd);
    connection.send("HTTP/1.1 204 No Content\r\n\r\n");
  }});
  const ClientResult result = send(request_to("http://localhost:" + std::to_string(peer.port()) + "/"));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 204);
}

TEST_F(HttpClientFaults, AConnectThatHangsEndsAtTheConnectDeadline) {
  limits_.connect_deadline = Millis{50};
  const testing::BlackholePort hole;
  expect_failure(send(request_to(local(hole.port()))), ErrorCode::kTimeout, Written::kNothing);
}

TEST_F(HttpClientFaults, ARequestWhoseTimeIsOverIsNotWritten) {
  ScriptedPeer peer({});
  expect_failure(send(request_to(local(peer.port()), Millis{-1})), ErrorCode::kTimeout, Written::kNothing);
  EXPECT_EQ(peer.accepted(), 0U);
}

TEST_F(HttpClientFaults, SilenceAfterTheRequestEndsAtItsDeadlineAndClosesTheConnection) {
  ScriptedPeer peer({[](PeerConnection& connection) { connection.read_to_end(); }});
  expect_failure(send(request_to(local(peer.port()), Millis{50})), ErrorCode::kTimeout, Written::kMaybe);
  EXPECT_TRUE(eventually([&] { return peer.finished() == 1; }));
  EXPECT_EQ(peer.accepted(), 1U);
}

TEST_F(HttpClientFaults, AResponseThatTricklesEndsAtTheSameDeadline) {
  ScriptedPeer peer({[](PeerConnection& connection) {
    connection.read_until(kEnd);
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    for (int i = 0; i < 1'000; ++i) {
      connection.send("x");
      // house: allow sleep because the peer's own pace is what is tested
      std::this_thread::sleep_for(Millis{1});
    }
  }});
  expect_failure(send(request_to(local(peer.port()), Millis{100})), ErrorCode::kTimeout, Written::kMaybe);
}

TEST_F(HttpClientFaults, AResetAfterTheRequestWasReadIsUnknowable) {
  ScriptedPeer peer({[](PeerConnection& connection) {
    connection.read_until(kEnd);
    connection.reset();
  }});
  expect_failure(send(request_to(local(peer.port()))), ErrorCode::kConnectionLost, Written::kMaybe);
  EXPECT_EQ(peer.accepted(), 1U);
}

TEST_F(HttpClientFaults, ACloseWithoutAnAnswerIsUnknowable) {
  expect_failure(against(""), ErrorCode::kConnectionLost, Written::kMaybe);
}

TEST_F(HttpClientFaults, HalfAResponseIsNone) {
  expect_failure(against("HTTP/1.1 200 OK\r\nConte"), ErrorCode::kConnectionLost, Written::kMaybe);
  expect_failure(against("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"), ErrorCode::kConnectionLost,
                 Written::kMaybe);
}

TEST_F(HttpClientFaults, GarbageIsAProtocolError) {
  expect_failure(against("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n\r\n"), ErrorCode::kProtocol, Written::kMaybe);
  expect_failure(against("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
                 ErrorCode::kProtocol, Written::kMaybe);
}

TEST_F(HttpClientFaults, AResponseBeyondTheLimitsIsRefused) {
  limits_.response_body_bytes = 10;
  limits_.response_header_bytes = 100;
  expect_failure(against("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n"), ErrorCode::kTooLarge,
                 Written::kMaybe);
  expect_failure(against("HTTP/1.1 200 OK\r\n\r\n01234567890"), ErrorCode::kTooLarge, Written::kMaybe);
  expect_failure(against("HTTP/1.1 200 OK\r\nA: " + std::string(100, 'x') + "\r\n\r\n"), ErrorCode::kTooLarge,
                 Written::kMaybe);
}

TEST_F(HttpClientFaults, ABodyMayEndWithTheStream) {
  const ClientResult result = against("HTTP/1.1 200 OK\r\n\r\nall of it");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->body, "all of it");
}

TEST_F(HttpClientFaults, ABodyCutOffByTheNetworkIsNotTakenForTheWholeOverTls) {
  // nginx passes the end of the plain upstream on as a TLS stream without close_notify when it must give up.
  ScriptedPeer upstream({[](PeerConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
  }});
  const testing::NginxServer nginx({.certificate = &certificates_.server(),
                                    .server_block = "location / { proxy_pass http://127.0.0.1:" +
                                                    std::to_string(upstream.port()) + "; }"});
  const ClientResult result = send(request_to(nginx.origin()));
  expect_failure(result, ErrorCode::kConnectionLost, Written::kMaybe);
}

TEST_F(HttpClientFaults, AnAnswerThatComesBeforeTheRequestWasReadCounts) {
  ScriptedPeer peer({[](PeerConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");
    connection.read_to_end();
  }});
  ClientRequest request = request_to(local(peer.port()));
  request.body = std::string(64 * 1024 * 1024, 'x');
  const ClientResult result = send(std::move(request));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 413);
}

TEST_F(HttpClientFaults, LargeBodiesGoBothWays) {
  std::string received;
  ScriptedPeer peer({[&received](PeerConnection& connection) {
    received = connection.read_until("END");
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + std::string(3'000'000, 'y'));
  }});
  ClientRequest request = request_to(local(peer.port()));
  request.body = std::string(3'000'000, 'x') + "END";
  const ClientResult result = send(std::move(request));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->body, std::string(3'000'000, 'y'));
  EXPECT_TRUE(received.ends_with(std::string(3'000'000, 'x') + "END"));
}

TEST_F(HttpClientFaults, HeadHasNoBodyAndKeepsTheConnection) {
  const testing::NginxServer nginx({.server_block = "location / { return 200 hello; }"});
  ClientRequest request = request_to(nginx.origin());
  request.method = "HEAD";
  request.body.clear();
  const ClientResult result = send(std::move(request));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->header("content-length"), "5");
  EXPECT_EQ(result->body, "");
  ASSERT_TRUE(send(request_to(nginx.origin())));
  ASSERT_TRUE(eventually([&] { return nginx.requests().size() == 2; }));
  EXPECT_EQ(nginx.requests()[0].connection, nginx.requests()[1].connection);
}

TEST_F(HttpClientFaults, ARequestThatCouldSmuggleIsRefused) {
  ScriptedPeer peer({});
  ClientRequest request = request_to(local(peer.port()));
  request.headers.emplace_back("X-A", "b\r\nX-C: d");
  expect_failure(send(std::move(request)), ErrorCode::kInvalid, Written::kNothing);
  EXPECT_EQ(peer.accepted(), 0U);
}

}  // namespace
}  // namespace wac::net
