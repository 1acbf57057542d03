#pragma once
// From bytes to requests, without I/O: the strict reading of HTTP/1.1 that keeps us and any proxy in front of
// us agreed on where a request ends (RFC 9112; reference/cpp-style.md §4.3). For net/ only.

#include "net/chunked_decoder.h"
#include "net/http_message.h"

#include <string>
#include <string_view>

namespace wac::net {

enum class HttpVersion : std::uint8_t { k10, k11 };

/// The header section of one request. The views point into the reader and live until its next().
struct RequestHead {
  Method method = Method::kOther;
  HttpVersion version = HttpVersion::k11;
  std::string_view path;
  std::string_view query;
  std::vector<HeaderField> fields;
  /// The peer wants the connection kept after this request.
  bool keep_alive = false;
  /// The peer waits for `100 Continue` before it sends the body.
  bool expects_continue = false;
};

enum class ReadStep : std::uint8_t {
  kNeedMore,  ///< everything given was consumed
  kHead,      ///< the header section ended; accept_body() comes next
  kComplete,  ///< the request is whole; what is left of the input belongs to the next one
  kRefused,   ///< see refusal(); the connection must be closed, since its framing is no longer known
};

/// Reads one request after the other. The outcome never depends on how the bytes were sliced.
class RequestReader {
 public:
  explicit RequestReader(std::size_t header_bytes) : header_bytes_(header_bytes) {}

  /// Consumes a prefix of `bytes`, up to the next event. Not to be called after kComplete or kRefused.
  ReadStep feed(std::string_view& bytes);

  /// Once after kHead: refuses (413) a body that is declared longer than `limit` or turns out to be.
  ReadStep accept_body(std::size_t limit);

  /// Makes ready for the next request; keeps modest buffers.
  void next();

  const RequestHead& head() const { return head_; }
  std::string_view body() const { return body_; }
  /// Forgets the part of the body read so far; it still counts towards the limit.
  void drop_body() { body_.clear(); }
  /// Bytes of body known to be still to come; 0 for chunked ones.
  std::size_t body_remaining() const { return remaining_; }
  /// A byte of the current request has been seen.
  bool started() const { return !text_.empty(); }

  int refused_status() const { return status_; }
  /// A string literal.
  const char* refused_why() const { return why_; }

 private:
  enum class State : std::uint8_t { kHead, kHeadDone, kLength, kChunked };

  ReadStep feed_head(std::string_view& bytes);
  ReadStep parse_head();
  ReadStep feed_length(std::string_view& bytes);
  ReadStep feed_chunked(std::string_view& bytes);
  ReadStep refuse(int status, const char* why);

  std::size_t header_bytes_;
  State state_ = State::kHead;
  /// The header section as received, up to and with its blank line.
  std::string text_;
  std::size_t line_ = 0;
  std::size_t scanned_ = 0;
  RequestHead head_;
  bool chunked_ = false;
  std::size_t remaining_ = 0;
  ChunkedDecoder decoder_;
  std::string body_;
  int status_ = 0;
  const char* why_ = "";
};

}  // namespace wac::net
