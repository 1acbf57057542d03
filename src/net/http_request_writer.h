#pragma once
// A request as it goes over the wire. Pure. For net/ only.

#include "base/error.h"
#include "net/http_client.h"

#include <cstdint>
#include <optional>
#include <string>

namespace wac::net {

/// kInvalid when any part could change the framing or the line structure.
Result<void> check_request(const ClientRequest& request);

/// `host[:port]`, without the scheme's own port: what Host and :authority say.
std::string authority_of(const Endpoint& endpoint);

/// Whether the length of the body is announced: unless there is none and the method expects none.
bool announces_length(const ClientRequest& request);

/// The bytes of a request that has passed check_request(), in one piece so that they leave in one write.
std::string format_request(const ClientRequest& request);

/// Both.
Result<std::string> write_request(const ClientRequest& request);

/// The header section alone, for a body that is produced while it is sent. Without a length it is announced
/// as chunked. `request.body` is ignored.
Result<std::string> write_request_head(const ClientRequest& request, std::optional<std::uint64_t> length);

}  // namespace wac::net
