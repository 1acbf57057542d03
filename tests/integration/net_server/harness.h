#pragma once
// A real server on threads of its own, and a client that speaks bytes, not HTTP.

#include "net/http_server.h"

#include <atomic>
#include <future>
#include <list>
#include <memory>
#include <string>
#include <thread>

namespace wac::net::testing {

/// Routes of the server under test:
/// `/` ok; `/echo` the body; `/peer` the peer; `/name` the handler's number; `/close` closes; `/empty` 204;
/// `/hold` answers after release(); `/big?n` n bytes; `/stream?n` n chunks; `/endless` chunks until told to
/// stop;
/// `/small` takes 8 bytes of body; `/sink` counts a body that goes to a sink; `/broken` a stream that gives
/// up.
class TestHandler final : public HttpHandler {
 public:
  TestHandler(EventLoop& loop, int number) : loop_(loop), number_(number) {}

  std::size_t body_limit(Method method, std::string_view path) const override;
  std::unique_ptr<BodySink> body_sink(Method method, std::string_view path) const override;
  Task<HttpResponse> handle(const HttpRequest& request) override;

  /// Lets all held requests go on. Any thread.
  void release();
  std::size_t holding() const { return holding_.load(); }
  std::size_t handled() const { return handled_.load(); }
  std::size_t streams() const { return streams_.load(); }
  std::atomic<std::size_t>& stream_count() { return streams_; }

 private:
  EventLoop& loop_;
  int number_;
  std::vector<OneShot<bool>> held_;
  std::atomic<std::size_t> holding_{0};
  std::atomic<std::size_t> handled_{0};
  std::atomic<std::size_t> streams_{0};
};

class TestServer {
 public:
  explicit TestServer(HttpServerLimits limits = {}, std::size_t loops = 1);
  /// Drains what is left.
  ~TestServer();

  std::uint16_t port() const { return server_->port(); }
  HttpServerStats stats() const { return server_->stats(); }
  TestHandler& handler(std::size_t i = 0) { return workers_[i]->handler; }
  std::future<bool> drain(Millis within);

 private:
  struct Worker {
    explicit Worker(int number) : handler(loop, number) {}
    EventLoop loop;
    TestHandler handler;
    std::thread thread;
  };
  std::vector<std::unique_ptr<Worker>> workers_;
  TaskScope tasks_;
  std::unique_ptr<HttpServer> server_;
};

/// A blocking TCP connection to the loopback; gives up waiting after ten seconds.
class Client {
 public:
  enum class Start : std::uint8_t { kConnected, kUnconnected };
  explicit Client(std::uint16_t port, Start start = Start::kConnected);
  Client(Client&& other) noexcept;
  ~Client();

  bool connect();
  /// False when the peer is gone.
  bool send(std::string_view bytes);
  /// Sends in pieces, each in a segment of its own.
  bool send_sliced(std::string_view bytes, std::size_t slice);
  void finish_sending();
  void receive_slowly();
  void reset();

  /// One whole answer by its Content-Length or chunks; what was read until the end when there is none.
  std::string response();
  /// An answer to HEAD, or an interim one: up to the blank line.
  std::string response_head();
  /// Everything until the peer closes; nothing when it does not in time.
  std::string rest();
  /// The peer closed (or reset) without sending anything more.
  bool closed();
  bool readable_within(Millis wait);

 private:
  bool fill();

  int fd_ = -1;
  std::uint16_t port_;
  std::string buffer_;
};

std::string get(std::string_view target, std::string_view fields = "");
std::string post(std::string_view target, std::string_view body, std::string_view fields = "");
int status_of(std::string_view response);
std::string_view body_of(std::string_view response);

/// Polls until the condition holds, for at most ten seconds.
bool eventually(const std::function<bool()>& condition);

}  // namespace wac::net::testing
