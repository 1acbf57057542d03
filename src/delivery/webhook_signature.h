#pragma once
// The signature of Standard Webhooks (github.com/standard-webhooks/standard-webhooks, spec 1.0): base64 of
// HMAC-SHA-256 over "id.timestamp.body", one for each active key, so that keys can be rotated.

#include "base/personal.h"
#include "base/time.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wac::delivery {

/// The value of `webhook-timestamp`: whole seconds since 1970.
std::string webhook_timestamp(WallTime now);

/// The value of `webhook-signature`: "v1,<base64>" for each key, separated by spaces. `keys` are decoded.
std::string webhook_signature(const std::vector<Secret>& keys, std::string_view id,
                              std::string_view timestamp, std::string_view body);

}  // namespace wac::delivery
