#include "harness.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wac::net::testing {

Client::Client(std::uint16_t port, Start start)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), port_(port) {
  const timeval patience{.tv_sec = 10, .tv_usec = 0};
  const int on = 1;
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (start == Start::kConnected && !connect()) std::abort();
}

Client::Client(Client&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), port_(other.port_), buffer_(std::move(other.buffer_)) {}

Client::~Client() {
  if (fd_ >= 0) ::close(fd_);
}

bool Client::connect() {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port_);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
}

bool Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool Client::send_sliced(std::string_view bytes, std::size_t slice) {
  for (; !bytes.empty(); bytes.remove_prefix(std::min(slice, bytes.size()))) {
    if (!send(bytes.substr(0, slice))) return false;
  }
  return true;
}

void Client::finish_sending() {
  ::shutdown(fd_, SHUT_WR);
}

void Client::receive_slowly() {
  const int bytes = 2048;
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

void Client::reset() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(std::exchange(fd_, -1));
}

bool Client::fill() {
  std::array<char, 16 * 1024> piece;
  const ssize_t n = ::recv(fd_, piece.data(), piece.size(), 0);
  if (n <= 0) return false;
  buffer_.append(piece.data(), static_cast<std::size_t>(n));
  return true;
}

std::string Client::response_head() {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == buffer_.npos) {
    if (!fill()) return std::exchange(buffer_, {});
  }
  const std::string head = buffer_.substr(0, end + 4);
  buffer_.erase(0, end + 4);
  return head;
}

std::string Client::response() {
  std::string head = response_head();
  const std::size_t field = head.find("Content-Length: ");
  if (field == head.npos) {
    if (!head.contains("chunked")) return head;
    std::size_t end = 0;
    while ((end = buffer_.find("0\r\n\r\n")) == buffer_.npos) {
      if (!fill()) return head + std::exchange(buffer_, {});
    }
    head += buffer_.substr(0, end + 5);
    buffer_.erase(0, end + 5);
    return head;
  }
  const std::size_t length = std::stoul(head.substr(field + 16));
  while (buffer_.size() < length) {
    if (!fill()) return head + std::exchange(buffer_, {});
  }
  head += buffer_.substr(0, length);
  buffer_.erase(0, length);
  return head;
}

std::string Client::rest() {
  while (fill()) {
  }
  const bool timed_out = errno == EAGAIN || errno == EWOULDBLOCK;
  errno = 0;
  return timed_out ? std::string{} : std::exchange(buffer_, {});
}

bool Client::closed() {
  if (!buffer_.empty()) return false;
  char byte = 0;
  const ssize_t n = ::recv(fd_, &byte, 1, 0);
  return n == 0 || (n < 0 && errno == ECONNRESET);
}

bool Client::readable_within(Millis wait) {
  pollfd entry{.fd = fd_, .events = POLLIN, .revents = 0};
  return ::poll(&entry, 1, static_cast<int>(wait.count())) > 0;
}

std::string get(std::string_view target, std::string_view fields) {
  return std::string("GET ").append(target).append(" HTTP/1.1\r\nHost: x\r\n").append(fields).append("\r\n");
}

std::string post(std::string_view target, std::string_view body, std::string_view fields) {
  std::string text("POST ");
  text.append(target).append(" HTTP/1.1\r\nHost: x\r\n").append(fields);
  return text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n").append(body);
}

int status_of(std::string_view response) {
  if (!response.starts_with("HTTP/1.1 ") || response.size() < 12) return 0;
  return std::stoi(std::string(response.substr(9, 3)));
}

std::string_view body_of(std::string_view response) {
  const std::size_t end = response.find("\r\n\r\n");
  return end == response.npos ? std::string_view{} : response.substr(end + 4);
}

}  // namespace wac::net::testing
