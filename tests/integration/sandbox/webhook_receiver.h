#pragma once
// A receiver of webhooks that shares no code with the program: plain sockets, keep-alive, one thread per
// connection, and openssl(1) to verify signatures.

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace wac::sandbox {

struct ReceivedPost {
  std::string signature;
  std::string content_type;
  std::string body;
};

class WebhookReceiver {
 public:
  /// `answer` gives the status for the n-th POST (from 0), on any thread.
  explicit WebhookReceiver(std::function<int(std::size_t)> answer = [](std::size_t) { return 200; });
  ~WebhookReceiver();
  WebhookReceiver(const WebhookReceiver&) = delete;
  WebhookReceiver& operator=(const WebhookReceiver&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/webhook"; }
  std::vector<ReceivedPost> posts() const;
  std::size_t count() const { return posts().size(); }
  /// GET handshakes with this token are answered with their challenge.
  void accept_token(std::string token);

 private:
  void accept_all();
  void serve(int fd);
  std::string respond(const std::string& head, const std::string& body);

  std::function<int(std::size_t)> answer_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<ReceivedPost> posts_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::string token_ = "token";
  std::thread acceptor_;
};

/// `sha256=<hex>` as openssl computes it over the bytes.
std::string openssl_signature(const std::string& body, const std::string& secret);

}  // namespace wac::sandbox
