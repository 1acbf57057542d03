#pragma once
// What Meta says about our call budget in the headers of its answers (facts §4, rate limits).

#include "base/time.h"

#include <cstdint>
#include <string_view>

namespace wac::whatsapp {

struct Usage {
  /// The highest share of a budget that sends draw on, 0 to 100. At 100 Meta throttles.
  std::uint8_t percent = 0;
  /// How long calls stay blocked by Meta's own estimate, at most a day; zero: they are not.
  Millis regain{0};
};

/// `app`: X-App-Usage, {"call_count":28,"total_time":15,"total_cputime":24}. `business`:
/// X-Business-Use-Case-Usage, {"<account>":[{"type":…,"call_count":…,…,"estimated_time_to_regain_access":
/// minutes}]}; the share of management calls does not count, because sends do not draw on it. Missing or
/// malformed headers say nothing.
Usage parse_usage(std::string_view app, std::string_view business);

}  // namespace wac::whatsapp
