#include "support/scripted_peer.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace wac::testing {
namespace {

int listen_on_loopback(int backlog, std::uint16_t& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(fd, generic, size) != 0 || ::listen(fd, backlog) != 0 ||
      ::getsockname(fd, generic, &size) != 0) {
    throw std::runtime_error("listen");
  }
  port = ntohs(address.sin_port);
  return fd;
}

}  // namespace

PeerConnection::~PeerConnection() {
  // The descriptor is the ScriptedPeer's to close: only then can its number be used again.
  if (fd_ >= 0) ::shutdown(fd_, SHUT_RDWR);
}

std::string PeerConnection::read_until(std::string_view until) {
  std::string text;
  char buffer[4096];
  while (text.find(until) == std::string::npos) {
    const ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
    if (got <= 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return text;
}

void PeerConnection::read_to_end() {
  char buffer[4096];
  while (::recv(fd_, buffer, sizeof buffer, 0) > 0) {
  }
}

void PeerConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void PeerConnection::reset() {
  // Connecting to AF_UNSPEC dissolves the connection with an RST and keeps the descriptor.
  sockaddr nowhere{};
  nowhere.sa_family = AF_UNSPEC;
  ::connect(fd_, &nowhere, sizeof nowhere);
  fd_ = -1;
}

ScriptedPeer::ScriptedPeer(std::vector<Script> scripts)
    : scripts_(std::move(scripts)),
      listener_(listen_on_loopback(64, port_)),
      acceptor_([this] { accept_all(); }) {}

ScriptedPeer::~ScriptedPeer() {
  ending_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  for (std::thread& thread : threads_) thread.join();
  for (const int fd : open_) ::close(fd);
  ::close(listener_);
}

void ScriptedPeer::accept_all() {
  while (!ending_) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    open_.push_back(fd);
    const std::size_t number = accepted_++;
    if (number >= scripts_.size()) {
      ::shutdown(fd, SHUT_RDWR);
      continue;
    }
    threads_.emplace_back([this, fd, number] {
      {
        PeerConnection connection(fd);
        scripts_[number](connection);
      }
      ++finished_;
    });
  }
}

BlackholePort::BlackholePort() {
  sockets_.push_back(listen_on_loopback(0, port_));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port_);
  // More than the queue of a backlog of 0 holds.
  for (int i = 0; i < 4; ++i) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    sockets_.push_back(fd);
  }
}

BlackholePort::~BlackholePort() {
  for (const int fd : sockets_) ::close(fd);
}

}  // namespace wac::testing
