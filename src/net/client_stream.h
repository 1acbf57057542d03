#pragma once
// A client's byte stream: name resolution, TCP to the first address that answers, TLS when asked for. For
// net/ only. One object is one connection; it is opened once.

#include "base/error.h"
#include "base/task.h"
#include "net/address_policy.h"
#include "net/asio_await.h"
#include "net/event_loop.h"
#include "net/tls_impl.h"

#include <boost/asio/ssl/stream.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wac::net {

struct StreamTarget {
  std::string host;
  std::uint16_t port = 0;
  /// Null: plain TCP. Outlives the stream.
  TlsContext* tls = nullptr;
  /// Needed with TLS.
  std::shared_ptr<TlsSessionSlot> session;
  /// When set, every address the name resolves to must pass, or none is used (kForbidden): a name that leads
  /// both outside and inside is a trap. The connection goes to one of exactly these addresses.
  AddressJudge judge = {};
  /// With TLS: the server may choose HTTP/2.
  bool offer_http2 = false;
};

class ClientStream {
 public:
  using executor_type = TcpSocket::executor_type;

  explicit ClientStream(EventLoop& loop);
  ~ClientStream();
  ClientStream(const ClientStream&) = delete;
  ClientStream& operator=(const ClientStream&) = delete;

  /// Errors: kDnsFailed, kConnectFailed, kTlsFailed (detail: OpenSSL's verify result), kTimeout, kCancelled
  /// (closed meanwhile), kForbidden. Every address is tried; none may use up the time of those after it.
  Task<Result<void>> open(StreamTarget target, Deadline deadline);

  /// Ends every operation with an error. Safe at any time and more than once.
  void close();
  bool is_open() const { return !closed_ && socket_.is_open(); }

  /// Once open: what the server chose. False without TLS.
  bool speaks_http2();

  /// After a read: more of what came with it and is not yet handed out, without asking the kernel. 0:
  /// nothing, or an error that the next read will meet. Over TLS one read of the kernel's brings many small
  /// records.
  std::size_t read_more(asio::mutable_buffer into);

  /// No byte and no end of stream waits in the kernel. An idle connection that is not quiet is finished.
  bool quiet();

  executor_type get_executor() { return socket_.get_executor(); }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& into, Handler&& handler) {
    if (tls_) {
      tls_->async_read_some(into, std::forward<Handler>(handler));
    } else {
      socket_.async_read_some(into, std::forward<Handler>(handler));
    }
  }
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& from, Handler&& handler) {
    if (tls_) {
      tls_->async_write_some(from, std::forward<Handler>(handler));
    } else {
      socket_.async_write_some(from, std::forward<Handler>(handler));
    }
  }

 private:
  using Addresses = Result<std::vector<asio::ip::tcp::endpoint>>;
  Task<Addresses> resolve(std::string host, std::uint16_t port, Deadline deadline);
  Task<Result<void>> connect(std::vector<asio::ip::tcp::endpoint> addresses, Deadline deadline);
  Task<Result<void>> secure(StreamTarget target, Deadline deadline);

  EventLoop& loop_;
  TcpSocket socket_;
  // The SSL object points to its slot: the slot goes last.
  std::shared_ptr<TlsSessionSlot> session_;
  std::optional<asio::ssl::stream<TcpSocket&>> tls_;
  std::optional<OneShot<Addresses>> resolving_;
  bool closed_ = false;
};

}  // namespace wac::net
