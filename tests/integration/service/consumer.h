#pragma once
// A consumer of pushed events: a plain HTTP server that shares no code with the program, with an answer and a
// pace that the test chooses.

#include "base/time.h"

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace wac::testing {

struct Pushed {
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
  std::string wamid;  ///< of the message or status in it
  int status = 0;     ///< what it was answered
};

class ConsumerServer {
 public:
  /// `answer` gives the status; on any thread, and it may take its time. `port` 0: any.
  using Answer = std::function<int(const Pushed&)>;
  explicit ConsumerServer(Answer answer = [](const Pushed&) { return 204; }, std::uint16_t port = 0);
  ~ConsumerServer();
  ConsumerServer(const ConsumerServer&) = delete;
  ConsumerServer& operator=(const ConsumerServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/events?x=1"; }
  /// In the order in which they were answered.
  std::vector<Pushed> pushed() const;
  std::size_t count() const { return pushed().size(); }
  /// The wamids of those answered with 2xx, in order.
  std::vector<std::string> taken() const;
  /// Requests being answered at once, at most.
  std::size_t most_at_once() const;

 private:
  void accept_all();
  void serve(int fd);

  Answer answer_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<Pushed> pushed_;
  std::size_t at_once_ = 0;
  std::size_t most_at_once_ = 0;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace wac::testing
