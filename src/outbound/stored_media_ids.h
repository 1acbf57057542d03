#pragma once
// Uploaded files remembered in the store, so that a restart or another instance does not upload them again.

#include "crypto/keyring.h"
#include "outbound/media_ids.h"
#include "store/keyed_records.h"

namespace wac::outbound {

/// Memory in front, sealed records behind, which other loops and instances change too: what is in memory is
/// looked up anew after a minute. A store that does not answer is as good as an empty one: the file is
/// uploaded again. References outlive it.
class StoredMediaIds final : public MediaIds {
 public:
  StoredMediaIds(store::KeyedRecords& records, crypto::Sealer& sealer) : records_(records), sealer_(sealer) {}

  Task<std::optional<KnownMedia>> find(Partition partition, crypto::Fingerprint key, WallTime now) override;
  Task<void> keep(Partition partition, crypto::Fingerprint key, KnownMedia media, WallTime now) override;
  Task<void> forget(Partition partition, crypto::Fingerprint key, WallTime now) override;

 private:
  store::KeyedRecords& records_;
  crypto::Sealer& sealer_;
  MemoryMediaIds memory_{10'000, Millis{60'000}};
};

}  // namespace wac::outbound
