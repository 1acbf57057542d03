#pragma once
// Every end-to-end test runs on every engine: embedded, Redis, Redis over TLS.

#include "support/certificates.h"
#include "support/connector.h"
#include "support/redis_server.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace wac::testing {

enum class Engine : std::uint8_t { kEmbedded, kRedis, kRedisTls };

inline std::string engine_name(const ::testing::TestParamInfo<Engine>& info) {
  switch (info.param) {
    case Engine::kEmbedded:
      return "Embedded";
    case Engine::kRedis:
      return "Redis";
    case Engine::kRedisTls:
      return "RedisTls";
  }
  return "";
}

/// A connector and a sandbox that know each other.
class ServiceTest : public ::testing::TestWithParam<Engine> {
 protected:
  void launch(Environment env = {}, const std::vector<std::string>& sandbox_arguments = {}) {
    ConnectorOptions options;
    if (GetParam() == Engine::kRedis) redis_.emplace();
    if (GetParam() == Engine::kRedisTls) {
      RedisServerOptions redis;
      redis.tls = &certificates_;
      redis.user = "connector";
      redis.password = "redis-password";
      redis_.emplace(redis);
      env.emplace_back("TLS_CA_FILE", certificates_.ca_file());
    }
    if (redis_) options.redis_url = redis_->url();
    const std::uint16_t graph_port = free_port();
    options.graph_url = "http://127.0.0.1:" + std::to_string(graph_port);
    options.env = std::move(env);
    connector_.emplace(std::move(options));
    std::vector<std::string> arguments = sandbox_arguments;
    arguments.insert(arguments.end(), {"--webhook-retry-ms", "100"});
    sandbox_.emplace(connector_->webhook_url(), arguments, graph_port);
    connector_->start();
  }

  /// The state of an intent as GET /v1/intents/{id} shows it; empty when unknown.
  std::string state_of(const std::string& intent_id) {
    const HttpReply reply = connector_->get("/v1/intents/" + intent_id);
    if (reply.status != 200) return {};
    return std::string{boost::json::parse(reply.body).at("state").as_string()};
  }
  bool reaches(const std::string& intent_id, const std::string& state, Millis timeout = Millis{10'000}) {
    return eventually([&] { return state_of(intent_id) == state; }, timeout);
  }
  /// How many messages the sandbox took.
  std::int64_t accepted() {
    return boost::json::parse(sandbox_->get("/_sandbox/ledger").body)
        .at("accepted")
        .to_number<std::int64_t>();
  }

  Certificates certificates_;
  std::optional<RedisServer> redis_;
  std::optional<Connector> connector_;
  std::optional<Sandbox> sandbox_;
};

/// The first result of POST /v1/intents.
inline boost::json::object first_result(const HttpReply& reply) {
  return boost::json::parse(reply.body).at("result").at("results").at(0).as_object();
}

}  // namespace wac::testing
