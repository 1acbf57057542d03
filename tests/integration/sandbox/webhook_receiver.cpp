#include "integration/sandbox/webhook_receiver.h"

#include "support/process.h"

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace wac::sandbox {
namespace {

std::string field(const std::string& head, const std::string& name) {
  const std::size_t at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

std::string parameter(const std::string& head, const std::string& name) {
  const std::size_t at = head.find(name + "=");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 1;
  return head.substr(begin, head.find_first_of("& ", begin) - begin);
}

std::string answer_text(int status, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

}  // namespace

WebhookReceiver::WebhookReceiver(std::function<int(std::size_t)> answer) : answer_(std::move(answer)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("cannot listen");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

WebhookReceiver::~WebhookReceiver() {
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

std::vector<ReceivedPost> WebhookReceiver::posts() const {
  const std::scoped_lock lock(mutex_);
  return posts_;
}

void WebhookReceiver::accept_token(std::string token) {
  const std::scoped_lock lock(mutex_);
  token_ = std::move(token);
}

void WebhookReceiver::accept_all() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const std::scoped_lock lock(mutex_);
    open_.push_back(fd);
    threads_.emplace_back([this, fd] { serve(fd); });
  }
}

void WebhookReceiver::serve(int fd) {
  std::string input;
  for (;;) {
    const std::size_t end = input.find("\r\n\r\n");
    if (end != std::string::npos) {
      const std::string head = input.substr(0, end + 2);
      const std::string length = field(head, "Content-Length");
      const std::size_t body_size = length.empty() ? 0 : std::stoul(length);
      if (input.size() >= end + 4 + body_size) {
        const std::string answer = respond(head, input.substr(end + 4, body_size));
        input.erase(0, end + 4 + body_size);
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

std::string WebhookReceiver::respond(const std::string& head, const std::string& body) {
  const std::scoped_lock lock(mutex_);
  if (head.starts_with("GET ")) {
    const bool good =
        parameter(head, "hub.mode") == "subscribe" && parameter(head, "hub.verify_token") == token_;
    return good ? answer_text(200, parameter(head, "hub.challenge")) : answer_text(403, "no");
  }
  posts_.push_back({field(head, "X-Hub-Signature-256"), field(head, "Content-Type"), body});
  return answer_text(answer_(posts_.size() - 1), "");
}

std::string openssl_signature(const std::string& body, const std::string& secret) {
  const testing::TempDir dir;
  testing::write_file(dir.file("body"), body);
  testing::Process openssl(
      {.argv = {"openssl", "dgst", "-sha256", "-hmac", secret, "-r", dir.file("body")}, .env = {}});
  openssl.wait();
  return "sha256=" + openssl.standard_output().substr(0, 64);
}

}  // namespace wac::sandbox
