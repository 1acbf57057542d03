#pragma once
// Asio's callbacks as awaitables of our Task, without an allocation of ours: the result is written into the
// awaiting frame. For net/ only. The stream, the buffers and the awaiting coroutine live until the operation
// has completed; closing or cancelling the stream completes it with an error.

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <coroutine>
#include <utility>

namespace wac::net {

namespace asio = boost::asio;

/// A socket on a concrete executor: no type erasure per operation.
using TcpSocket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;

struct IoResult {
  boost::system::error_code ec;
  std::size_t n = 0;
};

/// `start` is called with a handler that takes `(error_code)` or `(error_code, std::size_t)`. The handler
/// must be invoked on the loop of the awaiting coroutine and never from within `start` itself, which Asio
/// guarantees.
template <class Start>
class [[nodiscard]] AsioAwait {
 public:
  explicit AsioAwait(Start start) : start_(std::move(start)) {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) { start_(Handler{&result_, waiting}); }
  IoResult await_resume() const noexcept { return result_; }

 private:
  struct Handler {
    IoResult* result;
    std::coroutine_handle<> waiting;
    void operator()(boost::system::error_code ec, std::size_t n = 0) const {
      *result = {ec, n};
      waiting.resume();
    }
  };

  Start start_;
  IoResult result_;
};

/// Reads what is there, at least one byte or an error (`eof` when the peer has finished).
template <class Stream>
auto read_some(Stream& stream, asio::mutable_buffer into) {
  return AsioAwait([&stream, into](auto handler) { stream.async_read_some(into, std::move(handler)); });
}

/// Writes at least one byte.
template <class Stream, class Buffers>
auto write_some(Stream& stream, const Buffers& from) {
  return AsioAwait([&stream, from](auto handler) { stream.async_write_some(from, std::move(handler)); });
}

/// Writes everything.
template <class Stream, class Buffers>
auto write_all(Stream& stream, const Buffers& from) {
  return AsioAwait([&stream, from](auto handler) { asio::async_write(stream, from, std::move(handler)); });
}

/// Waits until the socket is readable or writable, without touching its data.
template <class Socket>
auto wait_ready(Socket& socket, asio::socket_base::wait_type what) {
  return AsioAwait([&socket, what](auto handler) { socket.async_wait(what, std::move(handler)); });
}

template <class Socket, class Where>
auto connect_to(Socket& socket, const Where& where) {
  return AsioAwait([&socket, where](auto handler) { socket.async_connect(where, std::move(handler)); });
}

/// For a stream of `asio::ssl`.
template <class Stream, class Role>
auto handshake(Stream& stream, Role role) {
  return AsioAwait([&stream, role](auto handler) { stream.async_handshake(role, std::move(handler)); });
}

}  // namespace wac::net
