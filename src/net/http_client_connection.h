#pragma once
// One HTTP/1.1 connection of the HTTP client: idle, or carrying one request. For net/ only.

#include "base/personal.h"
#include "net/client_stream.h"
#include "net/http_client.h"
#include "net/http_response_parser.h"

#include <array>
#include <memory>
#include <optional>
#include <string>

namespace wac::net {

/// A read is pending for as long as the connection is open, also while it idles: an end of stream or stray
/// bytes then close it at once, and TLS 1.3 sessions arrive. Shared with its pending operations.
class ClientConnection : public std::enable_shared_from_this<ClientConnection> {
 public:
  /// Told when an idle connection was lost.
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void idle_lost(ClientConnection& connection) = 0;
  };
  using Answer = OneShot<Result<ClientResponse>>;

  /// `stream` is open.
  ClientConnection(std::unique_ptr<ClientStream> stream, Owner& owner)
      : stream_(std::move(stream)), owner_(&owner) {}
  ~ClientConnection() { wipe(outgoing_); }
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  ClientStream& stream() { return *stream_; }
  bool usable() { return stream_->is_open() && !answer_ && stream_->quiet(); }

  /// Begins the permanent read; once.
  void watch();
  /// Writes the request and completes with its response. The connection must be usable. Unless it is usable
  /// afterwards too, it is closed by then.
  Answer begin(std::string request, ResponseParser parser);
  /// Closes; a pending answer completes with the error.
  void fail_with(Error error);
  /// As above; the owner will not be called again.
  void detach();

 private:
  void on_read(const boost::system::error_code& ec, std::size_t n);
  void on_written(const boost::system::error_code& ec);
  void settle(Result<ClientResponse> result);

  std::unique_ptr<ClientStream> stream_;
  Owner* owner_;
  // Holds a token while a request is written: wiped afterwards.
  std::string outgoing_;
  bool writing_ = false;
  std::optional<ResponseParser> parser_;
  std::optional<Answer> answer_;
  std::array<char, 8 * 1024> buffer_;
};

}  // namespace wac::net
