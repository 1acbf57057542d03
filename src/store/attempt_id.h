#pragma once
// The name of one attempt in the outside world: it travels in biz_opaque_callback_data and comes back with
// every status. No personal data: the key is a keyed fingerprint.

#include "store/intent.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wac::store {

struct AttemptId {
  IntentKey key;
  std::uint32_t attempt = 0;  ///< from 1
};

/// "wac1.<32 hex>.<attempt>"
std::string format_attempt_id(const AttemptId& id);
/// Nothing for text that is not ours.
std::optional<AttemptId> parse_attempt_id(std::string_view text);

}  // namespace wac::store
