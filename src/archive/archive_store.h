#pragma once
// Where archived files lie. A store knows names and bytes: what they mean, and that they are sealed, is the
// archive's business (archive/media_archive.h).

#include "base/error.h"
#include "base/task.h"
#include "base/time.h"
#include "crypto/fingerprint.h"
#include "net/http_transfer.h"

#include <memory>

namespace wac::archive {

/// A file that is there. It may be read to its end even when it is removed meanwhile, or reading fails.
class StoredFile {
 public:
  virtual ~StoredFile() = default;
  virtual std::uint64_t size() const = 0;
  /// A range of it, within its size, piece by piece. Outlived by the file.
  virtual std::unique_ptr<net::BodySource> read(std::uint64_t from, std::uint64_t length) = 0;
};

/// One per loop. Errors: kUnavailable when the place does not work at the moment, kTooLarge when it is full,
/// those of connecting, and kCancelled.
class ArchiveStore {
 public:
  virtual ~ArchiveStore() = default;

  /// Writes a file that is visible under its name either whole and durable or not at all. Where one of that
  /// name is there already it stays, and nothing is wrong. An error of `content` is returned as it is.
  virtual Task<Result<void>> put(crypto::Fingerprint name, net::BodySource& content) = 0;
  /// As put(), but the file has no bytes, and replaces what is there.
  virtual Task<Result<void>> put_empty(crypto::Fingerprint name) = 0;
  /// kNotFound.
  virtual Task<Result<std::unique_ptr<StoredFile>>> open(crypto::Fingerprint name) = 0;

  /// What purge() removes: files written before these times.
  struct Ages {
    std::optional<WallTime> files;
    std::optional<WallTime> empty_files;
    WallTime remains;  ///< of writing that never came to its end
  };
  /// Looks at a bounded share of the files, another one each time; returns how many it removed.
  virtual Task<Result<std::size_t>> purge(Ages ages) = 0;
};

}  // namespace wac::archive
