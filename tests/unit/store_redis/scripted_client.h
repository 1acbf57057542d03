#pragma once
// A Redis client without a Redis.

#include "base/task.h"
#include "net/redis.h"

#include <deque>
#include <vector>

namespace wac::store::redis::testing {

/// Answers from a list, when it is told to.
class ScriptedClient final : public net::RedisClient {
 public:
  void start() override {}
  bool connected() const override { return connected_; }
  Task<bool> wait_connected(Deadline) override { co_return connected_; }
  Task<Result<net::RedisReply>> run(const net::RedisCommand&) override {
    OneShot<Result<net::RedisReply>> answer;
    waiting.push_back(answer);
    co_return co_await answer;
  }
  Task<Result<net::RedisReply>> eval(const net::RedisScript&, const net::RedisScriptInput& input) override {
    scripts.push_back(input);
    OneShot<Result<net::RedisReply>> answer;
    waiting.push_back(answer);
    co_return co_await answer;
  }
  Task<void> before_write(std::string_view) override {
    const OneShot<bool> about_to_write;
    before_write_.push_back(about_to_write);
    co_await about_to_write;
  }
  Task<void> stop(Deadline) override { co_return; }

  void write() {
    for (const auto& one : std::exchange(before_write_, {})) one.set(true);
  }

  void answer(Result<net::RedisReply> value) {
    auto next = waiting.front();
    waiting.pop_front();
    next.set(std::move(value));
  }

  std::deque<OneShot<Result<net::RedisReply>>> waiting;
  std::vector<net::RedisScriptInput> scripts;  ///< what scripts were called with
  std::vector<OneShot<bool>> before_write_;
  bool connected_ = true;
};

}  // namespace wac::store::redis::testing
