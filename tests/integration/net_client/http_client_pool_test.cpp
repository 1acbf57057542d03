#include "client_fixture.h"
#include "support/nginx_server.h"
#include "support/scripted_peer.h"

#include <set>

namespace wac::net {
namespace {

using testing::eventually;
using testing::NginxServer;
using testing::PeerConnection;
using testing::ScriptedPeer;

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr const char* kEnd = R"({"a":1})";

class HttpClientPool : public HttpClientTest {};

std::set<std::string> connections(const NginxServer& nginx) {
  std::set<std::string> all;
  for (const auto& request : nginx.requests()) all.insert(request.connection);
  return all;
}

TEST_F(HttpClientPool, RequestsOneAfterAnotherShareAConnection) {
  const NginxServer nginx(
      {.certificate = &certificates_.server(), .server_block = "location / { return 200 ok; }"});
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(send(request_to(nginx.origin())));
  ASSERT_TRUE(eventually([&] { return nginx.requests().size() == 50; }));
  EXPECT_EQ(connections(nginx).size(), 1U);
}

TEST_F(HttpClientPool, AnAddressThatIsJudgedBadIsNotConnectedTo) {
  std::vector<std::string> judged;
  bool fine = false;
  limits_.judge = [&](const IpAddress& address) {
    judged.push_back(address.is_v4() ? "v4" : "v6");
    return fine;
  };
  const NginxServer nginx(
      {.certificate = &certificates_.server(), .server_block = "location / { return 200 ok; }"});
  // By name and as it stands: what counts is where it leads.
  expect_failure(send(request_to(nginx.origin())), ErrorCode::kForbidden, Written::kNothing);
  expect_failure(send(request_to(local(nginx.port()))), ErrorCode::kForbidden, Written::kNothing);
  EXPECT_GE(judged.size(), 2U);
  EXPECT_TRUE(nginx.requests().empty());
  fine = true;
  EXPECT_TRUE(send(request_to(nginx.origin())));
}

TEST_F(HttpClientPool, RequestsBeyondTheLimitWaitForAConnection) {
  limits_.connections_per_endpoint = 3;
  const NginxServer nginx(
      {.certificate = &certificates_.server(), .server_block = "location / { return 200 ok; }"});
  std::vector<std::future<ClientResult>> all;
  for (int i = 0; i < 40; ++i) all.push_back(start(request_to(nginx.origin())));
  for (auto& one : all) EXPECT_TRUE(one.get());
  ASSERT_TRUE(eventually([&] { return nginx.requests().size() == 40; }));
  EXPECT_LE(connections(nginx).size(), 3U);
}

TEST_F(HttpClientPool, WaitingRequestsKeepTheirOrder) {
  limits_.connections_per_endpoint = 1;
  std::vector<std::string> seen;
  ScriptedPeer peer({[&seen](PeerConnection& connection) {
    for (int i = 0; i < 5; ++i) {
      seen.push_back(connection.read_until(kEnd).substr(0, 7));
      connection.send(kOk);
    }
  }});
  std::vector<std::future<ClientResult>> all;
  for (int i = 0; i < 5; ++i) {
    ClientRequest request = request_to(local(peer.port()));
    request.target = "/" + std::to_string(i);
    all.push_back(start(std::move(request)));
  }
  for (auto& one : all) EXPECT_TRUE(one.get());
  EXPECT_EQ(seen, (std::vector<std::string>{"POST /0", "POST /1", "POST /2", "POST /3", "POST /4"}));
}

TEST_F(HttpClientPool, AWaitingRequestEndsAtItsDeadlineUnwritten) {
  limits_.connections_per_endpoint = 1;
  std::atomic<bool> go = false;
  ScriptedPeer peer({[&go](PeerConnection& connection) {
    for (int i = 0; i < 2; ++i) {
      connection.read_until(kEnd);
      eventually([&go] { return go.load(); });
      connection.send(kOk);
    }
  }});
  auto first = start(request_to(local(peer.port())));
  ASSERT_TRUE(eventually([&] { return peer.accepted() == 1; }));
  expect_failure(send(request_to(local(peer.port()), Millis{30})), ErrorCode::kTimeout, Written::kNothing);
  go = true;
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(send(request_to(local(peer.port()))));
  EXPECT_EQ(peer.accepted(), 1U);
}

TEST_F(HttpClientPool, AFailedConnectionGivesItsPlaceToTheNext) {
  limits_.connections_per_endpoint = 1;
  ScriptedPeer peer({[](PeerConnection& connection) {
                       connection.read_until(kEnd);
                       connection.reset();
                     },
                     [](PeerConnection& connection) {
                       connection.read_until(kEnd);
                       connection.send(kOk);
                       connection.read_to_end();
                     }});
  auto first = start(request_to(local(peer.port())));
  auto second = start(request_to(local(peer.port())));
  expect_failure(first.get(), ErrorCode::kConnectionLost, Written::kMaybe);
  EXPECT_TRUE(second.get());
}

TEST_F(HttpClientPool, AConnectionThePeerClosedIsNotReused) {
  const auto answer_and_close = [](PeerConnection& connection) {
    connection.read_until(kEnd);
    connection.send(kOk);
  };
  ScriptedPeer peer({answer_and_close, answer_and_close, answer_and_close});
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(send(request_to(local(peer.port()))));
    // From here on the end of the stream is in the client's kernel, seen by its loop or not.
    ASSERT_TRUE(eventually([&] { return peer.finished() == i + 1; }));
  }
  EXPECT_EQ(peer.accepted(), 3U);
}

TEST_F(HttpClientPool, AConnectionWithStrayBytesIsNotReused) {
  ScriptedPeer peer({[](PeerConnection& connection) {
                       connection.read_until(kEnd);
                       connection.send(kOk);
                       connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
                       connection.read_to_end();
                     },
                     [](PeerConnection& connection) {
                       connection.read_until(kEnd);
                       connection.send(kOk);
                       connection.read_to_end();
                     }});
  EXPECT_EQ(send(request_to(local(peer.port())))->body, "ok");
  // The client closes it: the first script ends.
  ASSERT_TRUE(eventually([&] { return peer.finished() == 1; }));
  EXPECT_EQ(send(request_to(local(peer.port())))->body, "ok");
  EXPECT_EQ(peer.accepted(), 2U);
}

TEST_F(HttpClientPool, ConnectionCloseIsHonoured) {
  const auto last = [](PeerConnection& connection) {
    connection.read_until(kEnd);
    connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
    connection.read_to_end();
  };
  ScriptedPeer peer({last, last});
  EXPECT_TRUE(send(request_to(local(peer.port()))));
  EXPECT_TRUE(send(request_to(local(peer.port()))));
  EXPECT_EQ(peer.accepted(), 2U);
}

TEST_F(HttpClientPool, AnIdleConnectionIsClosedAfterItsDeadline) {
  limits_.idle_deadline = Millis{30};
  ScriptedPeer peer({[](PeerConnection& connection) {
    connection.read_until(kEnd);
    connection.send(kOk);
    connection.read_to_end();
  }});
  EXPECT_TRUE(send(request_to(local(peer.port()))));
  EXPECT_TRUE(eventually([&] { return peer.finished() == 1; }));
}

TEST_F(HttpClientPool, StopClosesIdleConnectionsWaitsForTheRestAndRefusesNewRequests) {
  std::atomic<int> answers = 0;
  const auto answer_when_told = [&answers](PeerConnection& connection) {
    connection.read_until(kEnd);
    eventually([&answers] { return answers.fetch_sub(1) > 0 || (++answers, false); });
    connection.send(kOk);
    connection.read_to_end();
  };
  ScriptedPeer peer({answer_when_told, answer_when_told});
  // Two at once, so that in the end one connection idles while the other is busy.
  auto first = start(request_to(local(peer.port())));
  auto second = start(request_to(local(peer.port())));
  ASSERT_TRUE(eventually([&] { return peer.accepted() == 2; }));
  answers = 1;
  const auto is_ready = [](std::future<ClientResult>& one) {
    return one.wait_for(Millis{0}) == std::future_status::ready;
  };
  ASSERT_TRUE(eventually([&] { return is_ready(first) || is_ready(second); }));
  std::future<void> stopped = loop_.start(client().stop());
  // The idle one is closed at once, the busy one is not.
  ASSERT_TRUE(eventually([&] { return peer.finished() == 1; }));
  EXPECT_EQ(stopped.wait_for(Millis{0}), std::future_status::timeout);
  expect_failure(send(request_to(local(peer.port()))), ErrorCode::kCancelled, Written::kNothing);
  answers = 1;
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
  stopped.get();
  EXPECT_TRUE(eventually([&] { return peer.finished() == 2; }));
}

}  // namespace
}  // namespace wac::net
