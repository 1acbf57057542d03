#include "net/http_server.h"

#include "harness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wac::net {
namespace {

using namespace testing;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(HttpServer, KeepsAConnectionForManyRequests) {
  TestServer server;
  Client client(server.port());
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(client.send(post("/echo", "hello " + std::to_string(i))));
    const std::string response = client.response();
    ASSERT_EQ(status_of(response), 200);
    ASSERT_EQ(body_of(response), "hello " + std::to_string(i));
  }
  EXPECT_EQ(server.stats().accepted, 1U);
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
  TestServer server;
  Client client(server.port());
  std::string bytes;
  for (int i = 0; i < 200; ++i) bytes += post("/echo", std::to_string(i));
  ASSERT_TRUE(client.send(bytes));
  for (int i = 0; i < 200; ++i) ASSERT_EQ(body_of(client.response()), std::to_string(i));
}

TEST(HttpServer, APipelinedRequestWaitsForTheOneBeforeIt) {
  TestServer server;
  Client client(server.port());
  ASSERT_TRUE(client.send(get("/hold") + post("/echo", "second")));
  ASSERT_TRUE(eventually([&] { return server.handler().holding() == 1; }));
  EXPECT_EQ(server.handler().handled(), 0U);
  server.handler().release();
  EXPECT_EQ(body_of(client.response()), "held");
  EXPECT_EQ(body_of(client.response()), "second");
}

TEST(HttpServer, ReadsRequestsThatArriveByteByByte) {
  TestServer server;
  Client client(server.port());
  ASSERT_TRUE(client.send_sliced(post("/echo", "sliced"), 1));
  EXPECT_EQ(body_of(client.response()), "sliced");
  ASSERT_TRUE(client.send_sliced(
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: u\r\n\r\n",
      1));
  EXPECT_EQ(body_of(client.response()), "abc");
}

TEST(HttpServer, ReadsAndWritesLargeBodies) {
  TestServer server;
  Client client(server.port());
  const std::string body(3'000'000, 'x');
  ASSERT_TRUE(client.send(post("/echo", body)));
  EXPECT_EQ(body_of(client.response()), body);
  ASSERT_TRUE(client.send(get("/")));
  EXPECT_EQ(status_of(client.response()), 200);
}

TEST(HttpServer, AnswersHeadWithoutABody) {
  TestServer server;
  Client client(server.port());
  ASSERT_TRUE(client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\nHEAD /stream?3 HTTP/1.1\r\nHost: x\r\n\r\n" +
                          get("/echo")));
  EXPECT_THAT(client.response_head(), HasSubstr("Content-Length: 11\r\n"));
  EXPECT_THAT(client.response_head(), HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(client.response_head(), HasSubstr("Content-Length: 0\r\n"));
}

TEST(HttpServer, AnswersWithoutContentHaveNoLength) {
  TestServer server;
  Client client(server.port());
  ASSERT_TRUE(client.send(get("/empty") + get("/")));
  EXPECT_THAT(client.response_head(), Not(HasSubstr("Content-Length")));
  EXPECT_EQ(status_of(client.response()), 200);
}

TEST(HttpServer, ClosesWhenThePeerOrTheHandlerWants) {
  TestServer server;
  for (const std::string& request : {get("/", "Connection: close\r\n"), get("/close")}) {
    Client client(server.port());
    ASSERT_TRUE(client.send(request));
    EXPECT_THAT(client.response(), HasSubstr("Connection: close\r\n"));
    EXPECT_TRUE(client.closed());
  }
}

TEST(HttpServer, SpeaksHttp10) {
  TestServer server;
  Client once(server.port());
  ASSERT_TRUE(once.send("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_THAT(once.response(), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(once.closed());

  Client kept(server.port());
  ASSERT_TRUE(kept.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  EXPECT_THAT(kept.response(), HasSubstr("Connection: keep-alive\r\n"));
  ASSERT_TRUE(kept.send("GET /stream?2 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  EXPECT_THAT(kept.rest(), EndsWith("\r\n\r\nchunk 0\nchunk 1\n"));
}

TEST(HttpServer, AnswersAHalfClosedPeer) {
  TestServer server;
  Client client(server.port());
  ASSERT_TRUE(client.send(get("/")));
  client.finish_sending();
  EXPECT_EQ(status_of(client.response()), 200);
  EXPECT_TRUE(client.closed());
}

TEST(HttpServer, TellsAWaitingPeerToContinue) {
  TestServer server;
  Client client(server.port());
  ASSERT_TRUE(
      client.send("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"));
  EXPECT_EQ(client.response_head(), "HTTP/1.1 100 Continue\r\n\r\n");
  ASSERT_TRUE(client.send("abc"));
  EXPECT_EQ(body_of(client.response()), "abc");
}

TEST(HttpServer, DoesNotTellAPeerToContinueThatDidNotWaitOrHasNoBody) {
  TestServer server;
  Client client(server.port());
  ASSERT_TRUE(
      client.send(post("/echo", "abc", "Expect: 100-continue\r\n") + get("/", "Expect: 100-continue\r\n")));
  EXPECT_EQ(status_of(client.response()), 200);
  EXPECT_EQ(status_of(client.response()), 200);
}

TEST(HttpServer, RefusesABodyBeforeItIsSentWhenThePeerWaits) {
  TestServer server;
  Client client(server.port());
  ASSERT_TRUE(
      client.send("POST /small HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"));
  EXPECT_EQ(status_of(client.response()), 413);
  EXPECT_TRUE(client.closed());
}

TEST(HttpServer, RefusesBadFramingWithAProblemAndCloses) {
  TestServer server;
  Client client(server.port());
  ASSERT_TRUE(client.send("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n" + get("/")));
  const std::string response = client.response();
  EXPECT_EQ(status_of(response), 400);
  EXPECT_THAT(response, HasSubstr("application/problem+json"));
  EXPECT_THAT(response, HasSubstr("more than one host"));
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(server.handler().handled(), 0U);
  EXPECT_EQ(server.stats().refused_framing, 1U);
}

TEST(HttpServer, ReportsThePeersAddress) {
  TestServer server;
  Client client(server.port());
  ASSERT_TRUE(client.send(get("/peer")));
  EXPECT_EQ(body_of(client.response()), "127.0.0.1");
}

TEST(HttpServer, StreamsInChunksAndKeepsTheConnection) {
  TestServer server;
  Client client(server.port());
  ASSERT_TRUE(client.send(get("/stream?2") + get("/")));
  EXPECT_EQ(body_of(client.response()), "8\r\nchunk 0\n\r\n8\r\nchunk 1\n\r\n0\r\n\r\n");
  EXPECT_EQ(body_of(client.response()), R"({"ok":true})");
}

TEST(HttpServer, AStreamEndsWhenThePeerIsGone) {
  TestServer server;
  Client client(server.port());
  ASSERT_TRUE(client.send(get("/endless")));
  EXPECT_EQ(status_of(client.response_head()), 200);
  ASSERT_TRUE(eventually([&] { return server.handler().streams() == 1; }));
  client.reset();
  EXPECT_TRUE(
      eventually([&] { return server.handler().streams() == 0 && server.stats().open_connections == 0; }));
}

TEST(HttpServer, AHandlerFinishesThoughItsPeerIsGone) {
  TestServer server;
  Client client(server.port());
  ASSERT_TRUE(client.send(get("/hold")));
  ASSERT_TRUE(eventually([&] { return server.handler().holding() == 1; }));
  client.reset();
  server.handler().release();
  EXPECT_TRUE(
      eventually([&] { return server.handler().handled() == 1 && server.stats().open_connections == 0; }));
  EXPECT_EQ(server.stats().requests_in_flight, 0U);
}

TEST(HttpServer, ABodyMayGoToASink) {
  TestServer server;
  Client client(server.port());
  ASSERT_TRUE(client.send(post("/sink", std::string(300'000, 'a'))));
  EXPECT_EQ(body_of(client.response()), "300000 in the sink, 0 in the body");
  ASSERT_TRUE(
      client.send("POST /sink HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
                  "chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n"));
  EXPECT_EQ(body_of(client.response()), "6 in the sink, 0 in the body");
  ASSERT_TRUE(client.send(get("/sink")));
  EXPECT_EQ(body_of(client.response()), "0 in the sink, 0 in the body");
  ASSERT_TRUE(client.send(post("/echo", "hello")));
  EXPECT_EQ(body_of(client.response()), "hello");
}

TEST(HttpServer, AStreamThatGivesUpDoesNotLookWhole) {
  TestServer server;
  Client client(server.port());
  ASSERT_TRUE(client.send(get("/broken")));
  const std::string all = client.rest();
  EXPECT_EQ(status_of(all), 200);
  EXPECT_FALSE(all.ends_with("0\r\n\r\n")) << all;
  EXPECT_TRUE(eventually([&] { return server.stats().open_connections == 0; }));
}

TEST(HttpServer, SharesConnectionsBetweenItsLoops) {
  TestServer server({}, 2);
  std::vector<Client> clients;
  std::array<int, 2> served{};
  for (int i = 0; i < 8; ++i) {
    Client& client = clients.emplace_back(server.port());
    ASSERT_TRUE(client.send(get("/name")));
    const std::string response = client.response();
    ++served.at(std::stoul(std::string(body_of(response))));
  }
  EXPECT_EQ(served[0], 4);
  EXPECT_EQ(served[1], 4);
  EXPECT_EQ(server.stats().open_connections, 8U);
}

TEST(HttpServerListen, RefusesWhatItCannotBind) {
  EventLoop loop;
  TestHandler handler(loop, 0);
  const std::vector<HttpServer::Worker> workers{{&loop, &handler}};
  const auto name = HttpServer::listen("localhost", 0, workers, {});
  ASSERT_FALSE(name.has_value());
  EXPECT_EQ(name.error().code, ErrorCode::kInvalid);
  TestServer other;
  const auto taken = HttpServer::listen("127.0.0.1", other.port(), workers, {});
  ASSERT_FALSE(taken.has_value());
  EXPECT_EQ(taken.error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace wac::net
