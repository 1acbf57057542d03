#pragma once
// The blocking part of an archive in a folder: files that become visible whole, and their removal. Any
// thread.
//
// `<folder>/<first two digits of the name>/<name>`, folders 0700 and files 0600. What is being written is
// called `.tmp-…` and stands beside its later place.

#include "archive/archive_store.h"

#include <string>

namespace wac::archive {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// A file that is being written. Gone with this object unless it was published.
class NewFile {
 public:
  /// `unique`: what tells it from others that are being written. kTooLarge when fewer than `min_free` bytes
  /// are free.
  static Result<NewFile> create(const std::string& folder, const std::string& name, const std::string& unique,
                                std::uint64_t min_free);
  NewFile(NewFile&& other) noexcept
      : file_(std::move(other.file_)),
        shard_(std::move(other.shard_)),
        temporary_(std::exchange(other.temporary_, {})),
        name_(std::move(other.name_)) {}
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();

  Result<void> write(std::string_view bytes);
  enum class Existing : std::uint8_t { kStays, kReplaced };
  /// Durable and visible under its name.
  Result<void> publish(Existing existing);

 private:
  NewFile(Descriptor file, Descriptor shard, std::string temporary, std::string name)
      : file_(std::move(file)),
        shard_(std::move(shard)),
        temporary_(std::move(temporary)),
        name_(std::move(name)) {}

  Descriptor file_;
  Descriptor shard_;  ///< the folder it stands in
  std::string temporary_;
  std::string name_;
};

struct OpenFile {
  Descriptor file;
  std::uint64_t size = 0;
};
/// kNotFound.
Result<OpenFile> open_file(const std::string& folder, const std::string& name);
/// Fills `out` from a place of the file; kCorrupt when it ends before.
Result<void> read_at(int file, std::uint64_t at, std::string& out);

struct PurgeRound {
  std::size_t removed = 0;
  std::size_t next_shard = 0;  ///< where to go on
};
/// Goes through sub-folders from the `shard`-th on, until it has seen about ten thousand files or all.
Result<PurgeRound> purge_shards(const std::string& folder, std::size_t shard, const ArchiveStore::Ages& ages);

/// Whether files can be written, made durable and removed in the folder, which has to be there.
Result<void> probe_folder(const std::string& folder);

}  // namespace wac::archive
