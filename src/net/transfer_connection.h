#pragma once
// One connection that carries one request with a streamed body on either side. For net/ only.

#include "net/client_stream.h"
#include "net/http_response_parser.h"
#include "net/http_transfer.h"

#include <array>

namespace wac::net {

/// A watchdog closes it at the deadline, or when the peer makes no progress for too long. All operations then
/// end with kTimeout. No operation may be pending when it is destroyed.
class TransferConnection {
 public:
  TransferConnection(EventLoop& loop, TransferRules rules, BodyRule body, Deadline deadline);
  ~TransferConnection();
  TransferConnection(const TransferConnection&) = delete;
  TransferConnection& operator=(const TransferConnection&) = delete;

  Task<Result<void>> open(Endpoint endpoint, TlsContext* tls);
  /// Writes all of it. `bytes` stay valid meanwhile.
  Task<Result<void>> write(std::string_view bytes);
  /// Reads once and feeds the parser; at the end of the stream, ends it.
  Task<Result<void>> read();

  ResponseParser& parser() { return parser_; }
  const ResponseParser& parser() const { return parser_; }
  /// At least one byte was handed to the kernel.
  bool has_written() const { return has_written_; }

  /// While a request body is being sent, the peer may be silent for as long as it takes us.
  void sending(bool on);
  /// Ends everything with `why`; the first reason stays.
  void close(Error why);

 private:
  bool waits_for_peer() const { return writing_ || (reading_ && !sending_); }
  void touch() { progress_ = loop_.now(); }
  void arm(MonoTime at);
  void watch();
  Error reason(Error otherwise) const { return closed_ ? *closed_ : otherwise; }

  EventLoop& loop_;
  TransferRules rules_;
  Deadline deadline_;
  ClientStream stream_;
  ResponseParser parser_;
  std::array<char, 16 * 1024> buffer_;
  MonoTime progress_;
  Scheduler::TimerId timer_ = 0;
  bool reading_ = false;
  bool writing_ = false;
  bool sending_ = false;
  bool has_written_ = false;
  std::optional<Error> closed_;
};

}  // namespace wac::net
