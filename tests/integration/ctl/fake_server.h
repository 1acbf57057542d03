#pragma once
// A connector (or sandbox) that answers as a test says, and connectorctl run against it.

#include "net/event_loop.h"
#include "net/http_server.h"

#include <boost/json/value.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace wac::ctl {

struct Seen {
  net::Method method = net::Method::kOther;
  std::string target;  ///< path and query
  std::string authorization;
  std::string prefer;
  std::string body;
};

class FakeServer {
 public:
  using Answer = std::function<net::HttpResponse(const Seen&)>;

  /// `answer` runs on the server's thread, one call at a time.
  explicit FakeServer(Answer answer);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  std::string url() const;
  std::vector<Seen> seen() const;

 private:
  class Handler;
  static Task<void> shut_down(FakeServer* self);

  net::EventLoop loop_;
  std::unique_ptr<Handler> handler_;
  std::unique_ptr<net::HttpServer> server_;
  TaskScope scope_;
  std::thread thread_;
};

net::HttpResponse json_answer(std::string body, int status = 200);

/// What the program left behind.
struct Ran {
  int exit = -1;
  std::string out;
  std::string err;
};

inline constexpr const char* kTestKey = "wak_a_key_that_must_not_be_printed";

/// connectorctl with these words and the key, all URLs being `server`'s. Fails the test if the key is
/// printed.
Ran run_ctl(const std::string& url, std::vector<std::string> words);

}  // namespace wac::ctl
