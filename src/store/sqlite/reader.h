#pragma once
// The thread that reads, on a connection of its own: a long scan does not delay a commit. It sees every write
// whose answer was given before.

#include "store/sqlite/operation_queue.h"

#include <thread>

namespace wac::store::sqlite {

class Reader {
 public:
  Reader(std::unique_ptr<Session> session, std::size_t bound);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  OperationQueue& queue() { return queue_; }

 private:
  void loop();

  std::unique_ptr<Session> session_;
  OperationQueue queue_;
  std::thread thread_;
};

}  // namespace wac::store::sqlite
