#pragma once
// HTTP/1.1 messages as the rest of the program sees them.

#include "base/task.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wac::net {

enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions, kOther };

/// Takes a request's body as it arrives, so that it is never held whole.
class BodySink {
 public:
  virtual ~BodySink() = default;
  virtual void take(std::string_view bytes) = 0;
};

struct HeaderField {
  std::string_view name;
  std::string_view value;
};

/// A received request. Every view is valid until the handler's task has finished. Fields are those of the
/// header section only: trailers are never merged in.
struct HttpRequest {
  Method method = Method::kOther;
  /// The target up to `?`, byte for byte as sent (not decoded), always starting with `/`.
  std::string_view path;
  /// What follows `?`, undecoded. May hold a verify token: never logged.
  std::string_view query;
  std::string_view body;
  /// Set: it took the body, and `body` is empty. What HttpHandler::body_sink() made.
  BodySink* sink = nullptr;
  /// The peer's address (`192.0.2.1`, `2001:db8::1`), as the kernel reports it.
  std::string_view peer;
  std::vector<HeaderField> headers;

  /// The value of the only field of that name, case-insensitively; empty when absent or repeated, so that a
  /// smuggled second field can never win.
  std::string_view header(std::string_view name) const;
};

/// Takes the body of a streamed answer (chunked, or until close for HTTP/1.0).
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  /// Completes when the bytes are handed to the kernel. False: the peer is gone or a deadline fired; stop.
  virtual Task<bool> write(std::string_view bytes) = 0;
  /// The body cannot be completed: the connection is reset, so that the peer does not take it for whole.
  virtual void give_up() = 0;
  /// The server is draining: end the stream soon.
  virtual bool draining() const = 0;
  /// Whether the peer is known to have ended its side: for streams that are quiet for long. A peer that
  /// ended only its side could still read.
  virtual bool gone() { return false; }
};

/// Called once the header has been sent. Must not be a capturing coroutine lambda: let it call a coroutine
/// function that takes its state by value.
using BodyStream = std::move_only_function<Task<void>(BodyWriter&)>;

struct HttpResponse {
  int status = 200;
  /// Static string; empty sends no Content-Type.
  std::string_view content_type = "application/json";
  /// Further fields. Values are checked: CR, LF or NUL end the process (a bug of ours).
  std::vector<std::pair<std::string_view, std::string>> headers;
  std::string body;
  /// When set, `body` is ignored.
  BodyStream stream;
  /// Close the connection after this answer.
  bool close = false;
  /// Instead of an answer, for fault injection (graph-sandbox) only. kReset: no (further) byte, then RST;
  /// with `stream`, what the stream wrote goes out, without the final chunk. kSilence: no byte until the peer
  /// goes, or the idle deadline.
  enum class Drop : std::uint8_t { kNo, kReset, kSilence } drop = Drop::kNo;
};

/// The reason phrase of a status code; "Unknown" for others.
std::string_view reason_phrase(int status);

/// `a%20b` → `a b`; nothing when malformed. `+` stands for a space, as in query strings.
bool percent_decode(std::string_view text, std::string& out);
/// The decoded value of one query parameter; false when absent, repeated or malformed.
bool query_parameter(std::string_view query, std::string_view name, std::string& out);

}  // namespace wac::net
