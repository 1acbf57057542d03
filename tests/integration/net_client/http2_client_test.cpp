#include "http2_fixture.h"

namespace wac::net {
namespace {

using testing::eventually;
using testing::Http2Link;
using testing::Http2PeerRequest;
using testing::Http2Server;

class Http2Client : public Http2ClientTest {};

TEST_F(Http2Client, ManyRequestsShareOneConnection) {
  Http2Server server(certificates_.server(), {[](Http2Link& link) { link.serve(); }});
  for (int round = 0; round < 5; ++round) {
    auto all = start_many(server.origin(), 64);
    expect_own_answers(all);
  }
  EXPECT_EQ(server.accepted(), 1U);
}

TEST_F(Http2Client, AnswersComeBackInAnyOrder) {
  Http2Server server(certificates_.server(), {[](Http2Link& link) {
                       auto requests = link.wait_for(1);
                       for (Http2PeerRequest& one : link.wait_for(9)) requests.push_back(std::move(one));
                       for (auto one = requests.rbegin(); one != requests.rend(); ++one) {
                         link.peer().answer(one->stream, 200, one->fields.at(":path"));
                       }
                       link.serve();
                     }});
  auto all = start_many(server.origin(), 10);
  expect_own_answers(all);
}

TEST_F(Http2Client, BeyondItsPlacesAnotherConnectionIsOpened) {
  limits_.streams_per_connection = 10;
  limits_.connections_per_endpoint = 3;
  std::atomic<std::size_t> arrived = 0;
  const auto serve_when_full = [&arrived](Http2Link& link) {
    std::vector<Http2PeerRequest> requests;
    while (requests.size() < 10 && link.exchange()) {
      for (Http2PeerRequest& one : link.peer().take_requests()) {
        requests.push_back(std::move(one));
        ++arrived;
      }
    }
    eventually([&arrived] { return arrived == 30; });
    for (const Http2PeerRequest& one : requests) {
      link.peer().answer(one.stream, 200, one.fields.at(":path"));
    }
    link.serve();
  };
  Http2Server server(certificates_.server(), {serve_when_full, serve_when_full, serve_when_full});
  auto all = start_many(server.origin(), 50);
  expect_own_answers(all);
  EXPECT_EQ(server.accepted(), 3U);
}

TEST_F(Http2Client, AServerThatAllowsOneRequestAtATimeGetsNoMore) {
  limits_.connections_per_endpoint = 2;
  const auto one_by_one = [](Http2Link& link) {
    for (;;) {
      const auto requests = link.wait_for(1);
      if (requests.empty()) return;
      EXPECT_EQ(requests.size(), 1U);
      link.peer().answer(requests[0].stream, 200, requests[0].fields.at(":path"));
    }
  };
  Http2Server server(certificates_.server(), {one_by_one, one_by_one}, {.streams = 1});
  auto all = start_many(server.origin(), 30);
  expect_own_answers(all);
  EXPECT_EQ(server.accepted(), 2U);
}

TEST_F(Http2Client, ALargeBodyWaitsForThePeersWindow) {
  Http2Server server(certificates_.server(), {[](Http2Link& link) {
                       const auto requests = link.wait_for(1);
                       link.peer().answer(requests[0].stream, 200, std::to_string(requests[0].body.size()));
                       link.serve();
                     }});
  ClientRequest request = request_to(server.origin());
  request.body = std::string(1'000'000, 'x');
  EXPECT_EQ(send(std::move(request))->body, "1000000");
}

TEST_F(Http2Client, AnAnswerBeyondTheLimitFailsAloneAndTheConnectionStays) {
  limits_.response_body_bytes = 1'000;
  Http2Server server(certificates_.server(), {[](Http2Link& link) {
                       const auto requests = link.wait_for(1);
                       link.peer().answer(requests[0].stream, 200, std::string(100'000, 'x'));
                       link.serve();
                     }});
  expect_failure(send(request_to(server.origin())), ErrorCode::kTooLarge, Written::kMaybe);
  EXPECT_TRUE(send(request_to(server.origin())));
  EXPECT_EQ(server.accepted(), 1U);
}

TEST_F(Http2Client, AnIdleConnectionSaysGoodbyeAfterItsDeadline) {
  limits_.idle_deadline = Millis{30};
  std::atomic<bool> goodbye = false;
  Http2Server server(certificates_.server(), {[&goodbye](Http2Link& link) {
                       link.serve();
                       goodbye = link.peer().told_goodbye();
                     }});
  EXPECT_TRUE(send(request_to(server.origin())));
  EXPECT_TRUE(eventually([&] { return server.finished() == 1; }));
  EXPECT_TRUE(goodbye);
}

TEST_F(Http2Client, StopWaitsForWhatIsInFlightAndClosesThen) {
  std::atomic<bool> go = false;
  Http2Server server(certificates_.server(), {[&go](Http2Link& link) {
                       const auto requests = link.wait_for(3);
                       eventually([&go] { return go.load(); });
                       for (const auto& one : requests) {
                         link.peer().answer(one.stream, 200, one.fields.at(":path"));
                       }
                       link.serve();
                     }});
  auto all = start_many(server.origin(), 3);
  ASSERT_TRUE(eventually([&] { return server.accepted() == 1; }));
  std::future<void> stopped = loop_.start(client().stop());
  expect_failure(send(request_to(server.origin())), ErrorCode::kCancelled, Written::kNothing);
  EXPECT_EQ(stopped.wait_for(Millis{0}), std::future_status::timeout);
  go = true;
  expect_own_answers(all);
  stopped.get();
  EXPECT_TRUE(eventually([&] { return server.finished() == 1; }));
}

TEST_F(Http2Client, ARequestThatCannotBeWrittenIsRefusedAsOverHttp1) {
  ClientRequest request = request_to("https://localhost:1/");
  request.headers = {{"x", "a\r\nb"}};
  expect_failure(send(std::move(request)), ErrorCode::kInvalid, Written::kNothing);
}

TEST_F(Http2Client, IsNotOfferedUnlessEnabled) {
  limits_.http2 = false;
  Http2Server server(certificates_.server(), {[](Http2Link& link) { link.serve(); }});
  // The server chooses among no offers, and a preface of HTTP/1.1 is none of HTTP/2.
  EXPECT_FALSE(send(request_to(server.origin())));
}

}  // namespace
}  // namespace wac::net
