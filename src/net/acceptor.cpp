#include "net/acceptor.h"

#include "net/event_loop_impl.h"

#include <boost/asio/ip/address.hpp>

#include <arpa/inet.h>
#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>

namespace wac::net {

namespace {

constexpr int kBacklog = 1024;
/// Accepts per wake-up, so that a flood of connections cannot starve the ones we have.
constexpr int kBatch = 64;
constexpr Millis kRest{150};

UniqueFd open_spare() {
  return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

std::string text_of(const sockaddr_storage& from) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (from.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &from, sizeof v4);
    ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return text.data();
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, &from, sizeof v6);
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
    ::inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text.data(), text.size());
  } else {
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  }
  return text.data();
}

}  // namespace

Acceptor::Acceptor(EventLoop& loop)
    : loop_(loop), acceptor_(loop.impl().ioc.get_executor()), spare_(open_spare()) {}

Result<std::shared_ptr<Acceptor>> Acceptor::listen(EventLoop& loop, const std::string& address,
                                                   std::uint16_t port) {
  auto made = std::make_shared<Acceptor>(loop);
  if (const Result<void> opened = made->open(address, port); !opened) return std::unexpected(opened.error());
  return made;
}

Result<void> Acceptor::open(const std::string& address, std::uint16_t port) {
  boost::system::error_code ec;
  const asio::ip::address where = asio::ip::make_address(address, ec);
  if (ec) return fail(ErrorCode::kInvalid, "listen address is not an IP address");
  const asio::ip::tcp::endpoint endpoint(where, port);

  UniqueFd socket(::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return fail(ErrorCode::kUnavailable, "listen: socket", errno);
  const int on = 1;
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(socket.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0 ||
      ::listen(socket.get(), kBacklog) != 0) {
    return fail(ErrorCode::kUnavailable, "listen: bind", errno);
  }
  acceptor_.assign(endpoint.protocol(), socket.get(), ec);
  if (ec) return fail(ErrorCode::kUnavailable, "listen: event loop", ec.value());
  socket.release();
  port_ = acceptor_.local_endpoint(ec).port();
  return {};
}

void Acceptor::start(Sink sink) {
  sink_ = std::move(sink);
  tasks_.spawn(run(shared_from_this()));
}

void Acceptor::stop(Scheduler::Callback stopped) {
  stopping_ = true;
  boost::system::error_code ec;
  acceptor_.close(ec);
  loop_.cancel(rest_timer_);
  rested_.set(true);
  // The aborted wait completes before this.
  loop_.post([self = shared_from_this(), stopped = std::move(stopped)]() mutable { stopped(); });
}

Task<void> Acceptor::run(std::shared_ptr<Acceptor> self) {
  Acceptor& me = *self;
  while (!me.stopping_) {
    const IoResult ready = co_await wait_ready(me.acceptor_, asio::socket_base::wait_read);
    if (me.stopping_) break;
    if (ready.ec) me.errors_.add();
    const Outcome outcome = ready.ec ? Outcome::kRest : me.accept_ready();
    if (outcome == Outcome::kRest) co_await me.rest();
  }
}

Task<void> Acceptor::rest() {
  rested_ = {};
  const OneShot<bool> rested = rested_;
  rest_timer_ = loop_.call_at(loop_.now() + kRest, [rested] { rested.set(true); });
  co_await rested;
}

Acceptor::Outcome Acceptor::accept_ready() {
  for (int i = 0; i < kBatch; ++i) {
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    UniqueFd socket(::accept4(acceptor_.native_handle(), reinterpret_cast<sockaddr*>(&from), &size,
                              SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) {
      sink_(std::move(socket), text_of(from));
      continue;
    }
    switch (errno) {
      case EAGAIN:
        return Outcome::kDrained;
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM:
        return out_of_resources(errno);
      case EINTR:
        break;
      case ECONNABORTED:
      case EPROTO:
      case EPERM:
      case ENETDOWN:
      case ENETUNREACH:
      case EHOSTDOWN:
      case EHOSTUNREACH:
        // One connection's bad luck (accept(2), "Error handling"): the next one is none the worse for it.
        errors_.add();
        break;
      default:
        errors_.add();
        return Outcome::kRest;
    }
  }
  return Outcome::kDrained;
}

/// Turns the waiting peers away with the spare descriptor, so that they learn of it at once, then lets the
/// listener rest: it stays readable, and accepting in a loop would spin.
Acceptor::Outcome Acceptor::out_of_resources(int error) {
  errors_.add();
  if (error != EMFILE) return Outcome::kRest;
  spare_.reset();
  for (int i = 0; i < kBatch; ++i) {
    const UniqueFd refused(
        ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!refused) break;
  }
  spare_ = open_spare();
  return Outcome::kRest;
}

}  // namespace wac::net
