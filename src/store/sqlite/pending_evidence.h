#pragma once
// The table of what statuses said of messages that no intent is known by yet: the answer to the send may be
// on its way, or another system sent them.

#include "store/event_log.h"
#include "store/sqlite/connection.h"

namespace wac::store::sqlite {

class PendingEvidence {
 public:
  explicit PendingEvidence(Connection& connection);

  /// `evidence` is by message. It is merged with what waits already.
  void keep(Partition partition, const Evidence& evidence, WallTime forget_at, WallTime now);
  /// What waits for this message, by message; it waits no longer.
  std::optional<Evidence> take(Partition partition, const crypto::Fingerprint& message, WallTime now);
  /// Removes what nothing came for; returns how many.
  std::size_t forget(WallTime now, std::size_t limit);

 private:
  Connection& connection_;
  Statement save_, take_, forget_;
};

}  // namespace wac::store::sqlite
