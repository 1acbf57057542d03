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

/// Best effort: what is not found is fetched and uploaded again, which harms nobody. One per loop. Keys are
/// fingerprints in the domains kMediaUrl and kMediaId, which name the sender: an id is bound to who uploaded
/// it.
class MediaIds {
 public:
  virtual ~MediaIds() = default;
  virtual Task<std::optional<KnownMedia>> find(Partition partition, crypto::Fingerprint key,
                                               WallTime now) = 0;
  virtual Task<void> keep(Partition partition, crypto::Fingerprint key, KnownMedia media, WallTime now) = 0;
};

/// In memory; of more than `most` the least recently used are forgotten.
class MemoryMediaIds final : public MediaIds {
 public:
  explicit MemoryMediaIds(std::size_t most = 10'000) : most_(most) {}
  Task<std::optional<KnownMedia>> find(Partition partition, crypto::Fingerprint key, WallTime now) override;
  Task<void> keep(Partition partition, crypto::Fingerprint key, KnownMedia media, WallTime now) override;

 private:
  struct Entry {
    crypto::Fingerprint key;
    KnownMedia media;
  };
  std::size_t most_;
  std::list<Entry> recent_;  ///< the most recently used first
  std::map<crypto::Fingerprint, std::list<Entry>::iterator> by_key_;
};

}  // namespace wac::outbound
