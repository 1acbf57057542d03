#include "support/redis_cluster.h"

#include <future>
#include <stdexcept>

namespace wac::testing {
namespace {

constexpr std::size_t kSlots = 16'384;

RedisServerOptions node_options(const RedisClusterOptions& options, std::uint16_t bus_port) {
  RedisServerOptions node;
  // Where nobody can take over, a node that a busy machine makes late is not lost.
  node.tls = options.tls;
  node.password = options.password;
  node.arguments = {"--cluster-enabled",
                    "yes",
                    "--cluster-port",
                    std::to_string(bus_port),
                    "--cluster-node-timeout",
                    options.replicas == 0 ? "15000" : "1500",
                    "--cluster-replica-validity-factor",
                    "0",
                    "--repl-diskless-sync-delay",
                    "0"};
  const auto add = [&node](std::initializer_list<std::string> more) {
    node.arguments.insert(node.arguments.end(), more);
  };
  if (options.tls != nullptr) {
    add({"--tls-cluster", "yes", "--tls-replication", "yes", "--cluster-announce-hostname", "localhost",
         "--cluster-preferred-endpoint-type", "hostname"});
  }
  if (!options.password.empty()) add({"--masterauth", options.password});
  node.arguments.insert(node.arguments.end(), options.arguments.begin(), options.arguments.end());
  return node;
}

}  // namespace

RedisCluster::RedisCluster(RedisClusterOptions options) : options_(std::move(options)) {
  const std::size_t count = options_.masters * (1 + options_.replicas);
  std::vector<std::string> bus_ports;
  for (std::size_t at = 0; at < count; ++at) {
    const std::uint16_t bus_port = free_port();
    bus_ports.push_back(std::to_string(bus_port));
    nodes_.push_back(std::make_unique<RedisServer>(node_options(options_, bus_port)));
  }
  for (std::size_t at = 0; at < count; ++at) {
    nodes_[at]->cli({"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(at + 1)});
    for (std::size_t other = at + 1; other < count; ++other) {
      nodes_[at]->cli(
          {"CLUSTER", "MEET", "127.0.0.1", std::to_string(nodes_[other]->port()), bus_ports[other]});
    }
  }
  for (std::size_t at = 0; at < options_.masters; ++at) {
    nodes_[at]->cli({"CLUSTER", "ADDSLOTSRANGE", std::to_string(at * kSlots / options_.masters),
                     std::to_string((at + 1) * kSlots / options_.masters - 1)});
  }
  for (std::size_t at = options_.masters; at < count; ++at) {
    const std::string master = id_of(at % options_.masters);
    const auto follows = [&] { return nodes_[at]->cli({"CLUSTER", "REPLICATE", master}) == "OK"; };
    if (!eventually(follows, Millis{10'000})) throw std::runtime_error("a node does not become a replica");
  }
  wait_until_whole();
}

void RedisCluster::wait_until_whole() {
  const std::string known = "cluster_known_nodes:" + std::to_string(nodes_.size()) + "\r";
  for (std::size_t at = 0; at < nodes_.size(); ++at) {
    const auto whole = [&] {
      const std::string info = nodes_[at]->cli({"CLUSTER", "INFO"});
      return info.contains("cluster_state:ok") && info.contains(known);
    };
    const auto in_step = [&] {
      return at < options_.masters ||
             nodes_[at]->cli({"INFO", "replication"}).contains("master_link_status:up");
    };
    if (!eventually(whole, Millis{20'000}) || !eventually(in_step, Millis{20'000})) {
      throw std::runtime_error("redis-servers do not form a cluster: " +
                               nodes_[at]->cli({"CLUSTER", "INFO"}));
    }
  }
}

std::size_t RedisCluster::owner_of(const std::string& key) {
  for (std::size_t at = 0; at < nodes_.size(); ++at) {
    // The node that holds the slot answers, if only with where the key would go; another one says MOVED.
    const std::string answer = nodes_[at]->cli({"EXISTS", key});
    if (answer == "0" || answer == "1" || answer.contains("ASK ")) return at;
  }
  throw std::runtime_error("no node holds the slot");
}

void RedisCluster::flush() {
  std::vector<std::future<std::string>> answers;
  for (std::size_t at = 0; at < options_.masters; ++at) {
    answers.push_back(
        std::async(std::launch::async, [node = nodes_[at].get()] { return node->cli({"FLUSHALL"}); }));
  }
}

void RedisCluster::begin_move(const std::string& key, std::size_t to) {
  const std::size_t from = owner_of(key);
  nodes_[to]->cli({"CLUSTER", "SETSLOT", slot_of(key), "IMPORTING", id_of(from)});
  nodes_[from]->cli({"CLUSTER", "SETSLOT", slot_of(key), "MIGRATING", id_of(to)});
}

void RedisCluster::move_keys(const std::string& key, std::size_t to) {
  // In the node, because its keys are no text. What cannot be moved is an error.
  const std::string script =
      "local moved = 0 for _ = 1, 10000 do local keys = redis.call('CLUSTER', 'GETKEYSINSLOT', ARGV[1], 100) "
      "if #keys == 0 then return moved end for _, key in ipairs(keys) do "
      "redis.call('MIGRATE', '127.0.0.1', ARGV[2], key, 0, 5000) moved = moved + 1 end end";
  const std::string answer =
      nodes_[owner_of(key)]->cli({"EVAL", script, "0", slot_of(key), std::to_string(nodes_.at(to)->port())});
  if (answer.empty() || answer.find_first_not_of("0123456789") != std::string::npos) {
    throw std::runtime_error("keys do not move: " + answer);
  }
}

void RedisCluster::end_move(const std::string& key, std::size_t to) {
  const std::size_t from = owner_of(key);
  // As redis-cli does: first the new owner, then the old one.
  for (const std::size_t at : {to, from}) {
    nodes_[at]->cli({"CLUSTER", "SETSLOT", slot_of(key), "NODE", id_of(to)});
  }
}

}  // namespace wac::testing
