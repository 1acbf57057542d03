#pragma once
// Whether it means anything that no status of a message came. A status that could not be stored comes again
// when Meta tries again, so silence counts only from when everything has been taken.

#include "base/time.h"

#include <mutex>

namespace wac::store {

/// One for a process; any thread.
class EvidenceFlow {
 public:
  /// What came before the process did is not known: silence counts from its start.
  explicit EvidenceFlow(WallTime started);

  /// From `since` to `now` a webhook could not be stored, or none could have been received.
  void interrupted(WallTime since, WallTime now);

  /// Silence before this says nothing. Who tries again waits longer each time, so after an outage the last of
  /// what was turned away may take as long again as the outage lasted (Meta: "with decreasing frequency").
  WallTime silence_from() const;

 private:
  mutable std::mutex mutex_;
  WallTime first_, last_;  ///< of the last outage
};

}  // namespace wac::store
