#include "net/http_connection.h"

#include "net/event_loop_impl.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace wac::net {

namespace {

constexpr std::size_t kInputBytes = 4'096;
/// For bodies of which more than the usual buffer is still to come: fewer system calls.
constexpr std::size_t kLargeInputBytes = 65'536;
/// What the kernel takes beyond what it can send now. Left to itself it keeps megabytes for every peer that
/// does not read.
constexpr int kUnsentBytes = 128 * 1024;

asio::ip::tcp protocol_of(int socket) {
  int domain = AF_INET;
  socklen_t size = sizeof domain;
  ::getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &size);
  return domain == AF_INET6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4();
}

}  // namespace

HttpConnection::HttpConnection(HttpWorker& worker, UniqueFd socket, std::string peer)
    : worker_(worker),
      socket_(worker.loop().impl().ioc.get_executor()),
      peer_(std::move(peer)),
      reader_(worker.limits().header_bytes) {
  boost::system::error_code ec;
  socket_.assign(protocol_of(socket.get()), socket.get(), ec);
  if (!ec) socket.release();
  socket_.non_blocking(true, ec);
  socket_.set_option(asio::ip::tcp::no_delay(true), ec);
  ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kUnsentBytes, sizeof kUnsentBytes);
  worker_.add(*this);
}

HttpConnection::~HttpConnection() {
  worker_.remove(*this);
}

void HttpConnection::enter(Phase phase) {
  const HttpServerLimits& limits = worker_.limits();
  phase_ = phase;
  switch (phase) {
    case Phase::kIdle:
      deadline_ = worker_.loop().now() + limits.idle_deadline;
      break;
    case Phase::kHead:
      deadline_ = worker_.loop().now() + limits.header_deadline;
      break;
    case Phase::kBody:
      deadline_ = worker_.loop().now() + limits.body_deadline;
      break;
    case Phase::kHandler:
      deadline_ = MonoTime::max();
      break;
    case Phase::kWrite:
      deadline_ = worker_.loop().now() + limits.write_deadline;
      break;
    case Phase::kLinger:
      deadline_ = worker_.loop().now() + limits.linger_deadline;
      break;
  }
}

void HttpConnection::expire_if_due(MonoTime now) {
  if (now < deadline_ || ending_ != Ending::kNone) return;
  ending_ = phase_ == Phase::kHead || phase_ == Phase::kBody ? Ending::kExpired : Ending::kClosed;
  boost::system::error_code ec;
  socket_.cancel(ec);
}

void HttpConnection::close_if_idle() {
  if (phase_ != Phase::kIdle || ending_ != Ending::kNone) return;
  ending_ = Ending::kClosed;
  boost::system::error_code ec;
  socket_.cancel(ec);
}

void HttpConnection::abort() {
  ending_ = Ending::kClosed;
  boost::system::error_code ec;
  socket_.close(ec);
}

asio::mutable_buffer HttpConnection::room() {
  const bool large = reader_.body_remaining() > kInputBytes;
  const std::size_t wanted = large ? kLargeInputBytes : kInputBytes;
  if (input_.size() != wanted) {
    input_.resize(wanted);
    input_.shrink_to_fit();
  }
  return asio::buffer(input_);
}

bool HttpConnection::took(IoResult got) {
  // A request that reached us just before an idle connection was to be closed is still served.
  if (phase_ == Phase::kIdle && ending_ != Ending::kNone && socket_.is_open()) {
    if (got.ec) got.n = socket_.read_some(room(), got.ec);
    if (!got.ec) ending_ = Ending::kNone;
  }
  if (got.ec || ending_ != Ending::kNone) return false;
  unread_ = {input_.data(), got.n};
  return true;
}

/// Reads more of the request; a body goes to its sink.
ReadStep HttpConnection::read_body() {
  const ReadStep step = reader_.feed(unread_);
  if (sink_ && !reader_.body().empty()) {
    sink_->take(reader_.body());
    reader_.drop_body();
  }
  return step;
}

ReadStep HttpConnection::accept_head() {
  const RequestHead& head = reader_.head();
  const HttpServerLimits& limits = worker_.limits();
  const std::size_t wanted = worker_.handler().body_limit(head.method, head.path);
  ReadStep step = reader_.accept_body(std::min(wanted, limits.body_bytes));
  if (step != ReadStep::kNeedMore) return step;
  sink_ = worker_.handler().body_sink(head.method, head.path);
  // A peer that has begun its body has stopped waiting.
  const bool waits = head.expects_continue && unread_.empty();
  step = read_body();
  if (step != ReadStep::kNeedMore) return step;
  if (waits) stage(kContinue);
  enter(Phase::kBody);
  return step;
}

/// The plain part of reading: no waiting.
ReadStep HttpConnection::advance() {
  const ReadStep step = read_body();
  if (step == ReadStep::kHead) return accept_head();
  if (step == ReadStep::kNeedMore && phase_ == Phase::kIdle && reader_.started()) enter(Phase::kHead);
  return step;
}

Task<void> HttpConnection::run() {
  enter(Phase::kIdle);
  while (true) {
    const ReadStep step = advance();
    if (step == ReadStep::kRefused) {
      co_await refuse(reader_.refused_status(), reader_.refused_why());
      co_return;
    }
    if (step == ReadStep::kComplete) {
      const bool more = co_await answer();
      if (!more) co_return;
      continue;
    }
    if (!staged_first_.empty()) {
      const bool sent = co_await flush();
      if (!sent) co_return;
      enter(Phase::kBody);
    }
    const IoResult got = co_await read_some(socket_, room());
    if (took(got)) continue;
    if (ending_ == Ending::kExpired) co_await refuse(408, "request not complete in time");
    // Nobody is left to be answered; it is counted all the same.
    if (ending_ == Ending::kNone && phase_ == Phase::kBody)
      worker_.handler().refused(408, reader_.head().path);
    co_return;
  }
}

HttpResponse HttpConnection::overloaded() const {
  worker_.refused_overload.add();
  HttpResponse response = worker_.handler().refuse(503, "too many requests in flight");
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

/// Has the request handled and answered. False: the connection is over.
Task<bool> HttpConnection::answer() {
  const RequestHead& head = reader_.head();
  enter(Phase::kHandler);
  ++served_;
  Persistence persistence = Persistence::kKeepAlive;
  if (!head.keep_alive || served_ >= worker_.limits().requests_per_connection)
    persistence = Persistence::kClose;

  if (worker_.requests_in_flight.get() >= worker_.limits().requests_in_flight) {
    const bool more = co_await respond(overloaded(), persistence);
    co_return more;
  }
  request_.method = head.method;
  request_.path = head.path;
  request_.query = head.query;
  request_.body = reader_.body();
  request_.sink = sink_.get();
  request_.peer = peer_;
  request_.headers = head.fields;
  worker_.requests_in_flight.add();
  HttpResponse response = co_await worker_.handler().handle(request_);
  worker_.requests_in_flight.add(-1);
  const bool more = co_await respond(std::move(response), persistence);
  co_return more;
}

}  // namespace wac::net
