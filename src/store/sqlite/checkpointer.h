#pragma once
// Moves WAL pages into the database on a connection and a thread of its own, so that no commit waits for it.

#include "store/sqlite/connection.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace wac::store::sqlite {

class Checkpointer {
 public:
  explicit Checkpointer(std::unique_ptr<Connection> connection);
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  /// Any thread; returns at once.
  void request();
  /// Any thread: checkpoints before it returns, behind one that is under way.
  void run_now();

 private:
  void loop();

  std::mutex connection_mutex_;
  std::unique_ptr<Connection> connection_;  ///< under connection_mutex_
  std::mutex mutex_;
  std::condition_variable wake_;
  bool requested_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace wac::store::sqlite
