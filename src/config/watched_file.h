#pragma once
// Files whose change is taken over while the service runs.

#include <cstdint>
#include <string>

namespace wac::config {

/// What tells two states of a file apart without reading it. Links are followed, so that it also changes when
/// Kubernetes turns `..data` to another folder.
struct FileStamp {
  bool present = false;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

FileStamp stamp_of(const std::string& path);

struct WatchedFile {
  std::string path;
  FileStamp stamp;    ///< taken just before the file was read
  bool main = false;  ///< TENANTS_FILE itself: looked at each time
};

}  // namespace wac::config
