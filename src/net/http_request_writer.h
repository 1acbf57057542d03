#pragma once
// A request as it goes over the wire. Pure. For net/ only.

#include "base/error.h"
#include "net/http_client.h"

#include <cstdint>
#include <optional>
#include <string>

namespace wac::net {

/// The request's bytes, in one piece so that they leave in one write. kInvalid when any part could change the
/// framing or the line structure.
Result<std::string> write_request(const ClientRequest& request);

/// The header section alone, for a body that is produced while it is sent. Without a length it is announced
/// as chunked. `request.body` is ignored.
Result<std::string> write_request_head(const ClientRequest& request, std::optional<std::uint64_t> length);

}  // namespace wac::net
