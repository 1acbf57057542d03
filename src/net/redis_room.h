#pragma once
// Commands that wait for room among the unanswered bytes of one Redis connection, first come first served.
// For net/ only; touched on one loop.

#include "net/redis_pipeline.h"

#include <list>

namespace wac::net {

class RedisRoom {
 public:
  /// References outlive it.
  RedisRoom(EventLoop& loop, const RedisLimits& limits) : loop_(loop), limits_(limits) {}

  /// Whether a command of so many bytes must wait for others to be answered. False where no wait would help.
  bool must_wait(std::size_t bytes, const RedisPipeline& pipeline) const;
  /// Until it is this one's turn, which must then push at once, or all were woken. kOverloaded: too much
  /// waits already, or `command_deadline` passed.
  Task<Result<void>> wait(std::size_t bytes);
  /// Answers came: whoever has room now gets the turn.
  void give(const RedisPipeline& pipeline);
  /// The connection is gone, or going.
  void wake_all();

 private:
  /// Lives in the frame of wait().
  struct Waiter {
    std::size_t bytes;
    OneShot<bool> turn;
  };
  EventLoop& loop_;
  const RedisLimits& limits_;
  std::list<Waiter*> waiting_;
  std::size_t bytes_ = 0;
};

}  // namespace wac::net
