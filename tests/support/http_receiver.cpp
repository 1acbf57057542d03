#include "support/http_receiver.h"

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <optional>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace wac::testing {
namespace {

/// The first whole request of `input`, taken out of it.
std::optional<ReceivedRequest> take_request(std::string& input) {
  const std::size_t end = input.find("\r\n\r\n");
  if (end == std::string::npos) return std::nullopt;
  ReceivedRequest request;
  const std::size_t line = input.find("\r\n");
  const std::size_t space = input.find(' ');
  request.method = input.substr(0, space);
  request.target = input.substr(space + 1, input.rfind(' ', line) - space - 1);
  for (std::size_t at = line + 2; at < end;) {
    const std::size_t stop = input.find("\r\n", at);
    const std::size_t colon = input.find(": ", at);
    if (colon < stop) {
      std::string name = input.substr(at, colon - at);
      std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
      request.headers[std::move(name)] = input.substr(colon + 2, stop - colon - 2);
    }
    at = stop + 2;
  }
  const std::size_t length = std::stoul("0" + request.header("content-length"));
  if (input.size() < end + 4 + length) return std::nullopt;
  request.body = input.substr(end + 4, length);
  input.erase(0, end + 4 + length);
  return request;
}

std::string answer_text(const ReceiverAnswer& answer) {
  std::string text = "HTTP/1.1 " + std::to_string(answer.status) + " X\r\n";
  for (const auto& [name, value] : answer.headers) text += name + ": " + value + "\r\n";
  return text + "Content-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n" + answer.body;
}

void wait_for_end(int fd) {
  char ignored[1'024];
  while (::recv(fd, ignored, sizeof ignored, 0) > 0) {
  }
}

}  // namespace

std::string ReceivedRequest::header(const std::string& lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? "" : found->second;
}

std::string ReceivedRequest::parameter(const std::string& name) const {
  const std::size_t at = target.find(name + "=");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 1;
  return target.substr(begin, target.find('&', begin) - begin);
}

HttpReceiver::HttpReceiver(Answer answer, std::uint16_t port) : answer_(std::move(answer)) {
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
    ::close(listener_);
    throw std::runtime_error("cannot listen");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

HttpReceiver::~HttpReceiver() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
    for (const Connection& one : connections_) ::shutdown(one.fd, SHUT_RDWR);
  }
  ending_changed_.notify_all();
  for (Connection& one : connections_) {
    one.thread.join();
    ::close(one.fd);
  }
  ::close(listener_);
}

std::vector<ReceivedRequest> HttpReceiver::requests() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

std::size_t HttpReceiver::count() const {
  const std::scoped_lock lock(mutex_);
  return requests_.size();
}

std::size_t HttpReceiver::most_at_once() const {
  const std::scoped_lock lock(mutex_);
  return most_at_once_;
}

void HttpReceiver::accept_all() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const std::scoped_lock lock(mutex_);
    reap();
    Connection& connection = connections_.emplace_back();
    connection.fd = fd;
    connection.thread = std::thread([this, &connection] {
      serve(connection.fd);
      ::shutdown(connection.fd, SHUT_RDWR);
      const std::scoped_lock ended(mutex_);
      connection.ended = true;
    });
  }
}

void HttpReceiver::reap() {
  std::erase_if(connections_, [](Connection& one) {
    if (!one.ended) return false;
    one.thread.join();
    ::close(one.fd);
    return true;
  });
}

void HttpReceiver::serve(int fd) {
  std::string input;
  for (;;) {
    while (auto request = take_request(input)) {
      if (!respond(fd, std::move(*request))) return;
    }
    char buffer[16'384];
    const ssize_t count = ::recv(fd, buffer, sizeof buffer, 0);
    if (count <= 0) return;
    input.append(buffer, static_cast<std::size_t>(count));
  }
}

bool HttpReceiver::respond(int fd, ReceivedRequest request) {
  {
    const std::scoped_lock lock(mutex_);
    request.number = arrived_++;
    most_at_once_ = std::max(most_at_once_, ++at_once_);
  }
  const ReceiverAnswer answer = answer_(request);
  if (answer.delay > Millis{0}) {
    std::unique_lock lock(mutex_);
    ending_changed_.wait_for(lock, answer.delay, [this] { return ending_; });
  }
  if (answer.then == ReceiverAnswer::Then::kAnswer) request.status = answer.status;
  record(std::move(request));
  switch (answer.then) {
    case ReceiverAnswer::Then::kAnswer:
      break;
    case ReceiverAnswer::Then::kHang:
      wait_for_end(fd);
      return false;
    case ReceiverAnswer::Then::kClose:
      return false;
  }
  const std::string text = answer_text(answer);
  return ::send(fd, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

void HttpReceiver::record(ReceivedRequest request) {
  const std::scoped_lock lock(mutex_);
  --at_once_;
  requests_.push_back(std::move(request));
}

}  // namespace wac::testing
