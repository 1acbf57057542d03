#pragma once
// A real Redis Cluster for one test: redis-servers on loopback that share the slots, with or without
// replicas.

#include "support/redis_server.h"

#include <memory>
#include <string>
#include <vector>

namespace wac::testing {

struct RedisClusterOptions {
  std::size_t masters = 3;
  std::size_t replicas = 0;  ///< of each master
  /// Set: TLS only, the nodes announced by the name localhost.
  const Certificates* tls = nullptr;
  std::string password = {};
  /// Further arguments of each node.
  std::vector<std::string> arguments = {};
};

class RedisCluster {
 public:
  /// Starts it and waits until it takes writes, which Redis refuses for its first two seconds; throws
  /// std::runtime_error when that does not come.
  explicit RedisCluster(RedisClusterOptions options = {});

  /// Of the first node.
  std::string url() const { return nodes_.front()->url(); }
  /// The first ones are the masters at first.
  RedisServer& node(std::size_t at) { return *nodes_.at(at); }
  std::size_t size() const { return nodes_.size(); }

  /// Which node takes writes of the key's slot now, as one that runs knows it.
  std::size_t owner_of(const std::string& key);
  /// Empties every master.
  void flush();

  /// The steps of moving the slot of a key: announces it to both; moves what the slot holds; says whose it
  /// is.
  void begin_move(const std::string& key, std::size_t to);
  void move_keys(const std::string& key, std::size_t to);
  void end_move(const std::string& key, std::size_t to);

 private:
  void wait_until_whole();
  std::string id_of(std::size_t at) const { return nodes_.at(at)->cli({"CLUSTER", "MYID"}); }
  std::string slot_of(const std::string& key) const {
    return nodes_.front()->cli({"CLUSTER", "KEYSLOT", key});
  }

  RedisClusterOptions options_;
  std::vector<std::unique_ptr<RedisServer>> nodes_;
};

}  // namespace wac::testing
