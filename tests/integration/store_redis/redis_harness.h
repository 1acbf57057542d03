#pragma once
// The Redis engine for the conformance suite: a redis-server of the test's own, and stores connected to it.

#include "integration/store/store_harness.h"
#include "net/redis.h"
#include "support/certificates.h"
#include "support/redis_cluster.h"
#include "support/redis_server.h"

#include <memory>
#include <string>
#include <vector>

namespace wac::testing {

class RedisHarness final : public StoreHarness {
 public:
  explicit RedisHarness(RedisServerOptions options);

  /// Waits until the store's connection stands.
  std::unique_ptr<OpenStore> open(net::EventLoop& loop) override;
  /// Restarts Redis too: what it has kept is what is on disk.
  void restart(WallTime now) override;
  void forget(LoopThread& thread, OpenStore& open, WallTime now) override;

  RedisServer& server() { return server_; }

 private:
  RedisServer server_;
  std::unique_ptr<net::TlsContext> tls_;
  std::unique_ptr<Random> random_;
};

/// A whole cluster of three masters, the same one for all tests of the program: one takes seconds to form.
class ClusterHarness final : public StoreHarness {
 public:
  ClusterHarness();
  std::unique_ptr<OpenStore> open(net::EventLoop& loop) override;
  /// Redis stays.
  void restart(WallTime /*now*/) override {}
  void forget(LoopThread& thread, OpenStore& open, WallTime now) override;

  static RedisCluster& cluster();

 private:
  std::unique_ptr<Random> random_;
};

/// Empty, but where WAC_REDIS_CLUSTER is set: CTest runs these tests in one process.
std::vector<EngineFactory> cluster_engines();

std::unique_ptr<StoreHarness> make_plain_redis();
std::unique_ptr<StoreHarness> make_tls_redis();
/// A cluster's node that owns three slots alone, of partitions the suite looks into and of probes: it refuses
/// a script that touches any other.
std::unique_ptr<StoreHarness> make_cluster_redis();

}  // namespace wac::testing
