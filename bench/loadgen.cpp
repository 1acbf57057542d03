// Closed-loop load: C connections, each with one request in flight, every request new: webhooks are freshly
// signed messages with ids of their own, intents have ids of their own. Prints one JSON line.
//
//   loadgen webhook|intents URL --connections 64 --requests 100000 --batch 1 --secret S --api-key K

#include "base/encoding.h"
#include "base/random.h"
#include "crypto/digest.h"
#include "net/http_client.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <ctime>
#include <iostream>

namespace {

using namespace wac;  // NOLINT(google-build-using-namespace): a program of one file

struct Options {
  std::string mode;
  std::string url;
  std::string secret = "bench-app-secret-0123";
  std::string api_key;
  std::size_t connections = 64;
  std::size_t requests = 100'000;
  std::size_t batch = 1;
  bool respond_async = false;
};

/// Makes the bodies. `run` differs between runs, so that no id ever comes back.
class Bodies {
 public:
  explicit Bodies(const Options& options)
      : options_(options),
        random_(make_system_random()),
        mac_(std::string_view{options.secret}),
        run_(make_uuid(*random_)) {}

  net::ClientRequest next(const net::Url& url) {
    net::ClientRequest request;
    request.endpoint = url.endpoint;
    request.target = url.target;
    request.headers.emplace_back("Content-Type", "application/json");
    if (options_.mode == "webhook") {
      request.body = webhook();
      request.headers.emplace_back("X-Hub-Signature-256", "sha256=" + to_hex(mac_.mac(request.body)));
    } else {
      request.body = intents();
      request.headers.emplace_back("Authorization", "Bearer " + options_.api_key);
      if (options_.respond_async) request.headers.emplace_back("Prefer", "respond-async");
    }
    return request;
  }

 private:
  std::string webhook() {
    std::string messages;
    for (std::size_t i = 0; i < options_.batch; ++i) {
      messages +=
          (i == 0 ? "" : ",") + std::string{R"({"from":"16505551234","id":"wamid.HBgL)"} + run_ +
          std::to_string(count_++) + R"(","timestamp":")" + std::to_string(std::time(nullptr)) +
          R"(","type":"text","text":{"body":"Does it come in another color? I would like to know before )"
          R"(the end of the week, because the party is on Saturday and everybody will be there."}})";
    }
    return R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"value":{"messaging_product":)"
           R"("whatsapp","metadata":{"display_phone_number":"15550783881","phone_number_id":"106540352242922"},"contacts":[)"
           R"({"profile":{"name":"Sheena Nelson"},"wa_id":"16505551234"}],"messages":[)" +
           messages + R"(]},"field":"messages"}]}]})";
  }
  std::string intents() {
    std::string list;
    for (std::size_t i = 0; i < options_.batch; ++i) {
      list +=
          (i == 0 ? "" : ",") + std::string{R"({"intentId":")"} + make_uuid(*random_) +
          R"(","to":"+1650555)" + std::to_string(1000 + count_++ % 9000) +
          R"(","payload":{"type":"text","text":{"body":"Your order has been shipped and arrives tomorrow between nine and noon.",)"
          R"("preview_url":false}}})";
    }
    return "{\"intents\":[" + list + "]}";
  }

  const Options& options_;
  std::unique_ptr<Random> random_;
  crypto::HmacSha256 mac_;
  std::string run_;
  std::size_t count_ = 0;
};

struct Figures {
  std::size_t started = 0;
  std::size_t errors = 0;
  std::vector<std::int64_t> micros;
};

Task<void> connection(net::HttpClient* client, net::EventLoop* loop, const net::Url* url, Bodies* bodies,
                      std::size_t requests, Figures* result) {
  while (result->started < requests) {
    ++result->started;
    net::ClientRequest request = bodies->next(*url);
    request.deadline = Deadline{loop->now() + Millis{30'000}};
    const MonoTime begin = loop->now();
    const auto reply = co_await client->send(std::move(request));
    result->micros.push_back(std::chrono::duration_cast<Micros>(loop->now() - begin).count());
    if (!reply || reply->status >= 300) ++result->errors;
  }
}

Task<void> run_all(net::HttpClient* client, net::EventLoop* loop, net::Url url, Bodies* bodies,
                   const Options* options, Figures* result) {
  TaskScope scope;
  for (std::size_t i = 0; i < options->connections; ++i) {
    scope.spawn(connection(client, loop, &url, bodies, options->requests, result));
  }
  co_await scope.join();
  co_await client->stop();
  loop->stop();
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Closed-loop load for scripts/bench.sh"};
  app.add_option("mode", options.mode)->required()->check(CLI::IsMember({"webhook", "intents"}));
  app.add_option("url", options.url)->required();
  app.add_option("--connections", options.connections);
  app.add_option("--requests", options.requests);
  app.add_option("--secret", options.secret);
  app.add_option("--api-key", options.api_key);
  app.add_option("--batch", options.batch);
  app.add_flag("--respond-async", options.respond_async);
  CLI11_PARSE(app, argc, argv);

  const auto url = net::parse_url(options.url);
  if (!url) return 2;
  auto tls = net::TlsContext::make("");
  if (!tls) return 2;
  net::EventLoop loop;
  const auto client = net::HttpClient::make(loop, **tls, {});
  Bodies bodies{options};
  Figures result;
  result.micros.reserve(options.requests + options.connections);
  TaskScope scope;
  const MonoTime begin = loop.now();
  scope.spawn(run_all(client.get(), &loop, *url, &bodies, &options, &result));
  loop.run();
  const double seconds = std::chrono::duration<double>(loop.now() - begin).count();
  std::ranges::sort(result.micros);
  const auto at = [&](double share) {
    return result
        .micros[std::min(result.micros.size() - 1,
                         static_cast<std::size_t>(share * static_cast<double>(result.micros.size())))];
  };
  std::cout << R"({"requests":)" << result.micros.size() << R"(,"errors":)" << result.errors
            << R"(,"seconds":)" << seconds << R"(,"p50_us":)" << at(0.5) << R"(,"p99_us":)" << at(0.99)
            << "}\n";
  return result.errors == 0 ? 0 : 1;
}
