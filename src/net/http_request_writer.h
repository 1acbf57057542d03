#pragma once
// A request as it goes over the wire. Pure. For net/ only.

#include "base/error.h"
#include "net/http_client.h"

#include <string>

namespace wac::net {

/// The request's bytes, in one piece so that they leave in one write. kInvalid when any part could change the
/// framing or the line structure.
Result<std::string> write_request(const ClientRequest& request);

}  // namespace wac::net
