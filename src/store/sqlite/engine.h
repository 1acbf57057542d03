#pragma once
// The engine's parts, for the stores made from it.

#include "store/sqlite/owner_lock.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/writer.h"

namespace wac::store::sqlite {

class Engine final : public SqliteEngine {
 public:
  struct Connections {
    std::unique_ptr<Session> writing;
    std::unique_ptr<Session> reading;
    std::unique_ptr<Connection> checkpoints;
  };

  Engine(OwnerLock lock, Connections connections, const SqliteOptions& options,
         std::shared_ptr<telemetry::Logger> log);

  std::unique_ptr<Store> make_store(Scheduler& loop) override;
  OperationQueue& writes() { return writer_.queue(); }
  OperationQueue& reads() { return reader_.queue(); }
  bool healthy() const { return writer_.healthy(); }

 private:
  // The lock goes last: the file is closed by then.
  OwnerLock lock_;
  Checkpointer checkpointer_;
  Reader reader_;
  Writer writer_;
};

}  // namespace wac::store::sqlite
