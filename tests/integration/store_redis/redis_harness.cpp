#include "integration/store_redis/redis_harness.h"

#include "store/redis/keys.h"
#include "store/redis/redis_store.h"

#include <cstdlib>
#include <stdexcept>

namespace wac::testing {
namespace {

/// Made once for a test program: keys take a while.
const Certificates& certificates() {
  static const Certificates made;
  return made;
}

RedisServerOptions durable() {
  RedisServerOptions options;
  options.persistence = RedisServerOptions::Persistence::kAppendOnly;
  return options;
}

class OpenRedisStore final : public OpenStore {
 public:
  OpenRedisStore(net::EventLoop& loop, net::RedisAddress address, net::TlsContext* tls, Random& random)
      : client_(net::RedisClient::make(loop, std::move(address), tls, {}, {}, random)) {
    client_->start();
    const MonoTime end = loop.now() + std::chrono::seconds{10};
    while (!client_->connected() && loop.now() < end) loop.run_ready();
    if (!client_->connected()) throw std::runtime_error("no connection to redis-server");
    store_ = store::redis::make_redis_store(*client_, loop);
  }

  store::Store& store() override { return *store_; }

  Task<void> close(Deadline deadline) override {
    co_await store_->stop(deadline);
    co_await client_->stop(deadline);
  }

 private:
  std::unique_ptr<net::RedisClient> client_;
  std::unique_ptr<store::Store> store_;
};

/// Redis counts from when it was told; the test's `now` is a little earlier.
void wait_until_forgotten(RedisServer& server, WallTime now) {
  const std::string soon =
      "local n = 0 for _, key in ipairs(redis.call('KEYS', '*')) do local left = redis.call('PTTL', key) "
      "if left >= 0 and left < 1000 then n = n + 1 end end return n";
  const auto passed = [&] {
    return std::chrono::system_clock::now() > now && server.cli({"EVAL", soon, "0"}) == "0";
  };
  if (!eventually(passed)) throw std::runtime_error("redis-server does not forget");
}

}  // namespace

RedisHarness::RedisHarness(RedisServerOptions options) : server_(options), random_(make_system_random()) {
  if (options.tls != nullptr) tls_ = net::TlsContext::make(options.tls->ca_file()).value();
}

std::unique_ptr<OpenStore> RedisHarness::open(net::EventLoop& loop) {
  auto address = net::parse_redis_url(Secret{server_.url()}).value();
  return std::make_unique<OpenRedisStore>(loop, std::move(address), tls_.get(), *random_);
}

void RedisHarness::restart(WallTime /*now*/) {
  server_.stop();
  server_.start();
}

void RedisHarness::forget(LoopThread& /*thread*/, OpenStore& /*open*/, WallTime now) {
  wait_until_forgotten(server_, now);
}

ClusterHarness::ClusterHarness() : random_(make_system_random()) {
  cluster().flush();
}

RedisCluster& ClusterHarness::cluster() {
  static RedisCluster shared;
  return shared;
}

std::unique_ptr<OpenStore> ClusterHarness::open(net::EventLoop& loop) {
  auto address = net::parse_redis_url(Secret{cluster().url()}).value();
  return std::make_unique<OpenRedisStore>(loop, std::move(address), nullptr, *random_);
}

void ClusterHarness::forget(LoopThread& /*thread*/, OpenStore& /*open*/, WallTime now) {
  for (std::size_t at = 0; at < cluster().size(); ++at) wait_until_forgotten(cluster().node(at), now);
}

std::vector<EngineFactory> cluster_engines() {
  if (std::getenv("WAC_REDIS_CLUSTER") == nullptr) return {};
  return {{"cluster", [] -> std::unique_ptr<StoreHarness> { return std::make_unique<ClusterHarness>(); }}};
}

std::unique_ptr<StoreHarness> make_plain_redis() {
  return std::make_unique<RedisHarness>(durable());
}

std::unique_ptr<StoreHarness> make_tls_redis() {
  RedisServerOptions options = durable();
  options.tls = &certificates();
  // No user of its own: a default user without permissions makes many a Redis drop, when it loads its
  // append-only file, whatever a script wrote (github.com/redis/redis/issues/14541).
  options.password = "secret";
  return std::make_unique<RedisHarness>(options);
}

std::unique_ptr<StoreHarness> make_cluster_redis() {
  RedisServerOptions options;
  options.arguments = {"--cluster-enabled", "yes", "--cluster-require-full-coverage", "no"};
  auto harness = std::make_unique<RedisHarness>(options);
  RedisServer& server = harness->server();
  const Partition tested = Partition::of(*SenderId::parse("100000001"));
  for (const Partition partition : {tested, Partition{0}, Partition{63}}) {
    server.cli({"CLUSTER", "ADDSLOTS",
                server.cli({"CLUSTER", "KEYSLOT", store::redis::partition_prefix(partition)})});
  }
  const auto up = [&] { return server.cli({"CLUSTER", "INFO"}).contains("cluster_state:ok"); };
  if (!eventually(up, Millis{20'000})) throw std::runtime_error("redis-server does not form a cluster");
  return harness;
}

}  // namespace wac::testing
