#include "consumer.h"

#include <boost/json.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace wac::testing {
namespace {

Pushed parse(const std::string& head, std::string body) {
  Pushed pushed;
  for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
    const std::size_t end = head.find("\r\n", at);
    const std::size_t colon = head.find(": ", at);
    if (colon == std::string::npos || colon > end) break;
    std::string name = head.substr(at, colon - at);
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    pushed.headers[name] = head.substr(colon + 2, end - colon - 2);
    at = end + 2;
  }
  boost::system::error_code failed;
  const auto event = boost::json::parse(body, failed);
  if (!failed) {
    const boost::json::value* id = event.find_pointer("/data/raw/id", failed);
    if (id != nullptr && id->is_string()) pushed.wamid = id->get_string();
  }
  pushed.body = std::move(body);
  return pushed;
}

}  // namespace

ConsumerServer::ConsumerServer(Answer answer, std::uint16_t port) : answer_(std::move(answer)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, generic, &size) != 0) {
    throw std::runtime_error("cannot listen");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

ConsumerServer::~ConsumerServer() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::scoped_lock lock(mutex_);
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }
  for (auto& thread : threads_) thread.join();
  for (const int fd : open_) ::close(fd);
  ::close(listener_);
}

std::vector<Pushed> ConsumerServer::pushed() const {
  const std::scoped_lock lock(mutex_);
  return pushed_;
}

std::vector<std::string> ConsumerServer::taken() const {
  std::vector<std::string> list;
  for (const Pushed& one : pushed()) {
    if (one.status / 100 == 2) list.push_back(one.wamid);
  }
  return list;
}

std::size_t ConsumerServer::most_at_once() const {
  const std::scoped_lock lock(mutex_);
  return most_at_once_;
}

void ConsumerServer::accept_all() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const std::scoped_lock lock(mutex_);
    open_.push_back(fd);
    threads_.emplace_back([this, fd] { serve(fd); });
  }
}

void ConsumerServer::serve(int fd) {
  std::string input;
  for (;;) {
    const std::size_t end = input.find("\r\n\r\n");
    if (end != std::string::npos) {
      Pushed pushed = parse(input.substr(0, end + 2), {});
      const std::size_t length = std::stoul("0" + pushed.headers["content-length"]);
      if (input.size() >= end + 4 + length) {
        pushed = parse(input.substr(0, end + 2), input.substr(end + 4, length));
        input.erase(0, end + 4 + length);
        {
          const std::scoped_lock lock(mutex_);
          most_at_once_ = std::max(most_at_once_, ++at_once_);
        }
        pushed.status = answer_(pushed);
        const std::string answer =
            "HTTP/1.1 " + std::to_string(pushed.status) + " X\r\nContent-Length: 0\r\n\r\n";
        {
          const std::scoped_lock lock(mutex_);
          --at_once_;
          pushed_.push_back(std::move(pushed));
        }
        if (::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return;
        continue;
      }
    }
    char buffer[16'384];
    const ssize_t count = ::recv(fd, buffer, sizeof buffer, 0);
    if (count <= 0) return;
    input.append(buffer, static_cast<std::size_t>(count));
  }
}

}  // namespace wac::testing
