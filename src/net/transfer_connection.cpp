#include "net/transfer_connection.h"

namespace wac::net {

TransferConnection::TransferConnection(EventLoop& loop, TransferRules rules, BodyRule body, Deadline deadline)
    : loop_(loop),
      rules_(std::move(rules)),
      deadline_(deadline),
      stream_(loop),
      parser_(body, rules_.response_header_bytes, rules_.response_body_bytes),
      progress_(loop.now()) {}

TransferConnection::~TransferConnection() {
  if (timer_ != 0) loop_.cancel(timer_);
}

Task<Result<void>> TransferConnection::open(Endpoint endpoint, TlsContext* tls) {
  const Deadline limit = deadline_.sooner(loop_.now() + rules_.connect_deadline);
  StreamTarget target{std::move(endpoint.host), endpoint.port, tls, std::make_shared<TlsSessionSlot>(),
                      rules_.judge};
  Result<void> opened = co_await stream_.open(std::move(target), limit);
  if (!opened) co_return std::unexpected(reason(opened.error()));
  touch();
  arm(progress_ + rules_.idle_deadline);
  co_return opened;
}

Task<Result<void>> TransferConnection::write(std::string_view bytes) {
  writing_ = true;
  touch();
  while (!bytes.empty()) {
    if (closed_) co_return std::unexpected(*closed_);
    has_written_ = true;
    const IoResult wrote = co_await write_some(stream_, asio::buffer(bytes.data(), bytes.size()));
    if (wrote.ec) {
      writing_ = false;
      co_return std::unexpected(
          reason({ErrorCode::kConnectionLost, wrote.ec.value(), "http_transfer: write"}));
    }
    touch();
    bytes.remove_prefix(wrote.n);
  }
  writing_ = false;
  co_return Result<void>{};
}

Task<Result<void>> TransferConnection::read() {
  if (closed_) co_return std::unexpected(*closed_);
  reading_ = true;
  touch();
  const IoResult got = co_await read_some(stream_, asio::buffer(buffer_));
  reading_ = false;
  touch();
  if (closed_) co_return std::unexpected(*closed_);
  if (got.ec == asio::error::eof) co_return parser_.end();
  if (got.ec) co_return fail(ErrorCode::kConnectionLost, "http_transfer: read", got.ec.value());
  const Result<std::size_t> used = parser_.feed({buffer_.data(), got.n});
  if (!used) co_return std::unexpected(used.error());
  co_return Result<void>{};
}

void TransferConnection::sending(bool on) {
  sending_ = on;
  touch();
}

void TransferConnection::close(Error why) {
  if (!closed_) closed_ = why;
  stream_.close();
}

void TransferConnection::arm(MonoTime at) {
  timer_ = loop_.call_at(std::min(at, deadline_.at), [this] { watch(); });
}

void TransferConnection::watch() {
  timer_ = 0;
  const MonoTime now = loop_.now();
  const bool stalled = waits_for_peer() && progress_ + rules_.idle_deadline <= now;
  if (stalled || deadline_.passed(now)) {
    close({ErrorCode::kTimeout, 0, stalled ? "http_transfer: no progress" : "http_transfer: deadline"});
    return;
  }
  arm((waits_for_peer() ? progress_ : now) + rules_.idle_deadline);
}

}  // namespace wac::net
