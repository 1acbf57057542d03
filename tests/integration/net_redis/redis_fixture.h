#pragma once
// A RedisClient on a loop of its own, used from the test's thread.

#include "net/redis.h"
#include "support/certificates.h"
#include "support/loop_thread.h"
#include "support/manual_scheduler.h"
#include "support/redis_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <vector>

namespace wac::net {

class RedisClientTest : public ::testing::Test {
 protected:
  void TearDown() override {
    if (!client_) return;
    stop(Millis{1'000});
    loop_.call([this] { client_.reset(); });
  }

  static Deadline in(Millis time) { return Deadline{std::chrono::steady_clock::now() + time}; }

  void make(const std::string& url) {
    RedisAddress address = std::move(parse_redis_url(Secret{url}).value());
    tls_ = std::move(*TlsContext::make(certificates_.ca_file()));
    const RedisHooks hooks{[this](Micros latency) {
                             ++answered_;
                             longest_ = std::max(longest_.load(), latency.count());
                           },
                           [this](bool connected) { ++(connected ? gained_ : lost_); }};
    client_ = loop_.call([&] {
      return RedisClient::make(loop_.loop(), std::move(address), tls_.get(), limits_, hooks, random_);
    });
    loop_.call([this] { client_->start(); });
  }
  /// Makes a client and waits until it is connected.
  void connect(const std::string& url) {
    make(url);
    ASSERT_TRUE(loop_.await(client_->wait_connected(in(Millis{5'000}))));
  }
  void stop(Millis time) { loop_.await(client_->stop(in(time))); }

  static RedisCommand command(std::initializer_list<std::string_view> parts) {
    RedisCommand made(*parts.begin());
    for (const auto* part = parts.begin() + 1; part != parts.end(); ++part) made.arg(*part);
    return made;
  }
  /// On their way, with what they are of.
  static Task<Result<RedisReply>> run_owned(RedisClient* client, RedisCommand command) {
    co_return co_await client->run(command);
  }
  static Task<Result<RedisReply>> eval(RedisClient* client, const RedisScript* script,
                                       RedisScriptInput input) {
    co_return co_await client->eval(*script, input);
  }
  std::future<Result<RedisReply>> send(RedisCommand command) {
    return loop_.start(run_owned(client_.get(), std::move(command)));
  }
  Result<RedisReply> run(std::initializer_list<std::string_view> parts) {
    return loop_.await(client_->run(command(parts)));
  }
  Error last_error() {
    return loop_.call([this] { return client_->last_error(); });
  }

  testing::Certificates certificates_;
  testing::SeededRandom random_{1};
  RedisLimits limits_;
  std::atomic<int> answered_ = 0;
  std::atomic<std::int64_t> longest_ = 0;
  std::atomic<int> gained_ = 0;
  std::atomic<int> lost_ = 0;
  testing::LoopThread loop_;
  std::unique_ptr<TlsContext> tls_;
  std::unique_ptr<RedisClient> client_;
};

}  // namespace wac::net
