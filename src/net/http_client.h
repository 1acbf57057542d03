#pragma once
// HTTP client: verified TLS, pooled connections, absolute deadlines, and an exact answer to "may this request
// have been processed?". HTTP/1.1, or over TLS HTTP/2 where it is enabled and the server chooses it.
//
// One call is at most one request that the peer can have processed. Over HTTP/1.1 nothing is ever written
// twice. Over HTTP/2 a request is written again, twice at most and within its deadline, when it is certain
// that it was not processed: it was still queued when its connection ended, the peer refused it
// (REFUSED_STREAM), or it lies beyond the last stream of the peer's GOAWAY (RFC 9113, 8.7).
//
// A connection that breaks without a word leaves every request that was written to it unknown: one with
// HTTP/1.1, up to `streams_per_connection` with HTTP/2.

#include "base/error.h"
#include "base/task.h"
#include "net/address_policy.h"
#include "net/event_loop.h"
#include "net/http_message.h"
#include "net/tls.h"

#include <expected>
#include <memory>
#include <string>
#include <vector>

namespace wac::net {

/// Where requests go.
struct Endpoint {
  bool tls = true;
  std::string host;
  std::uint16_t port = 443;

  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

/// `https://host[:port]/path`: the endpoint and the path (at least "/"). User info and fragments are refused.
struct Url {
  Endpoint endpoint;
  std::string target;
};
Result<Url> parse_url(std::string_view text);

struct ClientRequest {
  Endpoint endpoint;
  std::string_view method = "POST";
  /// Path and query, already encoded. Never logged: it may hold a token.
  std::string target;
  /// Sent as they are, after Host and Content-Length. Values with CR, LF or NUL are refused (kInvalid).
  std::vector<std::pair<std::string_view, std::string>> headers;
  std::string body;
  Deadline deadline;
};

struct ClientResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  /// First field of that name, case-insensitively; empty when absent.
  std::string_view header(std::string_view name) const;
};

/// How much of a request may have reached the peer.
enum class Written : std::uint8_t {
  kNothing,  ///< no byte was handed to the kernel, or the peer says it did nothing: sending again is safe
  kMaybe,    ///< at least one byte was: the outcome is unknown
};

struct ClientFailure {
  Error error;
  Written written = Written::kNothing;
};

using ClientResult = std::expected<ClientResponse, ClientFailure>;

struct HttpClientLimits {
  std::size_t connections_per_endpoint =
      256;  ///< beyond it requests wait for a free one, until their deadline. Of HTTP/2, those that take no
            ///< more requests do not count.
  std::size_t response_header_bytes = 32 * 1024;
  std::size_t response_body_bytes = 4 * 1024 * 1024;  ///< larger answers: kTooLarge
  Millis connect_deadline{5'000};                     ///< DNS + TCP + TLS, within the request's own deadline
  Millis idle_deadline{30'000};                       ///< a pooled connection unused for longer is closed
  /// Offer HTTP/2 over TLS (ALPN). Plain TCP is HTTP/1.1.
  bool http2 = false;
  /// Requests that share a connection of HTTP/2, unless the server allows fewer.
  std::size_t streams_per_connection = 64;
  /// Judges every address of a host before it is connected to (kForbidden); unset: any.
  AddressJudge judge = {};
};

/// One per loop. A pooled connection is watched while it idles, so that one the peer closed is never reused.
class HttpClient {
 public:
  /// `tls` outlives the client and is shared by all loops.
  static std::unique_ptr<HttpClient> make(EventLoop& loop, TlsContext& tls, HttpClientLimits limits);
  virtual ~HttpClient() = default;

  virtual Task<ClientResult> send(ClientRequest request) = 0;

  /// Closes idle connections and refuses new requests (kCancelled); completes when none is in flight.
  virtual Task<void> stop() = 0;
};

}  // namespace wac::net
