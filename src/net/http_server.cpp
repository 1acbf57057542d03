#include "net/http_server.h"

#include "net/acceptor.h"
#include "net/http_encode.h"
#include "net/http_worker.h"

#include <sys/socket.h>

namespace wac::net {

namespace {

std::string_view code_of(int status) {
  switch (status) {
    case 408:
      return "request_timeout";
    case 413:
      return "body_too_large";
    case 417:
      return "expectation_failed";
    case 431:
      return "headers_too_large";
    case 503:
      return "overloaded";
    default:
      return "bad_request";
  }
}

}  // namespace

std::unique_ptr<BodySink> HttpHandler::body_sink(Method, std::string_view) const {
  return nullptr;
}

std::size_t HttpHandler::body_limit(Method, std::string_view) const {
  return std::numeric_limits<std::size_t>::max();
}

void HttpHandler::refused(int, std::string_view) {}

HttpResponse HttpHandler::refuse(int status, std::string_view why) const {
  HttpResponse response;
  response.status = status;
  response.content_type = "application/problem+json";
  response.body.append(R"({"type":"about:blank","title":")").append(reason_phrase(status));
  response.body.append(R"(","status":)").append(std::to_string(status));
  response.body.append(R"(,"code":")").append(code_of(status));
  response.body.append(R"(","detail":")").append(why).append("\"}\n");
  return response;
}

namespace {

/// What outlives the server object while its loops still run callbacks.
struct Core {
  HttpServerLimits limits;
  std::vector<std::shared_ptr<HttpWorker>> workers;
  std::atomic<std::uint64_t> accepted{0};
  Counter turned_away;

  void place(UniqueFd socket, std::string peer);
  void turn_away(UniqueFd socket);
};

void Core::place(UniqueFd socket, std::string peer) {
  std::size_t open = 0;
  std::shared_ptr<HttpWorker>* fewest = &workers.front();
  for (std::shared_ptr<HttpWorker>& worker : workers) {
    open += worker->assigned();
    if (worker->assigned() < (*fewest)->assigned()) fewest = &worker;
  }
  if (open >= limits.connections) return turn_away(std::move(socket));
  accepted.fetch_add(1, std::memory_order_relaxed);
  (*fewest)->reserve();
  (*fewest)->adopt(std::move(socket), std::move(peer));
}

void Core::turn_away(UniqueFd socket) {
  turned_away.add();
  HttpResponse response = workers.front()->handler().refuse(503, "too many connections");
  response.headers.emplace_back("Retry-After", "1");
  std::string bytes;
  encode_head(response, {.persistence = Persistence::kClose}, bytes);
  bytes.append(response.body);
  // As much as the kernel takes at once; there is nobody to wait for the rest.
  [[maybe_unused]] const auto sent =
      ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ::shutdown(socket.get(), SHUT_WR);
}

class Server final : public HttpServer {
 public:
  Server(std::shared_ptr<Core> core, std::shared_ptr<Acceptor> acceptor, EventLoop& accepting)
      : core_(std::move(core)), acceptor_(std::move(acceptor)), accepting_(accepting) {
    accepting_.post([core = core_, acceptor = acceptor_] {
      acceptor->start(
          [core](UniqueFd socket, std::string peer) { core->place(std::move(socket), std::move(peer)); });
    });
  }

  std::uint16_t port() const override { return acceptor_->port(); }
  HttpServerStats stats() const override;
  Task<bool> drain(EventLoop& caller, Deadline deadline) override;

 private:
  std::shared_ptr<Core> core_;
  std::shared_ptr<Acceptor> acceptor_;
  EventLoop& accepting_;
  bool stopped_ = false;
};

HttpServerStats Server::stats() const {
  HttpServerStats sum;
  for (const auto& worker : core_->workers) {
    sum.open_connections += worker->assigned();
    sum.requests_in_flight += worker->requests_in_flight.get();
    sum.refused_framing += worker->refused_framing.get();
    sum.refused_overload += worker->refused_overload.get();
  }
  sum.accepted = core_->accepted.load(std::memory_order_relaxed);
  sum.refused_overload += core_->turned_away.get();
  sum.accept_errors = acceptor_->errors();
  return sum;
}

Task<bool> Server::drain(EventLoop& caller, Deadline deadline) {
  if (!stopped_) {
    stopped_ = true;
    const OneShot<bool> stopped;
    accepting_.post([acceptor = acceptor_, &caller, stopped] {
      acceptor->stop([&caller, stopped] { caller.post([stopped] { stopped.set(true); }); });
    });
    co_await stopped;
  }
  std::vector<OneShot<bool>> drained(core_->workers.size());
  for (std::size_t i = 0; i < drained.size(); ++i) {
    const auto& worker = core_->workers[i];
    worker->loop().post([worker, deadline, &caller, one = drained[i]] {
      worker->drain(deadline, [&caller, one](bool clean) { caller.post([one, clean] { one.set(clean); }); });
    });
  }
  bool clean = true;
  for (const OneShot<bool>& one : drained) {
    const bool worker_clean = co_await one;
    clean = clean && worker_clean;
  }
  co_return clean;
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const std::string& address, std::uint16_t port,
                                                       std::vector<Worker> workers, HttpServerLimits limits) {
  if (workers.empty()) return fail(ErrorCode::kInvalid, "an HTTP server needs a worker");
  EventLoop& accepting = *workers.front().loop;
  auto acceptor = Acceptor::listen(accepting, address, port);
  if (!acceptor) return std::unexpected(acceptor.error());
  auto core = std::make_shared<Core>();
  core->limits = limits;
  for (const Worker& worker : workers) {
    core->workers.push_back(std::make_shared<HttpWorker>(*worker.loop, *worker.handler, limits));
  }
  return std::make_unique<Server>(std::move(core), std::move(*acceptor), accepting);
}

}  // namespace wac::net
