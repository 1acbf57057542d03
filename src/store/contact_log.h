#pragma once
// What every inbound message says of its sender, kept without a word about the person: fingerprints and
// times. Written with the event of the message (event_log.h), read here. Rarer facts are keyed records.

#include "base/error.h"
#include "base/ids.h"
#include "base/task.h"
#include "base/time.h"
#include "crypto/fingerprint.h"

#include <optional>

namespace wac::store {

/// A contact wrote or called. Under either identity, or both: then the phone number is that user's. The
/// latest time of each is kept, in whatever order they come.
struct ContactTouch {
  std::optional<crypto::Fingerprint> phone;
  std::optional<crypto::Fingerprint> user;
  WallTime at;
};

/// Every member is one atomic step in one round trip. Errors as KeyedRecords has them.
class ContactLog {
 public:
  virtual ~ContactLog() = default;

  /// When the contact last wrote or called, under this identity; nothing when that is not known (any more).
  virtual Task<Result<std::optional<WallTime>>> last_heard(Partition partition,
                                                           crypto::Fingerprint contact) = 0;

  /// The phone number that the user wrote from.
  virtual Task<Result<std::optional<crypto::Fingerprint>>> phone_of(Partition partition,
                                                                    crypto::Fingerprint user) = 0;
};

}  // namespace wac::store
