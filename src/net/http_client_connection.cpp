#include "net/http_client_connection.h"

namespace wac::net {
void ClientConnection::watch() {
  stream_->async_read_some(asio::buffer(buffer_),
                           [self = shared_from_this()](const boost::system::error_code& ec, std::size_t n) {
                             self->on_read(ec, n);
                           });
}

ClientConnection::Answer ClientConnection::begin(std::string request, ResponseParser parser) {
  outgoing_ = std::move(request);
  parser_.emplace(std::move(parser));
  answer_.emplace();
  writing_ = true;
  const Answer answer = *answer_;
  asio::async_write(*stream_, asio::buffer(outgoing_),
                    [self = shared_from_this()](const boost::system::error_code& ec, std::size_t) {
                      self->on_written(ec);
                    });
  return answer;
}

void ClientConnection::on_written(const boost::system::error_code& /*ec*/) {
  // A failed write settles nothing: the peer may have answered early (413) and closed, and the answer is
  // still to be read. When there is none, the read fails too, or the deadline ends the wait.
  writing_ = false;
  wipe(outgoing_);
  outgoing_ = std::string();
}

void ClientConnection::on_read(const boost::system::error_code& ec, std::size_t n) {
  if (!stream_->is_open()) return;
  if (!answer_) {
    stream_->close();
    if (owner_ != nullptr) owner_->idle_lost(*this);
    return;
  }
  if (ec) {
    // Over TLS only a close_notify counts as an orderly end; a cut stream gives another error.
    const Result<void> ended = ec == asio::error::eof
                                   ? parser_->end()
                                   : fail(ErrorCode::kConnectionLost, "http_client: read", ec.value());
    settle(ended ? Result<ClientResponse>(parser_->take()) : std::unexpected(ended.error()));
    return;
  }
  const Result<std::size_t> used = parser_->feed({buffer_.data(), n});
  if (!used) {
    settle(std::unexpected(used.error()));
  } else if (!parser_->done()) {
    watch();
  } else if (*used == n && parser_->keep_alive() && !writing_) {
    watch();
    settle(parser_->take());
  } else {
    // Bytes beyond the response, or a response before the request was written: the framing of whatever
    // follows cannot be trusted.
    ClientResponse response = parser_->take();
    stream_->close();
    settle(std::move(response));
  }
}

void ClientConnection::settle(Result<ClientResponse> result) {
  // Whoever waits for the answer may let go of this connection.
  const auto self = shared_from_this();
  if (!result || !parser_->done() || !parser_->keep_alive()) stream_->close();
  parser_.reset();
  const std::optional<Answer> answer = std::exchange(answer_, std::nullopt);
  answer->set(std::move(result));
}

void ClientConnection::fail_with(Error error) {
  stream_->close();
  if (answer_) settle(std::unexpected(error));
}

void ClientConnection::detach() {
  owner_ = nullptr;
  fail_with(Error{ErrorCode::kCancelled, 0, "http_client: destroyed"});
}

}  // namespace wac::net
