#include "base/semaphore.h"

namespace wac {

Slot::~Slot() {
  if (owner_ != nullptr) owner_->give_back();
}

Slot Slots::try_take() {
  if (free_ == 0) return {};
  --free_;
  return Slot{this};
}

Task<Slot> Slots::take(Deadline deadline) {
  if (free_ > 0) co_return try_take();
  const OneShot<bool> turn;
  waiters_.push_back(turn);
  const auto timer = loop_.call_at(deadline.at, [turn] { turn.set(false); });
  const bool ours = co_await turn;
  loop_.cancel(timer);
  // give_back() has passed its slot on to us: it was never counted as free.
  co_return ours ? Slot{this} : Slot{};
}

void Slots::give_back() {
  while (!waiters_.empty()) {
    const OneShot<bool> next = std::move(waiters_.front());
    waiters_.pop_front();
    if (next.is_set()) continue;
    // Posted, so that whoever gives back finishes first and turns do not nest.
    loop_.post([this, next] {
      if (!next.set(true)) give_back();
    });
    return;
  }
  ++free_;
}

}  // namespace wac
