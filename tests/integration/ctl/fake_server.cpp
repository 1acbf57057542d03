#include "fake_server.h"

#include "ctl/program.h"

#include <gtest/gtest.h>

#include <sstream>

namespace wac::ctl {

class FakeServer::Handler final : public net::HttpHandler {
 public:
  explicit Handler(Answer answer) : answer_(std::move(answer)) {}

  std::size_t body_limit(net::Method /*method*/, std::string_view /*path*/) const override {
    return 1'000'000;
  }

  Task<net::HttpResponse> handle(const net::HttpRequest& request) override {
    Seen seen;
    seen.method = request.method;
    seen.target = request.path;
    if (!request.query.empty()) seen.target += '?' + std::string{request.query};
    seen.authorization = request.header("authorization");
    seen.prefer = request.header("prefer");
    seen.body = request.body;
    {
      const std::lock_guard lock{mutex_};
      seen_.push_back(seen);
    }
    co_return answer_(seen);
  }

  std::vector<Seen> seen() const {
    const std::lock_guard lock{mutex_};
    return seen_;
  }

 private:
  Answer answer_;
  mutable std::mutex mutex_;
  std::vector<Seen> seen_;
};

FakeServer::FakeServer(Answer answer) : handler_(std::make_unique<Handler>(std::move(answer))) {
  auto server = net::HttpServer::listen("127.0.0.1", 0, {{&loop_, handler_.get()}}, {});
  if (!server) {
    ADD_FAILURE() << "cannot listen";
    return;
  }
  server_ = std::move(*server);
  thread_ = std::thread([this] { loop_.run(); });
}

FakeServer::~FakeServer() {
  if (!server_) return;
  loop_.post([this] { scope_.spawn(shut_down(this)); });
  thread_.join();
}

Task<void> FakeServer::shut_down(FakeServer* self) {
  co_await self->server_->drain(self->loop_, Deadline{self->loop_.now() + Millis{2'000}});
  self->loop_.stop();
}

std::string FakeServer::url() const {
  return "http://127.0.0.1:" + std::to_string(server_ ? server_->port() : 1);
}

std::vector<Seen> FakeServer::seen() const {
  return handler_->seen();
}

net::HttpResponse json_answer(std::string body, int status) {
  net::HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

Ran run_ctl(const std::string& url, std::vector<std::string> words) {
  const std::string path = url;
  for (const char* option : {"--url", "--admin-url"}) {
    words.emplace_back(option);
    words.push_back(path);
  }
  std::ostringstream out;
  std::ostringstream err;
  const config::Variables environment = [](const std::string& name) -> std::optional<std::string> {
    return name == "CONNECTOR_API_KEY" ? std::optional<std::string>{kTestKey} : std::nullopt;
  };
  Ran ran;
  ran.exit = run_program(std::move(words), environment, out, err);
  ran.out = std::move(out).str();
  ran.err = std::move(err).str();
  EXPECT_EQ((ran.out + ran.err).find(kTestKey), std::string::npos) << "the key was printed";
  return ran;
}

}  // namespace wac::ctl
