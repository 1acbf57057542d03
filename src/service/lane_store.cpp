// A lane's store: its own connection to Redis, or its share of the embedded one.

#include "service/lane.h"
#include "store/redis/durability.h"
#include "store/redis/redis_store.h"

namespace wac::service {
namespace {

Error why_lost(const net::RedisClient& redis) {
  const Error why = redis.last_error();
  return *why.where != '\0' ? why : Error{ErrorCode::kUnavailable, 0, "redis"};
}

}  // namespace

Result<void> Lane::make_store(Shared& shared) {
  if (shared.sqlite != nullptr) {
    store_ = shared.sqlite->make_store(*loop_);
    return {};
  }
  auto address = net::parse_redis_url(shared.config.redis_url);
  if (!address) return std::unexpected(address.error());
  net::RedisHooks hooks;
  hooks.answered = [metrics = metrics_](Micros took) {
    metrics->observe(telemetry::Histogram::kRedisLatency, took);
  };
  hooks.state = [this, log = &shared.log](bool connected) {
    store_healthy_.store(connected, std::memory_order_relaxed);
    if (connected) {
      log->log(telemetry::Severity::kInfo, "redis connected");
    } else {
      log->log(telemetry::Severity::kError, "redis connection lost");
    }
  };
  net::RedisLimits limits;
  limits.replicas = shared.config.redis_wait;
  redis_ =
      net::RedisClient::make(*loop_, std::move(*address), &shared.tls, limits, std::move(hooks), *random_);
  store_ = store::redis::make_redis_store(*redis_, *loop_);
  return {};
}

Task<Result<void>> Lane::open_store(Deadline deadline) {
  if (redis_) {
    redis_->start();
    const bool connected = co_await redis_->wait_connected(deadline);
    if (!connected) co_return std::unexpected(why_lost(*redis_));
  }
  auto proved = co_await store_->probe(loop_->wall_now());
  // Of a cluster the probe meets the nodes.
  if (!proved && redis_ && !redis_->connected()) proved = std::unexpected(why_lost(*redis_));
  store_healthy_.store(proved.has_value(), std::memory_order_relaxed);
  co_return proved;
}

Task<Result<void>> Lane::check_durability() {
  using telemetry::Field;
  if (auto format = co_await store_->check_format(); !format) {
    if (format.error().code == ErrorCode::kInvalid) {
      log_->log(
          telemetry::Severity::kCritical,
          "the store's data are of a newer version: start the version that wrote them, or another store",
          Field{"error", format.error()});
    }
    co_return format;
  }
  if (!redis_) co_return Result<void>{};
  const auto known = co_await store::redis::read_durability(*redis_);
  if (!known) co_return std::unexpected(known.error());
  const bool safe = known->persistence == store::redis::Persistence::kAppendOnly || known->replicas > 0;
  log_->log(safe ? telemetry::Severity::kInfo : telemetry::Severity::kWarning,
            "what a crash of Redis could lose depends on its persistence",
            Field{"persistence", known->persistence}, Field{"replicas", known->replicas},
            Field{"eviction", known->eviction}, Field{"servers", known->servers});
  if (known->cluster && !redis_->in_cluster()) {
    log_->log(telemetry::Severity::kCritical, "Redis is a cluster's node but refuses HELLO: permit it");
    co_return fail(ErrorCode::kInvalid, "redis cluster without HELLO");
  }
  if (known->eviction == store::redis::Eviction::kMayDropKeys) {
    log_->log(telemetry::Severity::kCritical, "Redis may evict our keys: set maxmemory-policy to noeviction");
    co_return fail(ErrorCode::kInvalid, "redis eviction policy");
  }
  co_return Result<void>{};
}

}  // namespace wac::service
