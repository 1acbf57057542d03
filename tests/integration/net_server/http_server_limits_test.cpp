#include "harness.h"
#include "net/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <unistd.h>

namespace wac::net {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(HttpServerLimit, HeaderBytes) {
  TestServer server({.header_bytes = 512});
  Client client(server.port());
  ASSERT_TRUE(client.send(get("/", "A: " + std::string(600, 'a') + "\r\n")));
  EXPECT_EQ(status_of(client.response()), 431);
  EXPECT_TRUE(client.closed());
}

TEST(HttpServerLimit, BodyBytesOfTheServer) {
  TestServer server({.body_bytes = 16});
  Client client(server.port());
  ASSERT_TRUE(client.send(post("/echo", std::string(16, 'a'))));
  EXPECT_EQ(status_of(client.response()), 200);
  ASSERT_TRUE(client.send(post("/echo", std::string(17, 'a'))));
  EXPECT_EQ(status_of(client.response()), 413);
  EXPECT_TRUE(client.closed());
}

TEST(HttpServerLimit, BodyBytesOfTheHandler) {
  TestServer server;
  Client client(server.port());
  ASSERT_TRUE(client.send("POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n"));
  EXPECT_EQ(status_of(client.response()), 413);
  EXPECT_TRUE(client.closed());
}

TEST(HttpServerLimit, Connections) {
  TestServer server({.connections = 2});
  Client first(server.port());
  Client second(server.port());
  ASSERT_TRUE(first.send(get("/")));
  ASSERT_TRUE(second.send(get("/")));
  EXPECT_EQ(status_of(first.response()), 200);
  EXPECT_EQ(status_of(second.response()), 200);
  Client third(server.port());
  const std::string response = third.response();
  EXPECT_EQ(status_of(response), 503);
  EXPECT_THAT(response, HasSubstr("Retry-After: 1\r\n"));
  EXPECT_TRUE(third.closed());
  EXPECT_EQ(server.stats().refused_overload, 1U);
  first.reset();
  ASSERT_TRUE(eventually([&] { return server.stats().open_connections == 1; }));
  Client fourth(server.port());
  ASSERT_TRUE(fourth.send(get("/")));
  EXPECT_EQ(status_of(fourth.response()), 200);
}

TEST(HttpServerLimit, RequestsInFlight) {
  TestServer server({.requests_in_flight = 1});
  Client first(server.port());
  ASSERT_TRUE(first.send(get("/hold")));
  ASSERT_TRUE(eventually([&] { return server.handler().holding() == 1; }));
  Client second(server.port());
  ASSERT_TRUE(second.send(get("/")));
  const std::string response = second.response();
  EXPECT_EQ(status_of(response), 503);
  EXPECT_THAT(response, HasSubstr("Retry-After: 1\r\n"));
  EXPECT_THAT(response, Not(HasSubstr("Connection: close")));
  EXPECT_EQ(server.stats().refused_overload, 1U);
  server.handler().release();
  EXPECT_EQ(status_of(first.response()), 200);
  ASSERT_TRUE(second.send(get("/")));
  EXPECT_EQ(status_of(second.response()), 200);
}

TEST(HttpServerLimit, RequestsPerConnection) {
  TestServer server({.requests_per_connection = 2});
  Client client(server.port());
  ASSERT_TRUE(client.send(get("/") + get("/") + get("/")));
  EXPECT_THAT(client.response(), Not(HasSubstr("Connection: close")));
  EXPECT_THAT(client.response(), HasSubstr("Connection: close"));
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(server.handler().handled(), 2U);
}

TEST(HttpServerLimit, HeaderDeadlineEvenIfBytesKeepComing) {
  TestServer server({.header_deadline = Millis{100}});
  Client client(server.port());
  ASSERT_TRUE(client.send("GET / HTTP/1.1\r\n"));
  for (int i = 0; i < 500 && !client.readable_within(Millis{10}); ++i) client.send("A: b\r\n");
  EXPECT_EQ(status_of(client.response()), 408);
  EXPECT_TRUE(client.closed());
}

TEST(HttpServerLimit, BodyDeadlineEvenIfBytesKeepComing) {
  TestServer server({.body_deadline = Millis{100}});
  Client client(server.port());
  ASSERT_TRUE(client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"));
  for (int i = 0; i < 500 && !client.readable_within(Millis{10}); ++i) client.send("a");
  EXPECT_EQ(status_of(client.response()), 408);
  EXPECT_TRUE(client.closed());
}

TEST(HttpServerLimit, BodyDeadlineAfterContinue) {
  TestServer server({.body_deadline = Millis{100}});
  Client client(server.port());
  ASSERT_TRUE(
      client.send("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"));
  EXPECT_EQ(status_of(client.response_head()), 100);
  EXPECT_EQ(status_of(client.response()), 408);
}

TEST(HttpServerLimit, IdleDeadline) {
  TestServer server({.idle_deadline = Millis{100}});
  Client silent(server.port());
  Client client(server.port());
  ASSERT_TRUE(client.send(get("/")));
  EXPECT_EQ(status_of(client.response()), 200);
  EXPECT_TRUE(client.closed());
  EXPECT_TRUE(silent.closed());
}

TEST(HttpServerLimit, DeadlinesDoNotConcernARunningHandler) {
  TestServer server({.header_deadline = Millis{1}, .idle_deadline = Millis{1}, .body_deadline = Millis{1}});
  Client client(server.port());
  ASSERT_TRUE(client.send(get("/hold")));
  ASSERT_TRUE(eventually([&] { return server.handler().holding() == 1; }));
  EXPECT_FALSE(client.readable_within(Millis{1'200}));
  server.handler().release();
  EXPECT_EQ(status_of(client.response()), 200);
}

TEST(HttpServerLimit, WriteDeadlineOfAnAnswer) {
  TestServer server({.write_deadline = Millis{100}});
  Client client(server.port(), Client::Start::kUnconnected);
  client.receive_slowly();
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(client.send(get("/big?30000000")));
  EXPECT_TRUE(
      eventually([&] { return server.handler().handled() == 1 && server.stats().open_connections == 0; }));
}

TEST(HttpServerLimit, WriteDeadlineOfAStream) {
  TestServer server({.write_deadline = Millis{100}});
  Client client(server.port(), Client::Start::kUnconnected);
  client.receive_slowly();
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(client.send(get("/endless")));
  ASSERT_TRUE(eventually([&] { return server.handler().streams() == 1; }));
  EXPECT_TRUE(
      eventually([&] { return server.handler().streams() == 0 && server.stats().open_connections == 0; }));
}

// It is small enough for the memory that the kernel would give such a connection by itself.
TEST(HttpServerLimit, WhatAPeerDoesNotReadIsNotLeftToTheKernel) {
  TestServer server({.write_deadline = Millis{100}});
  Client client(server.port(), Client::Start::kUnconnected);
  client.receive_slowly();
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(client.send(get("/big?600000")));
  EXPECT_TRUE(
      eventually([&] { return server.handler().handled() == 1 && server.stats().open_connections == 0; }));
}

TEST(HttpServerLimit, AnEarlyRefusalReachesAPeerThatIsStillSending) {
  TestServer server;
  Client client(server.port());
  ASSERT_TRUE(client.send(post("/small", std::string(40'000, 'a'))));
  EXPECT_EQ(status_of(client.response()), 413);
  // Also one that sends everything before it looks.
  Client stubborn(server.port());
  ASSERT_TRUE(stubborn.send(post("/small", std::string(5'000'000, 'a'))));
  EXPECT_EQ(status_of(stubborn.response()), 413);
}

TEST(HttpServerLimit, LingerBytes) {
  TestServer server({.linger_deadline = Millis{60'000}, .linger_bytes = 1'000});
  Client client(server.port());
  ASSERT_TRUE(client.send(post("/small", std::string(20'000, 'a'))));
  EXPECT_TRUE(
      eventually([&] { return server.stats().accepted == 1 && server.stats().open_connections == 0; }));
}

TEST(HttpServerLimit, LingerDeadline) {
  TestServer server({.linger_deadline = Millis{100}});
  Client client(server.port());
  ASSERT_TRUE(client.send("x\n"));
  EXPECT_EQ(status_of(client.response()), 400);
  EXPECT_TRUE(eventually([&] { return server.stats().open_connections == 0; }));
}

/// No new descriptor can be opened while this lives.
class DescriptorFamine {
 public:
  DescriptorFamine() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int lowest_free = ::dup(0);
    ::close(lowest_free);
    rlimit none = before_;
    none.rlim_cur = static_cast<rlim_t>(lowest_free);
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~DescriptorFamine() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST(HttpServerLimit, RunningOutOfDescriptorsNeitherEndsTheListenerNorSpins) {
  TestServer server;
  Client before(server.port());
  ASSERT_TRUE(before.send(get("/")));
  ASSERT_EQ(status_of(before.response()), 200);
  std::vector<Client> clients;
  for (int i = 0; i < 4; ++i) clients.emplace_back(server.port(), Client::Start::kUnconnected);
  {
    const DescriptorFamine famine;
    for (Client& client : clients) ASSERT_TRUE(client.connect());
    for (Client& client : clients) EXPECT_TRUE(client.closed());
    EXPECT_GE(server.stats().accept_errors, 1U);
    EXPECT_LE(server.stats().accept_errors, 20U);
    ASSERT_TRUE(before.send(get("/")));
    EXPECT_EQ(status_of(before.response()), 200);
  }
  Client after(server.port());
  ASSERT_TRUE(after.send(get("/")));
  EXPECT_EQ(status_of(after.response()), 200);
}

}  // namespace
}  // namespace wac::net
