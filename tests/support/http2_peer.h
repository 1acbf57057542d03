#pragma once
// The server's half of an HTTP/2 connection, made of nghttp2's, without a socket: it does what a test says.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct nghttp2_session;

namespace wac::testing {

/// A request that has arrived completely.
struct Http2PeerRequest {
  std::int32_t stream = 0;
  std::map<std::string, std::string> fields;
  std::string body;
};

struct Http2PeerOptions {
  std::uint32_t streams = 100;    ///< SETTINGS_MAX_CONCURRENT_STREAMS
  std::uint32_t window = 65'535;  ///< SETTINGS_INITIAL_WINDOW_SIZE
};

/// Bytes of one frame, for what no serious server would send.
std::string http2_frame(std::uint8_t type, std::uint8_t flags, std::int32_t stream, std::string_view payload);

class Http2Peer {
 public:
  using Fields = std::vector<std::pair<std::string, std::string>>;

  explicit Http2Peer(Http2PeerOptions options = {});
  ~Http2Peer();
  Http2Peer(const Http2Peer&) = delete;
  Http2Peer& operator=(const Http2Peer&) = delete;

  /// False when the client breaks the protocol.
  bool feed(std::string_view bytes);
  /// What is to be sent.
  std::string output();

  /// Complete requests that have not been taken.
  std::vector<Http2PeerRequest> take_requests();
  /// Streams that were opened, complete or not.
  std::size_t opened() const { return opened_; }
  /// Streams that ended, and the error code with which.
  const std::map<std::int32_t, std::uint32_t>& closed() const { return closed_; }
  /// The client has said GOAWAY.
  bool told_goodbye() const { return told_goodbye_; }

  void answer(std::int32_t stream, int status, const std::string& body, const Fields& fields = {});
  /// A 1xx answer before the real one.
  void interim(std::int32_t stream, int status);
  void answer_with_trailers(std::int32_t stream, const std::string& body, const Fields& trailers);
  void reset(std::int32_t stream, std::uint32_t code);
  void go_away(std::int32_t last_stream, std::uint32_t code = 0);
  void ping();

 private:
  struct Callbacks;
  struct Answer {
    std::string body;
    std::size_t sent = 0;
    Fields trailers;
  };

  nghttp2_session* session_ = nullptr;
  std::map<std::int32_t, Http2PeerRequest> open_;
  std::map<std::int32_t, Answer> answers_;
  std::vector<Http2PeerRequest> requests_;
  std::map<std::int32_t, std::uint32_t> closed_;
  std::size_t opened_ = 0;
  bool told_goodbye_ = false;
};

}  // namespace wac::testing
