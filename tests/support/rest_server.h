#pragma once
// A plain HTTP server in threads of its own, which shares no code with the program: its answers are the
// test's.

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace wac::testing {

class RestServer {
 public:
  struct Request {
    std::string method;
    std::string target;
    std::map<std::string, std::string> headers;  ///< names in lower case
    std::string body;
  };
  struct Reply {
    int status = 200;
    std::string body = {};
    bool lost = false;  ///< the connection is closed without a byte
  };
  /// On any thread, several at once.
  using Handler = std::function<Reply(const Request&)>;

  explicit RestServer(std::uint16_t port, Handler handler);
  /// Cuts every connection.
  ~RestServer();
  RestServer(const RestServer&) = delete;
  RestServer& operator=(const RestServer&) = delete;

 private:
  void accept_all();
  void serve(int fd);

  Handler handler_;
  int listener_ = -1;
  std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace wac::testing
