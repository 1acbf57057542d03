#pragma once
// An archive in a folder of a file system, which several instances may share.

#include "archive/archive_store.h"
#include "archive/disk_workers.h"
#include "base/random.h"

#include <string>

namespace wac::archive {

class NewFile;

/// One per loop. Never waits for a disk on it.
class FolderStore final : public ArchiveStore {
 public:
  struct Rules {
    std::string folder;
    std::uint64_t min_free = 0;  ///< with less free space nothing is written (kTooLarge)
  };
  /// Everything outlives it.
  FolderStore(Rules rules, DiskWorkers& workers, Scheduler& loop, Random& random)
      : rules_(std::move(rules)), workers_(workers), loop_(loop), random_(random) {}

  Task<Result<void>> put(crypto::Fingerprint name, net::BodySource& content) override;
  Task<Result<void>> put_empty(crypto::Fingerprint name) override;
  Task<Result<std::unique_ptr<StoredFile>>> open(crypto::Fingerprint name) override;
  Task<Result<std::size_t>> purge(Ages ages) override;

 private:
  Task<Result<void>> write_all(NewFile& file, net::BodySource& content);

  Rules rules_;
  DiskWorkers& workers_;
  Scheduler& loop_;
  Random& random_;
  std::size_t next_shard_ = 0;
};

}  // namespace wac::archive
