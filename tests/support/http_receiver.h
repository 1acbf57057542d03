#pragma once
// An HTTP server that answers as a test says and records what it was asked: plain sockets, keep-alive, one
// thread a connection, and no code shared with the programs.

#include "base/time.h"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace wac::testing {

struct ReceivedRequest {
  std::size_t number = 0;  ///< from 0, in the order in which they came
  std::string method;
  std::string target;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
  int status = 0;  ///< what it was answered; 0: nothing

  /// Empty when absent.
  std::string header(const std::string& lower_case_name) const;
  /// A parameter of the query; empty when absent.
  std::string parameter(const std::string& name) const;
};

struct ReceiverAnswer {
  enum class Then : std::uint8_t {
    kAnswer,
    kClose,  ///< ends the connection without an answer
    kHang,   ///< says nothing until the other side gives up
  };
  /// A status alone is an answer.
  ReceiverAnswer(int code = 200, std::string content = {}) : status(code), body(std::move(content)) {}

  int status;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};
  Millis delay{0};  ///< before the answer
  Then then = Then::kAnswer;
};

class HttpReceiver {
 public:
  /// Runs on the connection's thread, several at once, and may take its time.
  using Answer = std::function<ReceiverAnswer(const ReceivedRequest&)>;

  /// `port` 0: any. Throws std::runtime_error when it cannot listen.
  explicit HttpReceiver(Answer answer = [](const ReceivedRequest&) { return 200; }, std::uint16_t port = 0);
  /// Ends every connection, also the delayed and the hanging ones.
  ~HttpReceiver();
  HttpReceiver(const HttpReceiver&) = delete;
  HttpReceiver& operator=(const HttpReceiver&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  /// In the order in which they were answered.
  std::vector<ReceivedRequest> requests() const;
  std::size_t count() const;
  /// Requests being answered at once, at most.
  std::size_t most_at_once() const;

 private:
  struct Connection {
    int fd = -1;
    bool ended = false;
    std::thread thread;
  };

  void accept_all();
  void reap();
  void serve(int fd);
  bool respond(int fd, ReceivedRequest request);
  void record(ReceivedRequest request);

  Answer answer_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable ending_changed_;
  bool ending_ = false;
  std::vector<ReceivedRequest> requests_;
  std::size_t arrived_ = 0;
  std::size_t at_once_ = 0;
  std::size_t most_at_once_ = 0;
  std::list<Connection> connections_;
  std::thread acceptor_;
};

}  // namespace wac::testing
