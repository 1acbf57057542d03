// A consumer of events for bench/under_load.py: takes them at once, slowly or not at all, and tells what
// came. It knows the webhooks of bench/loadgen.cpp: their message ids end in a number that counts up.
//
//   consumer --port 9000 [--delay-ms 2000 | --hang]      GET / gives what came as JSON

#include "net/http_server.h"

#include <CLI/CLI.hpp>

#include <charconv>
#include <iostream>
#include <unordered_map>

namespace {

using namespace wac;  // NOLINT(google-build-using-namespace): a program of one file

struct Options {
  std::uint16_t port = 0;
  std::int64_t delay_ms = 0;
  bool hang = false;
};

/// What came: each number once, per person in rising order?
class Tally {
 public:
  void add(std::string_view event) {
    constexpr std::string_view kId = R"("message":{"id":"wamid.HBgL)";
    constexpr std::string_view kFrom = R"(","from":")";
    constexpr std::size_t kRun = 36;
    const std::size_t id = event.find(kId);
    const std::size_t from = id == event.npos ? event.npos : event.find(kFrom, id);
    std::size_t number = 0;
    if (from == event.npos || from < id + kId.size() + kRun) return void(++strange_);
    const char* digits = event.data() + id + kId.size() + kRun;
    if (std::from_chars(digits, event.data() + from, number).ptr != event.data() + from)
      return void(++strange_);
    if (number >= seen_.size()) seen_.resize(std::max(number + 1, 2 * seen_.size()));
    if (seen_[number]) return void(++repeated_);
    seen_[number] = true;
    ++received_;
    const std::string_view person = event.substr(from + kFrom.size());
    std::size_t& newest = newest_[std::string{person.substr(0, person.find('"'))}];
    if (number < newest) ++out_of_order_;
    newest = std::max(newest, number);
  }

  std::string json() const {
    return R"({"received":)" + std::to_string(received_) + R"(,"repeated":)" + std::to_string(repeated_) +
           R"(,"out_of_order":)" + std::to_string(out_of_order_) + R"(,"strange":)" +
           std::to_string(strange_) + "}";
  }

 private:
  std::vector<bool> seen_;
  std::unordered_map<std::string, std::size_t> newest_;
  std::size_t received_ = 0;
  std::size_t repeated_ = 0;
  std::size_t out_of_order_ = 0;
  std::size_t strange_ = 0;
};

class Consumer final : public net::HttpHandler {
 public:
  Consumer(net::EventLoop& loop, const Options& options) : loop_(loop), options_(options) {}

  Task<net::HttpResponse> handle(const net::HttpRequest& request) override {
    net::HttpResponse response;
    if (request.method == net::Method::kGet) {
      response.body = tally_.json();
      co_return response;
    }
    if (options_.hang) {
      response.drop = net::HttpResponse::Drop::kSilence;
      co_return response;
    }
    if (options_.delay_ms > 0) co_await sleep_until(loop_, loop_.now() + Millis{options_.delay_ms});
    tally_.add(request.body);
    response.status = 204;
    co_return response;
  }

 private:
  net::EventLoop& loop_;
  const Options& options_;
  Tally tally_;
};

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"A consumer for bench/under_load.py"};
  app.add_option("--port", options.port)->required();
  app.add_option("--delay-ms", options.delay_ms);
  app.add_flag("--hang", options.hang, "never answer");
  CLI11_PARSE(app, argc, argv);

  net::EventLoop loop;
  Consumer consumer{loop, options};
  net::HttpServerLimits limits;
  limits.requests_per_connection = 1'000'000'000;
  const auto server = net::HttpServer::listen("127.0.0.1", options.port, {{&loop, &consumer}}, limits);
  if (!server) {
    std::cerr << "consumer: cannot listen on port " << options.port << '\n';
    return 1;
  }
  loop.run();
}
