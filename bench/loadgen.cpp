// Load for the benchmarks: every request is new, webhooks are freshly signed messages with ids of their own,
// intents have ids of their own. Prints one JSON line.
//
//   loadgen webhook|intents URL --connections 64 --requests 100000 --batch 1 --secret S --api-key K [--rate
//   5000]
//
// Without --rate the loop is closed: each connection has one request in flight, as fast as the server
// answers. With it the loop is open: requests have their times, and latency counts from that time whatever
// holds a request up, so that a server that stalls is charged with all who waited, not with one of them.

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
  std::size_t recipients = 9'000;
  std::size_t first_recipient = 0;
  std::string sender;
  std::size_t people = 1;
  double rate = 0;
  bool respond_async = false;
};

/// Of seven digits.
constexpr std::size_t kFirstRecipient = 2'000'000;

/// Makes the bodies. `run` differs between runs, so that no id ever comes back; the number behind it counts
/// up.
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
  /// Whose message the next one is: they take turns.
  std::string person() const { return std::to_string(16'505'551'234 + count_ % options_.people); }

  std::string webhook() {
    std::string messages;
    const std::string first = person();
    for (std::size_t i = 0; i < options_.batch; ++i) {
      messages +=
          (i == 0 ? "" : ",") + std::string{R"({"from":")"} + person() + R"(","id":"wamid.HBgL)" + run_ +
          std::to_string(count_) + R"(","timestamp":")" + std::to_string(std::time(nullptr)) +
          R"(","type":"text","text":{"body":"Does it come in another color? I would like to know before )"
          R"(the end of the week, because the party is on Saturday and everybody will be there."}})";
      ++count_;
    }
    return R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"value":{"messaging_product":)"
           R"("whatsapp","metadata":{"display_phone_number":"15550783881","phone_number_id":"106540352242922"},"contacts":[)"
           R"({"profile":{"name":"Sheena Nelson"},"wa_id":")" +
           first + R"("}],"messages":[)" + messages + R"(]},"field":"messages"}]}]})";
  }
  std::string intents() {
    std::string list;
    for (std::size_t i = 0; i < options_.batch; ++i) {
      list +=
          (i == 0 ? "" : ",") + std::string{R"({"intentId":")"} + make_uuid(*random_) + R"(","to":"+1650)" +
          std::to_string(kFirstRecipient + (options_.first_recipient + count_++) % options_.recipients) +
          '"' + (options_.sender.empty() ? "" : R"(,"senderId":")" + options_.sender + '"') +
          R"(,"payload":{"type":"text","text":{"body":"Your order has been shipped and arrives tomorrow between nine and noon.",)"
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

struct Run {
  const Options& options;
  net::EventLoop& loop;
  net::HttpClient& client;
  net::Url url;
  Bodies bodies;
  MonoTime begin;
  std::size_t started = 0;
  std::size_t errors = 0;
  std::vector<std::int64_t> micros = {};
  std::pair<std::int64_t, std::size_t> worst = {};  ///< how long it took, and its number

  /// When the request of that number is to leave; of a closed loop: now.
  MonoTime time_of(std::size_t number) const {
    if (options.rate <= 0) return loop.now();
    const std::chrono::duration<double> after{static_cast<double>(number) / options.rate};
    return begin + std::chrono::duration_cast<MonoTime::duration>(after);
  }
};

Task<void> connection(Run* run) {
  while (run->started < run->options.requests) {
    const std::size_t number = run->started++;
    net::ClientRequest request = run->bodies.next(run->url);
    const MonoTime due = run->time_of(number);
    if (due > run->loop.now()) co_await sleep_until(run->loop, due);
    request.deadline = Deadline{run->loop.now() + Millis{30'000}};
    const auto reply = co_await run->client.send(std::move(request));
    run->micros.push_back(std::chrono::duration_cast<Micros>(run->loop.now() - due).count());
    run->worst = std::max(run->worst, {run->micros.back(), number});
    if (!reply || reply->status >= 300) ++run->errors;
  }
}

Task<void> run_all(Run* run) {
  run->begin = run->loop.now();
  TaskScope scope;
  for (std::size_t i = 0; i < run->options.connections; ++i) scope.spawn(connection(run));
  co_await scope.join();
  co_await run->client.stop();
  run->loop.stop();
}

void report(Run& run, double seconds) {
  std::ranges::sort(run.micros);
  const auto at = [&](double share) {
    const auto place = static_cast<std::size_t>(share * static_cast<double>(run.micros.size()));
    return run.micros[std::min(run.micros.size() - 1, place)];
  };
  std::cout << R"({"requests":)" << run.micros.size() << R"(,"errors":)" << run.errors << R"(,"seconds":)"
            << seconds << R"(,"p50_us":)" << at(0.5) << R"(,"p99_us":)" << at(0.99) << R"(,"p999_us":)"
            << at(0.999) << R"(,"max_us":)" << run.micros.back() << R"(,"max_number":)" << run.worst.second
            << "}\n";
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Load for scripts/bench.sh"};
  app.add_option("mode", options.mode)->required()->check(CLI::IsMember({"webhook", "intents"}));
  app.add_option("url", options.url)->required();
  app.add_option("--connections", options.connections);
  app.add_option("--requests", options.requests)->check(CLI::PositiveNumber);
  app.add_option("--secret", options.secret);
  app.add_option("--api-key", options.api_key);
  app.add_option("--batch", options.batch);
  app.add_option("--recipients", options.recipients, "of the intents, in turn")
      ->check(CLI::Range(1, 7'000'000));
  app.add_option("--first-recipient", options.first_recipient, "the one of them to begin with");
  app.add_option("--sender", options.sender, "phone_number_id of the intents; empty: the tenant's first");
  app.add_option("--people", options.people, "whose messages the webhooks hold, in turn")
      ->check(CLI::PositiveNumber);
  app.add_option("--rate", options.rate, "requests a second; 0: as fast as the server answers");
  app.add_flag("--respond-async", options.respond_async);
  CLI11_PARSE(app, argc, argv);

  auto url = net::parse_url(options.url);
  if (!url) return 2;
  auto tls = net::TlsContext::make("");
  if (!tls) return 2;
  net::EventLoop loop;
  net::HttpClientLimits limits;
  limits.connections_per_endpoint = options.connections;
  const auto client = net::HttpClient::make(loop, **tls, limits);
  Run run{options, loop, *client, std::move(*url), Bodies{options}, loop.now()};
  run.micros.reserve(options.requests + options.connections);
  TaskScope scope;
  scope.spawn(run_all(&run));
  loop.run();
  report(run, std::chrono::duration<double>(loop.now() - run.begin).count());
  return run.errors == 0 ? 0 : 1;
}
