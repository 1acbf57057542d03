#pragma once
// Which files an event of ours speaks of (docs/events.md). Plain rules.

#include "base/ids.h"
#include "base/personal.h"
#include "crypto/digest.h"

#include <optional>
#include <string>
#include <vector>

namespace wac::archive {

struct MediaReference {
  std::string id;                        ///< Meta's
  std::optional<crypto::Digest> sha256;  ///< as the webhook says
};

struct MediaEvent {
  TenantId tenant;
  SenderId sender;
  std::vector<MediaReference> media;  ///< empty: it speaks of none, or Meta could not get it (131052)
};

/// The message's own file, and where it is the edit of one, that of the new message. Nothing when it is no
/// event of a sender's message.
std::optional<MediaEvent> read_media_event(const PersonalText& event);

}  // namespace wac::archive
