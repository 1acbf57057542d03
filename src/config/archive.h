#pragma once
// Where the files of users are kept beyond Meta's time.

#include "base/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wac::config {

struct ArchiveConfig {
  enum class Kind : std::uint8_t {
    kNone,    ///< nothing is kept
    kFolder,  ///< file:///folder
    kBucket,  ///< gs://bucket/prefix
  };
  Kind kind = Kind::kNone;
  std::string folder;  ///< absolute
  std::string bucket;
  std::string prefix;                    ///< of objects' names, without a slash at either end; may be empty
  Millis retention{0};                   ///< MEDIA_ARCHIVE_RETENTION_MS; 0: kept
  std::uint64_t min_free = 268'435'456;  ///< MEDIA_ARCHIVE_MIN_FREE_BYTES: of a folder's file system
  std::string endpoint = "https://storage.googleapis.com";  ///< GCS_ENDPOINT

  bool on() const { return kind != Kind::kNone; }
  /// As MEDIA_ARCHIVE names it; empty when off.
  std::string place() const;
};

/// `file:///absolute/folder` or `gs://bucket[/prefix]`: kind, folder, bucket and prefix.
std::optional<ArchiveConfig> parse_archive_place(std::string_view text);

}  // namespace wac::config
