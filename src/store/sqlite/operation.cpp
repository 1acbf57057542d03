#include "store/sqlite/operation.h"

namespace wac::store::sqlite {

void LoopLink::deliver(std::vector<std::unique_ptr<Operation>> finished) {
  const std::lock_guard lock{mutex_};
  if (loop_ == nullptr) return;
  loop_->post([finished = std::move(finished)] {
    for (const auto& operation : finished) operation->deliver();
  });
}

void LoopLink::close() {
  const std::lock_guard lock{mutex_};
  loop_ = nullptr;
}

bool LoopLink::closed() {
  const std::lock_guard lock{mutex_};
  return loop_ == nullptr;
}

}  // namespace wac::store::sqlite
