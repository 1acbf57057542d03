#include "harness.h"

#include <chrono>

namespace wac::net::testing {

namespace {

Task<void> write_chunks(BodyWriter& out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::string chunk = "chunk " + std::to_string(i) + "\n";
    const bool more = co_await out.write(chunk);
    if (!more) co_return;
  }
}

Task<void> write_and_give_up(BodyWriter& out) {
  co_await out.write("part");
  out.give_up();
}

/// Counts what it takes.
class CountingSink final : public BodySink {
 public:
  void take(std::string_view bytes) override { count_ += bytes.size(); }
  std::size_t count() const { return count_; }

 private:
  std::size_t count_ = 0;
};

Task<void> write_endlessly(BodyWriter& out, EventLoop& loop, std::atomic<std::size_t>& streams) {
  ++streams;
  const std::string chunk(1000, 'e');
  while (!out.draining()) {
    const bool more = co_await out.write(chunk);
    if (!more) break;
    co_await yield_to(loop);
  }
  --streams;
}

Task<void> drain_into(HttpServer& server, EventLoop& loop, Deadline deadline, std::promise<bool> result) {
  const bool clean = co_await server.drain(loop, deadline);
  result.set_value(clean);
}

}  // namespace

std::size_t TestHandler::body_limit(Method, std::string_view path) const {
  return path == "/small" ? 8 : 64 * 1024 * 1024;
}

std::unique_ptr<BodySink> TestHandler::body_sink(Method, std::string_view path) const {
  return path == "/sink" ? std::make_unique<CountingSink>() : nullptr;
}

Task<HttpResponse> TestHandler::handle(const HttpRequest& request) {
  HttpResponse response;
  if (request.path == "/echo") {
    response.body = request.body;
  } else if (request.path == "/peer") {
    response.body = request.peer;
  } else if (request.path == "/name") {
    response.body = std::to_string(number_);
  } else if (request.path == "/close") {
    response.close = true;
  } else if (request.path == "/empty") {
    response.status = 204;
    response.body = "a handler's mistake";
  } else if (request.path == "/hold") {
    const OneShot<bool> gate;
    held_.push_back(gate);
    ++holding_;
    co_await gate;
    --holding_;
    response.body = "held";
  } else if (request.path == "/big") {
    response.body.assign(std::stoul(std::string(request.query)), 'b');
  } else if (request.path == "/stream") {
    const std::size_t count = std::stoul(std::string(request.query));
    response.stream = [count](BodyWriter& out) { return write_chunks(out, count); };
  } else if (request.path == "/sink") {
    const auto* sink = dynamic_cast<const CountingSink*>(request.sink);
    response.body = std::to_string(sink == nullptr ? 0 : sink->count()) + " in the sink, " +
                    std::to_string(request.body.size()) + " in the body";
  } else if (request.path == "/broken") {
    response.stream = [](BodyWriter& out) { return write_and_give_up(out); };
  } else if (request.path == "/endless") {
    response.stream = [this](BodyWriter& out) { return write_endlessly(out, loop_, streams_); };
  } else {
    response.body = R"({"ok":true})";
  }
  ++handled_;
  co_return response;
}

void TestHandler::release() {
  loop_.post([this] {
    for (const OneShot<bool>& gate : std::exchange(held_, {})) gate.set(true);
  });
}

TestServer::TestServer(HttpServerLimits limits, std::size_t loops) {
  std::vector<HttpServer::Worker> workers;
  for (std::size_t i = 0; i < loops; ++i) {
    Worker& worker = *workers_.emplace_back(std::make_unique<Worker>(static_cast<int>(i)));
    workers.push_back({&worker.loop, &worker.handler});
  }
  auto listening = HttpServer::listen("127.0.0.1", 0, std::move(workers), limits);
  if (!listening) std::abort();
  server_ = std::move(*listening);
  for (auto& worker : workers_) worker->thread = std::thread([&loop = worker->loop] { loop.run(); });
}

TestServer::~TestServer() {
  for (auto& worker : workers_) worker->handler.release();
  drain(Millis{5'000}).get();
  if (!eventually([this] { return stats().open_connections == 0; })) std::abort();
  server_.reset();
  for (auto& worker : workers_) worker->loop.post([&loop = worker->loop] { loop.stop(); });
  for (auto& worker : workers_) worker->thread.join();
}

std::future<bool> TestServer::drain(Millis within) {
  std::promise<bool> result;
  std::future<bool> future = result.get_future();
  EventLoop& loop = workers_.front()->loop;
  loop.post([this, &loop, within, result = std::move(result)]() mutable {
    tasks_.spawn(drain_into(*server_, loop, Deadline{loop.now() + within}, std::move(result)));
  });
  return future;
}

bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace wac::net::testing
