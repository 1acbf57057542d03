#include "harness.h"
#include "net/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wac::net {
namespace {

using namespace testing;
using ::testing::HasSubstr;

TEST(HttpServerDrain, FinishesRequestsInFlightAndClosesIdleConnections) {
  TestServer server({}, 2);
  Client idle(server.port());
  ASSERT_TRUE(idle.send(get("/")));
  ASSERT_EQ(status_of(idle.response()), 200);
  Client busy(server.port());
  ASSERT_TRUE(busy.send(get("/hold") + get("/")));
  ASSERT_TRUE(eventually([&] { return server.handler(0).holding() + server.handler(1).holding() == 1; }));

  std::future<bool> drained = server.drain(Millis{10'000});
  EXPECT_TRUE(idle.closed());
  EXPECT_EQ(drained.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  Client late(server.port(), Client::Start::kUnconnected);
  EXPECT_FALSE(late.connect());

  server.handler(0).release();
  server.handler(1).release();
  const std::string response = busy.response();
  EXPECT_EQ(body_of(response), "held");
  EXPECT_THAT(response, HasSubstr("Connection: close"));
  EXPECT_TRUE(busy.closed());
  busy.reset();
  EXPECT_TRUE(drained.get());
  EXPECT_EQ(server.stats().open_connections, 0U);
}

TEST(HttpServerDrain, IsDoneAtOnceWithoutConnections) {
  TestServer server({}, 2);
  EXPECT_TRUE(server.drain(Millis{10'000}).get());
  EXPECT_TRUE(server.drain(Millis{10'000}).get());
}

TEST(HttpServerDrain, FinishesARequestThatIsStillArriving) {
  TestServer server;
  Client client(server.port());
  ASSERT_TRUE(
      client.send("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"));
  ASSERT_EQ(status_of(client.response_head()), 100);
  std::future<bool> drained = server.drain(Millis{10'000});
  Client late(server.port(), Client::Start::kUnconnected);
  ASSERT_TRUE(eventually([&] { return !late.connect(); }));
  ASSERT_TRUE(client.send("abc"));
  EXPECT_EQ(body_of(client.response()), "abc");
  client.reset();
  EXPECT_TRUE(drained.get());
}

TEST(HttpServerDrain, EndsStreams) {
  TestServer server;
  Client client(server.port());
  ASSERT_TRUE(client.send(get("/endless")));
  ASSERT_EQ(status_of(client.response_head()), 200);
  std::future<bool> drained = server.drain(Millis{10'000});
  EXPECT_THAT(client.rest(), ::testing::EndsWith("\r\n0\r\n\r\n"));
  client.reset();
  EXPECT_TRUE(drained.get());
}

TEST(HttpServerDrain, ClosesWhatIsLeftAtItsDeadline) {
  TestServer server;
  Client holding(server.port());
  ASSERT_TRUE(holding.send(get("/hold")));
  Client sending(server.port());
  ASSERT_TRUE(sending.send("POST /echo HTTP/1.1\r\n"));
  ASSERT_TRUE(eventually([&] { return server.handler().holding() == 1; }));
  std::future<bool> drained = server.drain(Millis{100});
  EXPECT_FALSE(drained.get());
  EXPECT_TRUE(holding.closed());
  EXPECT_TRUE(sending.closed());
  EXPECT_EQ(server.stats().open_connections, 1U);
  server.handler().release();
  EXPECT_TRUE(eventually([&] { return server.stats().open_connections == 0; }));
  EXPECT_EQ(server.handler().handled(), 1U);
}

TEST(HttpServerDrain, AllowsTheServerToBeDestroyedWhileAHandlerStillRuns) {
  EventLoop loop;
  TestHandler handler(loop, 0);
  auto server = HttpServer::listen("127.0.0.1", 0, {{&loop, &handler}}, {});
  ASSERT_TRUE(server.has_value());
  Client client((*server)->port());
  ASSERT_TRUE(client.send(get("/hold")));
  while (handler.holding() == 0) loop.run_ready();

  TaskScope scope;
  std::optional<bool> clean;
  const auto drain = [](HttpServer& what, EventLoop& where, std::optional<bool>& out) -> Task<void> {
    out.emplace(co_await what.drain(where, Deadline{where.now()}));
  };
  scope.spawn(drain(**server, loop, clean));
  while (!clean) loop.run_ready();
  EXPECT_FALSE(*clean);
  server->reset();
  handler.release();
  while (handler.handled() == 0) loop.run_ready();
  while (loop.run_ready() != 0) {
  }
}

}  // namespace
}  // namespace wac::net
