#pragma once
// Which uploaded files a message was sent with, for as long as Meta may still say that it could not use one:
// error 131053 comes as a status too, after the send was accepted (facts §5). Then the file's id is
// forgotten, and the next message with that file uploads it anew. The failed message is not sent again by
// itself: the error is permanent, and its payload was dropped when Meta took it.

#include "base/scheduler.h"
#include "crypto/keyring.h"
#include "outbound/media_ids.h"
#include "store/intent.h"
#include "store/keyed_records.h"
#include "telemetry/log.h"

#include <vector>

namespace wac::outbound {

/// Statuses of a failed upload come within seconds; an hour covers Meta's slow days.
inline constexpr Millis kMediaUseLifetime = std::chrono::hours{1};

std::string to_text(const std::vector<UsedMedia>& used);
std::optional<std::vector<UsedMedia>> used_media_from(std::string_view text);

/// All of it outlives MediaUses and belongs to, or is shared with, its loop.
struct MediaUsesParts {
  Scheduler& loop;
  store::KeyedRecords& records;
  crypto::Sealer& sealer;
  crypto::Fingerprinter& fingerprints;
  MediaIds& ids;
  telemetry::Logger& log;
};

/// One per loop. Best effort: what could not be written or found leaves a dead id in use until its time ends.
class MediaUses {
 public:
  explicit MediaUses(MediaUsesParts parts) : parts_(parts) {}

  Task<void> keep(SenderId sender, store::IntentKey intent, std::vector<UsedMedia> used);
  /// Meta could not use a file of this message: none of its ids is used again.
  Task<void> forget(SenderId sender, store::IntentKey intent);

 private:
  Task<void> forget_one(SenderId sender, UsedMedia used);

  MediaUsesParts parts_;
};

}  // namespace wac::outbound
