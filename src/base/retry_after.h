#pragma once
// Retry-After, as any HTTP server may send it.

#include "base/time.h"

#include <optional>
#include <string_view>

namespace wac {

/// `Retry-After` in seconds or as an HTTP date (one of the past: 0); nothing when absent or malformed. The
/// caller bounds it.
std::optional<Millis> parse_retry_after(std::string_view value, WallTime now);

}  // namespace wac
