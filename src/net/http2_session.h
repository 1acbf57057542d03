#pragma once
// The client's half of one HTTP/2 connection (RFC 9113) without its socket: bytes in and out, requests in,
// answers out. A thin wrapper of nghttp2, which knows frames, header compression and flow control. For net/
// only.
//
// What is known of a request that got no answer: its HEADERS have left through fill() or not, and the peer
// may say with GOAWAY or REFUSED_STREAM that it did not process it (RFC 9113, 8.7). Everything else is
// unknown.

#include "base/error.h"
#include "net/http2_request.h"
#include "net/http_client.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct nghttp2_session;

namespace wac::net {

class Http2Session {
 public:
  using StreamId = std::int32_t;

  struct Limits {
    std::size_t header_bytes = 32 * 1024;      ///< of one answer, counted as RFC 9113, 6.5.2 does: kTooLarge
    std::size_t body_bytes = 4 * 1024 * 1024;  ///< of one answer: kTooLarge
  };

  /// A request's end. Written::kNothing: it did not leave, or the peer says it was not processed.
  struct Finished {
    StreamId stream = 0;
    ClientResult result;
  };

  explicit Http2Session(Limits limits);
  ~Http2Session();
  Http2Session(const Http2Session&) = delete;
  Http2Session& operator=(const Http2Session&) = delete;

  /// Queues a request. kConnectionLost when the session takes none any more, see takes_more().
  Result<StreamId> submit(std::shared_ptr<const Http2Request> request);
  /// Nobody waits for it any more: it is cancelled at the peer if it left. Returns how far it got.
  Written abandon(StreamId stream);
  /// The connection will carry nothing more: queues the GOAWAY that says so.
  void say_goodbye();

  /// Takes what came from the peer. An error (kProtocol) ends the session at once. Most violations end it
  /// only once fill() has given the GOAWAY that names them, see over().
  Result<void> feed(std::string_view bytes);
  /// Appends what is to be sent, whole frames, until `out` holds `enough` bytes or nothing is left. A request
  /// whose HEADERS are appended counts as written. Appends at most a frame (16 KiB) beyond `enough`.
  void fill(std::string& out, std::size_t enough);
  /// Whether fill() would append something.
  bool has_output() const;

  /// Requests that ended in feed() or fill() since the last call, in the order in which they ended.
  std::vector<Finished> take_finished();
  /// The connection is gone: everything that is open ends, oldest first.
  std::vector<Finished> lose(Error why);

  /// False once the peer has said GOAWAY, the session has ended, or stream ids are used up.
  bool takes_more() const;
  /// Nothing more will come: time to close the connection.
  bool over() const;
  /// How many streams the peer allows at once; nothing before its SETTINGS.
  std::optional<std::size_t> peer_streams() const;

 private:
  struct Callbacks;
  struct Stream {
    std::shared_ptr<const Http2Request> request;
    std::size_t body_sent = 0;
    bool written = false;
    /// It has its result; what still comes is dropped.
    bool settled = false;
    int interim = 0;
    std::size_t header_bytes = 0;
    /// The answer's own header section (not an interim one's) is complete: further fields are trailers.
    bool has_head = false;
    ClientResponse response;

    bool sent() const { return body_sent == request->body().size(); }
  };

  Stream* find(StreamId stream);
  void settle(StreamId stream, Stream& state, ClientResult result);
  void fail_stream(StreamId stream, Stream& state, Error error);
  void take_field(StreamId stream, std::string_view name, std::string_view value);
  void take_body(StreamId stream, std::string_view bytes);
  void take_end(StreamId stream);
  void take_close(StreamId stream, std::uint32_t code);

  Limits limits_;
  bool has_settings_ = false;
  bool broken_ = false;
  std::vector<Finished> finished_;
  // A stream stays until nghttp2 has closed it: until then nghttp2 may refer to its request.
  std::unordered_map<StreamId, Stream> streams_;
  // Last: it goes first.
  struct Delete {
    void operator()(nghttp2_session* session) const;
  };
  std::unique_ptr<nghttp2_session, Delete> session_;
};

}  // namespace wac::net
