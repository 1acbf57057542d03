#include "net/redis_room.h"

#include "net/expiry.h"

#include <algorithm>
#include <utility>

namespace wac::net {

bool RedisRoom::must_wait(std::size_t bytes, const RedisPipeline& pipeline) const {
  if (bytes > limits_.pending_bytes) return false;
  return !waiting_.empty() || !pipeline.has_room(bytes, limits_);
}

Task<Result<void>> RedisRoom::wait(std::size_t bytes) {
  if (bytes > limits_.waiting_bytes - std::min(limits_.waiting_bytes, bytes_)) {
    co_return fail(ErrorCode::kOverloaded, "redis: too many bytes wait for room");
  }
  Waiter self{bytes, {}};
  const auto place = waiting_.insert(waiting_.end(), &self);
  bytes_ += bytes;
  const Expiry expiry(loop_, loop_.now() + limits_.command_deadline, [this, place, &self] {
    if (self.turn.is_set()) return;
    waiting_.erase(place);
    bytes_ -= self.bytes;
    self.turn.set(false);
  });
  const bool in_time = co_await self.turn;
  if (!in_time) co_return fail(ErrorCode::kOverloaded, "redis: no room for more bytes in flight");
  co_return Result<void>{};
}

void RedisRoom::give(const RedisPipeline& pipeline) {
  // Whoever gets the turn takes its room before set() returns.
  while (!waiting_.empty() && pipeline.has_room(waiting_.front()->bytes, limits_)) {
    const OneShot<bool> turn = waiting_.front()->turn;
    bytes_ -= waiting_.front()->bytes;
    waiting_.pop_front();
    turn.set(true);
  }
}

void RedisRoom::wake_all() {
  bytes_ = 0;
  for (const Waiter* each : std::exchange(waiting_, {})) {
    const OneShot<bool> turn = each->turn;
    turn.set(true);
  }
}

}  // namespace wac::net
