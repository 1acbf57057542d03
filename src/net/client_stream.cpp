#include "net/client_stream.h"

#include "net/event_loop_impl.h"
#include "net/expiry.h"

#include <boost/asio/ip/basic_resolver.hpp>
#include <openssl/err.h>

#include <algorithm>
#include <sys/socket.h>

namespace wac::net {
namespace {

using asio::ip::tcp;
using Resolver = asio::ip::basic_resolver<tcp, asio::io_context::executor_type>;

/// The least time an address gets before the next one is tried.
constexpr Millis kLeastPerAddress{1'000};

IpAddress plain(const asio::ip::address& address) {
  if (address.is_v4()) return IpAddress::v4(address.to_v4().to_bytes());
  return IpAddress::v6(address.to_v6().to_bytes());
}

bool all_pass(const std::vector<tcp::endpoint>& addresses, const AddressJudge& judge) {
  return std::ranges::all_of(addresses,
                             [&](const tcp::endpoint& one) { return judge(plain(one.address())); });
}

}  // namespace

ClientStream::ClientStream(EventLoop& loop) : loop_(loop), socket_(loop.impl().ioc.get_executor()) {}

ClientStream::~ClientStream() {
  // OpenSSL forbids to resume the session of a connection that ended without close_notify. Nothing depends on
  // one here: a response that only ends with its stream is checked where it is read.
  if (tls_) SSL_set_shutdown(tls_->native_handle(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

void ClientStream::close() {
  closed_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);
  if (resolving_) resolving_->set(fail(ErrorCode::kCancelled, "stream: closed"));
}

bool ClientStream::speaks_http2() {
  return tls_ && TlsContext::Impl::chose_http2(tls_->native_handle());
}

std::size_t ClientStream::read_more(asio::mutable_buffer into) {
  if (!tls_ || !is_open()) return 0;
  const int got = SSL_read(tls_->native_handle(), into.data(), static_cast<int>(into.size()));
  if (got > 0) return static_cast<std::size_t>(got);
  ERR_clear_error();
  return 0;
}

bool ClientStream::quiet() {
  if (!is_open()) return false;
  char byte = 0;
  const ssize_t got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

Task<Result<void>> ClientStream::open(StreamTarget target, Deadline deadline) {
  if (deadline.passed(loop_.now())) co_return fail(ErrorCode::kTimeout, "stream: no time left");
  Addresses addresses = co_await resolve(target.host, target.port, deadline);
  if (!addresses) co_return std::unexpected(addresses.error());
  if (target.judge && !all_pass(*addresses, target.judge)) {
    co_return fail(ErrorCode::kForbidden, "stream: address");
  }
  Result<void> connected = co_await connect(std::move(*addresses), deadline);
  if (!connected || target.tls == nullptr) co_return connected;
  co_return co_await secure(std::move(target), deadline);
}

Task<ClientStream::Addresses> ClientStream::resolve(std::string host, std::uint16_t port, Deadline deadline) {
  boost::system::error_code not_an_address;
  const auto literal = asio::ip::make_address(host, not_an_address);
  if (!not_an_address) co_return std::vector{tcp::endpoint(literal, port)};

  // Asio cannot interrupt getaddrinfo: its answer may come when nobody waits any more, and then only finds
  // the shared half of this OneShot.
  const OneShot<Addresses> answer;
  resolving_ = answer;
  Resolver resolver(socket_.get_executor());
  resolver.async_resolve(
      host, std::to_string(port), tcp::resolver::numeric_service,
      [answer](const boost::system::error_code& ec, const tcp::resolver::results_type& found) {
        if (ec) {
          answer.set(fail(ErrorCode::kDnsFailed, "stream: name resolution", ec.value()));
          return;
        }
        std::vector<tcp::endpoint> endpoints;
        for (const auto& entry : found) endpoints.push_back(entry.endpoint());
        answer.set(std::move(endpoints));
      });
  const Expiry expiry(loop_, deadline.at,
                      [&answer] { answer.set(fail(ErrorCode::kTimeout, "stream: name resolution")); });
  co_return co_await answer;
}

Task<Result<void>> ClientStream::connect(std::vector<tcp::endpoint> addresses, Deadline deadline) {
  Error last{ErrorCode::kDnsFailed, 0, "stream: the name has no address"};
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    if (closed_) co_return fail(ErrorCode::kCancelled, "stream: closed");
    const MonoTime now = loop_.now();
    if (deadline.passed(now)) co_return fail(ErrorCode::kTimeout, "stream: connect");
    MonoTime until = deadline.at;
    if (until != MonoTime::max()) {
      const auto share = (until - now) / static_cast<std::int64_t>(addresses.size() - i);
      until = std::min(until, now + std::max<MonoTime::duration>(share, kLeastPerAddress));
    }
    boost::system::error_code ignored;
    socket_.close(ignored);
    const Expiry expiry(loop_, until, [this] {
      boost::system::error_code unused;
      socket_.close(unused);
    });
    const IoResult tried = co_await connect_to(socket_, addresses[i]);
    if (closed_) co_return fail(ErrorCode::kCancelled, "stream: closed");
    if (expiry.fired()) {
      last = Error{ErrorCode::kTimeout, 0, "stream: connect"};
    } else if (tried.ec) {
      last = Error{ErrorCode::kConnectFailed, tried.ec.value(), "stream: connect"};
    } else {
      // Requests and pipelines leave in one write each: waiting for more to send only costs time.
      socket_.set_option(tcp::no_delay(true), ignored);
      co_return Result<void>{};
    }
  }
  co_return std::unexpected(last);
}

Task<Result<void>> ClientStream::secure(StreamTarget target, Deadline deadline) {
  session_ = target.session ? std::move(target.session) : std::make_shared<TlsSessionSlot>();
  tls_.emplace(socket_, target.tls->impl().context);
  SSL* ssl = tls_->native_handle();
  // Asio has OpenSSL give its buffers back after each record: 50 KB that each request would ask for again.
  SSL_clear_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
  if (!TlsContext::Impl::prepare(ssl, target.host, *session_)) {
    co_return fail(ErrorCode::kTlsFailed, "stream: the host name cannot be verified");
  }
  if (target.offer_http2) TlsContext::Impl::offer_http2(ssl);
  const Expiry expiry(loop_, deadline.at, [this] {
    boost::system::error_code ignored;
    socket_.close(ignored);
  });
  const IoResult shaken = co_await handshake(*tls_, asio::ssl::stream_base::client);
  if (closed_) co_return fail(ErrorCode::kCancelled, "stream: closed");
  if (expiry.fired()) co_return fail(ErrorCode::kTimeout, "stream: TLS handshake");
  if (!shaken.ec) co_return Result<void>{};
  // A session the server refuses must not be offered again.
  session_->session.reset();
  co_return fail(ErrorCode::kTlsFailed, "stream: TLS handshake", SSL_get_verify_result(ssl));
}

}  // namespace wac::net
