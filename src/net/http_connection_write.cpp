// The writing half of HttpConnection.

#include "net/http_connection.h"

#include <cerrno>
#include <sys/socket.h>

namespace wac::net {

namespace {

/// Bodies up to this size are copied behind their header; longer ones are gathered.
constexpr std::size_t kCopiedBodyBytes = 8'192;
/// Memory an idle connection may keep for its next answer.
constexpr std::size_t kKeptOutputBytes = 8'192;

}  // namespace

Task<bool> HttpConnection::respond(HttpResponse response, Persistence persistence) {
  if (response.drop == HttpResponse::Drop::kSilence) {
    co_await stay_silent();
    co_return false;
  }
  if (response.drop == HttpResponse::Drop::kReset && !response.stream) {
    reset();
    co_return false;
  }
  const RequestHead& head = reader_.head();
  if (response.close || worker_.draining()) persistence = Persistence::kClose;
  AnswerForm form{.version = head.version, .persistence = persistence, .framing = BodyFraming::kLength};
  if (response.stream) {
    form.framing = head.version == HttpVersion::k11 ? BodyFraming::kChunked : BodyFraming::kUntilClose;
    if (form.framing == BodyFraming::kUntilClose) form.persistence = Persistence::kClose;
  }
  const bool body = head.method != Method::kHead && may_have_body(response.status);
  output_.clear();
  encode_head(response, form, output_);
  std::string_view second;
  if (body && !response.stream) {
    if (response.body.size() <= kCopiedBodyBytes) {
      output_.append(response.body);
    } else {
      second = response.body;
    }
  }
  stage(output_, second);
  const Sent sent = flush_now();
  bool alive = sent == Sent::kAll;
  if (sent == Sent::kBlocked) alive = co_await flush();
  if (alive && body && response.stream)
    alive = co_await stream(std::move(response.stream), form.framing, response.drop);
  if (!alive) co_return false;
  if (form.persistence == Persistence::kClose) {
    co_await linger();
    co_return false;
  }
  if (output_.capacity() > kKeptOutputBytes) output_ = {};
  reader_.next();
  sink_.reset();
  enter(Phase::kIdle);
  co_return !worker_.draining();
}

Task<bool> HttpConnection::stream(BodyStream body, BodyFraming framing, HttpResponse::Drop drop) {
  stream_framing_ = framing;
  enter(Phase::kHandler);
  co_await body(*this);
  if (stream_broken_) co_return false;
  if (drop == HttpResponse::Drop::kReset) {
    reset();
    co_return false;
  }
  if (framing == BodyFraming::kUntilClose) co_return true;
  stage(kLastChunk);
  const bool sent = co_await flush();
  co_return sent;
}

Task<bool> HttpConnection::write(std::string_view bytes) {
  if (stream_broken_) co_return false;
  if (bytes.empty()) co_return true;
  output_.clear();
  if (stream_framing_ == BodyFraming::kChunked) {
    encode_chunk(bytes, output_);
    stage(output_);
  } else {
    stage(bytes);
  }
  const bool sent = co_await flush();
  stream_broken_ = !sent;
  enter(Phase::kHandler);
  co_return sent;
}

bool HttpConnection::gone() {
  if (stream_broken_ || ending_ != Ending::kNone) return true;
  char byte = 0;
  const ssize_t n = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

Task<void> HttpConnection::refuse(int status, const char* why) {
  worker_.refused_framing.add();
  worker_.handler().refused(status, reader_.head().path);
  ending_ = Ending::kNone;
  HttpResponse response = worker_.handler().refuse(status, why);
  output_.clear();
  encode_head(response, {.persistence = Persistence::kClose}, output_);
  output_.append(response.body);
  stage(output_);
  const bool sent = co_await flush();
  if (sent) co_await linger();
}

/// Closing a socket with unread bytes resets the connection, which can destroy our answer on its way. So the
/// end is announced first, and the peer gets a moment to finish.
Task<void> HttpConnection::linger() {
  enter(Phase::kLinger);
  boost::system::error_code ec;
  socket_.shutdown(TcpSocket::shutdown_send, ec);
  if (ec) co_return;
  std::size_t seen = unread_.size();
  while (seen < worker_.limits().linger_bytes) {
    const IoResult got = co_await read_some(socket_, room());
    if (got.ec || ending_ != Ending::kNone) co_return;
    seen += got.n;
  }
}

void HttpConnection::reset() {
  boost::system::error_code ec;
  // Lingering for no time makes close() send RST.
  socket_.set_option(asio::socket_base::linger(true, 0), ec);
  abort();
}

/// Holds the connection without a byte; what else the peer sends is read and dropped.
Task<void> HttpConnection::stay_silent() {
  enter(Phase::kIdle);
  while (true) {
    const IoResult got = co_await read_some(socket_, room());
    if (got.ec || ending_ != Ending::kNone) co_return;
  }
}

void HttpConnection::stage(std::string_view first, std::string_view second) {
  staged_first_ = first;
  staged_second_ = second;
}

HttpConnection::Sent HttpConnection::flush_now() {
  boost::system::error_code ec;
  while (!staged_first_.empty()) {
    std::size_t n = 0;
    if (staged_second_.empty()) {
      n = socket_.write_some(asio::buffer(staged_first_), ec);
    } else {
      n = socket_.write_some(std::array{asio::buffer(staged_first_), asio::buffer(staged_second_)}, ec);
    }
    if (ec == asio::error::would_block) return Sent::kBlocked;
    if (ec) return Sent::kFailed;
    const std::size_t first = std::min(n, staged_first_.size());
    staged_first_.remove_prefix(first);
    staged_second_.remove_prefix(n - first);
    if (staged_first_.empty()) std::swap(staged_first_, staged_second_);
  }
  return Sent::kAll;
}

Task<bool> HttpConnection::flush() {
  enter(Phase::kWrite);
  while (true) {
    const Sent sent = flush_now();
    if (sent != Sent::kBlocked) co_return sent == Sent::kAll;
    const IoResult ready = co_await wait_ready(socket_, TcpSocket::wait_write);
    if (ready.ec || ending_ != Ending::kNone) co_return false;
  }
}

}  // namespace wac::net
