#pragma once
// Times as text (RFC 3339).

#include "base/time.h"

#include <optional>
#include <string>
#include <string_view>

namespace wac {

/// In UTC with milliseconds: "2026-11-23T22:45:00.123Z".
std::string format_time(WallTime time);

/// "2026-11-23T22:45:00Z", "…T22:45:00.5+01:00". Nothing when malformed or out of the years 2000 to 2200.
std::optional<WallTime> parse_time(std::string_view text);

}  // namespace wac
