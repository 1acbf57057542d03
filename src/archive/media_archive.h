#pragma once
// The archive of media: files of users, sealed, under names that say nothing. A name is the keyed fingerprint
// of (tenant, media id); so a tenant finds only its own.

#include "archive/archive_store.h"
#include "archive/file_format.h"
#include "archive/sealed_bodies.h"
#include "base/ids.h"
#include "base/random.h"

#include <memory>

namespace wac::archive {

/// A file of the archive, open for reading. Its size and hash are authentic; whether its chunks are shows
/// when they are read.
class ArchivedMedia {
 public:
  ArchivedMedia(std::unique_ptr<StoredFile> file, Head head, Layout layout, crypto::Digest sha256)
      : file_(std::move(file)), head_(std::move(head)), layout_(layout), sha256_(sha256) {}

  const std::string& mime() const { return head_.mime; }
  std::uint64_t size() const { return layout_.size(); }
  const crypto::Digest& sha256() const { return sha256_; }
  /// A range within the size. Outlived by this.
  std::unique_ptr<net::BodySource> read(std::uint64_t from, std::uint64_t length);

 private:
  std::unique_ptr<StoredFile> file_;
  Head head_;
  Layout layout_;
  crypto::Digest sha256_;
};

enum class ArchiveFault : std::uint8_t {
  kAbsent,
  kErased,
  kCorrupt,      ///< damaged, or sealed with a key that is gone
  kUnavailable,  ///< the store does not answer as it should; later it may
};

/// What is known of a file that is to be kept.
struct NewMedia {
  std::string mime;
  SealingBody::Expected expected;
};

/// One per loop. Everything given outlives it.
class MediaArchive {
 public:
  struct Rules {
    Millis retention{0};        ///< of files; 0: they are kept
    Millis event_retention{0};  ///< for as long an erased file could be asked for once more by a replay
  };
  MediaArchive(Rules rules, ArchiveStore& store, Scheduler& loop, crypto::Fingerprinter& fingerprints,
               crypto::Sealer& sealer, Random& random)
      : rules_(rules),
        store_(store),
        loop_(loop),
        fingerprints_(fingerprints),
        sealer_(sealer),
        random_(random) {}

  /// Whether there is nothing left to do: the file is there, or it was erased. Errors as the store's.
  Task<Result<bool>> settled(TenantId tenant, std::string media_id);
  /// Errors: those of `content`, kCorrupt when it is not what was expected, and those of the store.
  Task<Result<void>> keep(TenantId tenant, std::string media_id, NewMedia media, net::Download& content);
  Task<std::expected<std::unique_ptr<ArchivedMedia>, ArchiveFault>> open(TenantId tenant,
                                                                         std::string media_id);
  /// The content is gone for good, and never comes again; whether or not there was any.
  Task<Result<void>> erase(TenantId tenant, std::string media_id);
  /// Removes what is older than the retention, and remains of interrupted writing. Bounded; call it again and
  /// again.
  Task<Result<std::size_t>> purge();

 private:
  crypto::Fingerprint name_of(const TenantId& tenant, std::string_view media_id);
  Task<std::expected<std::unique_ptr<ArchivedMedia>, ArchiveFault>> look_into(
      std::unique_ptr<StoredFile> file, std::string place);

  Rules rules_;
  ArchiveStore& store_;
  Scheduler& loop_;
  crypto::Fingerprinter& fingerprints_;
  crypto::Sealer& sealer_;
  Random& random_;
};

}  // namespace wac::archive
