#pragma once
// Files known to be uploaded: by where they came from, and by what they hold.

#include "base/ids.h"
#include "base/task.h"
#include "base/time.h"
#include "crypto/digest.h"
#include "crypto/fingerprint.h"

#include <list>
#include <map>
#include <optional>
#include <string>

namespace wac::outbound {

/// How long an uploaded file is used: Meta keeps it for 30 days (facts §4); a day of margin.
inline constexpr Millis kMediaLifetime = std::chrono::hours{29 * 24};

struct KnownMedia {
  std::string id;           ///< Meta's
  std::string mime;         ///< as it was uploaded
  crypto::Digest sha256{};  ///< of the file
  WallTime uploaded;        ///< when Meta gave the id
  WallTime checked;         ///< when its server last said that this is still the file
  std::string etag;         ///< validators of that answer; may be empty
  std::string last_modified;
  bool replaced = false;  ///< uploaded because Meta had lost the file before

  bool alive(WallTime now) const { return now - uploaded < kMediaLifetime; }
  friend bool operator==(const KnownMedia&, const KnownMedia&) = default;
};

std::string to_text(const KnownMedia& media);
std::optional<KnownMedia> known_media_from(std::string_view text);

/// A file as a message was sent with it.
struct UsedMedia {
  crypto::Fingerprint key;  ///< by which MediaIds knows where it came from
  std::string id;           ///< Meta's
  friend bool operator==(const UsedMedia&, const UsedMedia&) = default;
};

/// Best effort: what is not found is fetched and uploaded again, which harms nobody. One per loop. Keys are
/// fingerprints in the domains kMediaUrl and kMediaId, which name the sender: an id is bound to who uploaded
/// it.
class MediaIds {
 public:
  virtual ~MediaIds() = default;
  virtual Task<std::optional<KnownMedia>> find(Partition partition, crypto::Fingerprint key,
                                               WallTime now) = 0;
  virtual Task<void> keep(Partition partition, crypto::Fingerprint key, KnownMedia media, WallTime now) = 0;
  virtual Task<void> forget(Partition partition, crypto::Fingerprint key, WallTime now) = 0;
};

/// By which a file is known by what it holds.
crypto::Fingerprint content_key(crypto::Fingerprinter& fingerprints, const SenderId& sender,
                                const crypto::Digest& sha256, std::string_view mime);

/// In memory; of more than `most` the least recently used are forgotten, and each after `trust`.
class MemoryMediaIds final : public MediaIds {
 public:
  explicit MemoryMediaIds(std::size_t most = 10'000, Millis trust = kMediaLifetime)
      : most_(most), trust_(trust) {}
  Task<std::optional<KnownMedia>> find(Partition partition, crypto::Fingerprint key, WallTime now) override;
  Task<void> keep(Partition partition, crypto::Fingerprint key, KnownMedia media, WallTime now) override;
  Task<void> forget(Partition partition, crypto::Fingerprint key, WallTime now) override;

 private:
  struct Entry {
    crypto::Fingerprint key;
    KnownMedia media;
    WallTime kept;
  };
  std::size_t most_;
  Millis trust_;
  std::list<Entry> recent_;  ///< the most recently used first
  std::map<crypto::Fingerprint, std::list<Entry>::iterator> by_key_;
};

}  // namespace wac::outbound
