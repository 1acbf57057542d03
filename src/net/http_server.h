#pragma once
// HTTP/1.1 server: strict framing, bounded everything, one loop per connection.

#include "base/error.h"
#include "net/event_loop.h"
#include "net/http_message.h"

#include <memory>
#include <string>
#include <vector>

namespace wac::net {

/// Every bound of the server. Each one's effect when it is hit stands beside it.
struct HttpServerLimits {
  std::size_t header_bytes = 16 * 1024;          ///< longer header section: 431, close
  std::size_t body_bytes = 4 * 1024 * 1024;      ///< longer body: 413, close; a handler may ask for less
  std::size_t connections = 20'000;              ///< beyond it: 503 and close at once
  std::size_t requests_in_flight = 4'096;        ///< handlers running per loop; beyond it: 503 + Retry-After
  std::size_t requests_per_connection = 10'000;  ///< after that many: `Connection: close`
  Millis header_deadline{15'000};  ///< from a request's first byte to its blank line: 408, close
  Millis idle_deadline{75'000};    ///< keep-alive without a byte: closed
  Millis body_deadline{30'000};    ///< from blank line to last body byte: 408, close
  Millis write_deadline{15'000};   ///< an answer's (or stream chunk's) write: closed
  Millis linger_deadline{1'000};   ///< reading on after an early error so that the peer sees it
  /// As above, by size. A peer that sends a whole body before it reads must get to the answer, so this is
  /// more than any body such a peer is likely to have; what bounds the reading is the deadline.
  std::size_t linger_bytes = 16 * 1024 * 1024;
};

/// What answers requests. One instance per loop; called only on that loop.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  /// The body limit for a request, at most HttpServerLimits::body_bytes. Called after the header was read.
  virtual std::size_t body_limit(Method method, std::string_view path) const;
  /// Where the body of such a request goes instead of HttpRequest::body; null (as here): nowhere else. Called
  /// after the header was read, only when a body follows; lives until the answer is sent or the connection
  /// ends.
  virtual std::unique_ptr<BodySink> body_sink(Method method, std::string_view path) const;
  /// Must not throw; a HttpResponse always comes.
  virtual Task<HttpResponse> handle(const HttpRequest& request) = 0;
  /// The answer to a request the server itself refuses (bad framing, too large, time out): an RFC 9457 body.
  /// `why` is a literal such as "content-length and transfer-encoding together".
  virtual HttpResponse refuse(int status, std::string_view why) const;
  /// The server refused a request so, for counting. `path` is empty when the refusal came before it was
  /// known. 408 also for a request whose peer left in the middle of the body: there is nobody to answer.
  virtual void refused(int status, std::string_view path);
};

/// Counters a server keeps; read from any thread.
struct HttpServerStats {
  std::size_t open_connections = 0;
  std::size_t requests_in_flight = 0;
  std::uint64_t accepted = 0;
  std::uint64_t refused_framing = 0;   ///< 4xx given by the server itself
  std::uint64_t refused_overload = 0;  ///< 503 given by the server itself
  std::uint64_t accept_errors = 0;     ///< e.g. EMFILE; the listener survives them
};

/// Drained before it is destroyed. Loops and handlers outlive its last connection: after a drain that failed,
/// that is when the handlers still running have finished.
class HttpServer {
 public:
  struct Worker {
    EventLoop* loop;
    HttpHandler* handler;
  };

  /// Binds and listens on `address:port` (port 0: any; IPv4 or IPv6 literal). Connections are accepted on
  /// the first worker's loop and handed to the worker with the fewest. Loops may already run.
  static Result<std::unique_ptr<HttpServer>> listen(const std::string& address, std::uint16_t port,
                                                    std::vector<Worker> workers, HttpServerLimits limits);
  virtual ~HttpServer() = default;

  virtual std::uint16_t port() const = 0;
  virtual HttpServerStats stats() const = 0;

  /// Stops accepting and closes idle connections; requests in flight finish with `Connection: close`.
  /// Completes (on `caller`'s loop) with true when all connections are gone, or false at the deadline, having
  /// closed the rest.
  virtual Task<bool> drain(EventLoop& caller, Deadline deadline) = 0;
};

}  // namespace wac::net
