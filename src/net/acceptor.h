#pragma once
// A listening TCP socket that no accept error ends. For net/ only.

#include "base/error.h"
#include "net/asio_await.h"
#include "net/event_loop.h"
#include "net/http_worker.h"
#include "net/unique_fd.h"

#include <boost/asio/basic_socket_acceptor.hpp>

#include <functional>
#include <memory>
#include <string>

namespace wac::net {

class Acceptor : public std::enable_shared_from_this<Acceptor> {
 public:
  /// Accepted sockets are non-blocking and close-on-exec. `peer` is the numeric address.
  using Sink = std::function<void(UniqueFd socket, std::string peer)>;

  /// Binds and listens; any thread.
  static Result<std::shared_ptr<Acceptor>> listen(EventLoop& loop, const std::string& address,
                                                  std::uint16_t port);
  explicit Acceptor(EventLoop& loop);

  std::uint16_t port() const { return port_; }
  /// Times the kernel refused to give us a connection, e.g. for want of descriptors.
  std::uint64_t errors() const { return errors_.get(); }

  /// Begins accepting. On the loop, once.
  void start(Sink sink);
  /// Closes the listening socket; `stopped` is called on the loop when no accept is under way. On the loop,
  /// once.
  void stop(Scheduler::Callback stopped);

 private:
  enum class Outcome : std::uint8_t { kDrained, kRest };

  Result<void> open(const std::string& address, std::uint16_t port);
  static Task<void> run(std::shared_ptr<Acceptor> self);
  Outcome accept_ready();
  Outcome out_of_resources(int error);
  Task<void> rest();

  EventLoop& loop_;
  asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type> acceptor_;
  std::uint16_t port_ = 0;
  Sink sink_;
  Counter errors_;
  /// Given up for a moment when descriptors run out, so that a waiting peer can be turned away.
  UniqueFd spare_;
  bool stopping_ = false;
  Scheduler::TimerId rest_timer_ = 0;
  OneShot<bool> rested_;
  Scheduler::Callback stopped_;
  TaskScope tasks_;
};

}  // namespace wac::net
