#pragma once
// The signed assertion with which a service account asks for an access token (RFC 7523, and Google's
// "Using OAuth 2.0 for server to server applications").

#include "base/error.h"
#include "base/time.h"
#include "config/google.h"

#include <string_view>

namespace wac::google {

/// Base64 in the alphabet of URLs, without padding (RFC 4648 §5).
std::string to_base64url(std::string_view bytes);

/// `scopes`: separated by spaces. Valid for an hour from `now`, the longest that Google takes. kInvalid: the
/// account's key is none.
Result<Secret> make_assertion(const config::ServiceAccount& account, std::string_view scopes, WallTime now);

}  // namespace wac::google
