#pragma once
// Reads one HTTP/1.1 response from bytes in any slices. Pure: no I/O, no clock. For net/ only.
//
// Not Beast's parser: that of Boost 1.81 ignores unknown transfer encodings and repeated lengths that agree,
// and has the faults chunked_decoder.h names.

#include "base/error.h"
#include "net/chunked_decoder.h"
#include "net/http_client.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wac::net {

/// Whether a body may follow (RFC 9112, 6.3).
enum class BodyRule : std::uint8_t { kMayFollow, kNever };

class ResponseParser {
 public:
  /// kNever for HEAD.
  ResponseParser(BodyRule rule, std::size_t header_bytes, std::size_t body_bytes)
      : rule_(rule), header_limit_(header_bytes), body_limit_(body_bytes) {}

  /// Takes bytes until the response is complete; returns how many. Errors: kProtocol, kTooLarge; after one
  /// the parser is finished.
  Result<std::size_t> feed(std::string_view bytes);
  /// The peer has ended the stream in an orderly way. Error: kConnectionLost when the response is incomplete.
  Result<void> end();

  bool done() const { return state_ == State::kDone; }
  /// The response's own header section (not an interim one's) has been read.
  bool has_head() const { return state_ != State::kHead; }
  /// Valid with has_head(): bytes of body the header announces; nothing when it does not say.
  std::optional<std::uint64_t> announced() const { return announced_; }
  /// What has been read so far.
  const ClientResponse& response() const { return response_; }
  /// Forgets the body read so far, which still counts towards its limit: for bodies that are passed on.
  void drop_body() { response_.body.clear(); }
  /// Valid when done: the connection may carry another request.
  bool keep_alive() const { return keep_alive_; }
  /// The response; call once, when done.
  ClientResponse take() { return std::move(response_); }

 private:
  enum class State : std::uint8_t { kHead, kLength, kChunked, kUntilEnd, kDone };

  Result<std::size_t> feed_head(std::string_view bytes);
  Result<void> take_head(std::string_view head);
  Result<void> take_status_line(std::string_view line);
  Result<void> take_field(std::string_view line);
  Result<void> choose_framing();
  Result<std::size_t> feed_body(std::string_view bytes);

  BodyRule rule_;
  std::size_t header_limit_;
  std::size_t body_limit_;
  State state_ = State::kHead;
  std::string head_;
  std::size_t header_seen_ = 0;
  int interim_ = 0;
  std::uint64_t left_ = 0;
  std::uint64_t body_seen_ = 0;
  std::optional<std::uint64_t> announced_;
  int minor_version_ = 1;
  bool has_encoding_ = false;
  bool has_length_ = false;
  bool close_ = false;
  bool keep_ = false;
  bool keep_alive_ = false;
  ChunkedDecoder chunks_;
  ClientResponse response_;
};

}  // namespace wac::net
