#pragma once
// A fault profile: a day at Meta in one file, YAML or JSON (docs/sandbox.md describes it).
//
//   description: what it plays
//   faults:   [ … ]     see Faults
//   webhooks: { duplicate_percent, reorder_percent, held_back_ms, drop_percent, delay_percent, delay_ms,
//   batch } limits:   { per_second, pair_interval_ms, pair_burst, management_per_hour }   or the word `meta`

#include "base/error.h"
#include "sandbox/config.h"
#include "sandbox/limits.h"

#include <boost/json.hpp>

#include <optional>
#include <string>

namespace wac::sandbox {

struct Profile {
  /// The list for Faults::replace; empty: none.
  boost::json::array faults;
  /// Present when the profile has the section.
  std::optional<WebhookFaults> webhooks;
  std::optional<LimitConfig> limits;
};

/// kInvalid with the reason as its `where` (a literal). A bare list is a profile of faults only.
Result<Profile> read_profile(const boost::json::value& value);

/// YAML as JSON: plain scalars become null, booleans, integers or numbers where they look like one, quoted
/// ones stay text. kInvalid when it is not YAML, has a key that is no text, or is nested beyond 32 levels.
Result<boost::json::value> json_of_yaml(const std::string& yaml);

}  // namespace wac::sandbox
