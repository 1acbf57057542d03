#include "store/sqlite/reader.h"

namespace wac::store::sqlite {

Reader::Reader(std::unique_ptr<Session> session, std::size_t bound)
    : session_(std::move(session)), queue_(bound), thread_([this] { loop(); }) {}

Reader::~Reader() {
  queue_.close();
  thread_.join();
}

void Reader::loop() {
  for (;;) {
    auto taken = queue_.take(1, Millis{0});
    if (taken.empty()) return;
    Operation& operation = *taken.front();
    const auto link = operation.link();
    if (link->closed()) continue;
    operation.run(*session_);
    session_->paces.was_read();
    if (const auto failure = session_->connection->take_failure()) operation.fail(*failure);
    link->deliver(std::move(taken));
  }
}

}  // namespace wac::store::sqlite
