#pragma once
// Bytes on a socket: for requests that no HTTP client would send.

#include <arpa/inet.h>
#include <charconv>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace wac::testing {

/// Sends `bytes` to `http://127.0.0.1:port`, ends the sending side, and returns the status of the answer; 0
/// when the connection ended without one.
inline int raw_status(const std::string& base_url, std::string_view bytes) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(base_url.substr(base_url.rfind(':') + 1))));
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    ::close(fd);
    throw std::runtime_error("the connector does not listen");
  }
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) break;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  ::shutdown(fd, SHUT_WR);
  std::string answer(65'536, '\0');
  std::size_t size = 0;
  while (size < answer.size()) {
    const ssize_t got = ::recv(fd, answer.data() + size, answer.size() - size, 0);
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  ::close(fd);
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  int status = 0;
  if (answer.starts_with(kVersion)) {
    std::from_chars(answer.data() + kVersion.size(), answer.data() + kVersion.size() + 3, status);
  }
  return status;
}

}  // namespace wac::testing
