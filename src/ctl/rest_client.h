#pragma once
// Requests to the connector, its admin port or a sandbox, and their JSON answers.

#include "base/personal.h"
#include "base/scheduler.h"
#include "net/http_client.h"

#include <boost/json/value.hpp>

#include <expected>
#include <string>
#include <string_view>

namespace wac::ctl {

struct Answer {
  int status = 0;
  std::string text;
  boost::json::value json;  ///< null when the body is not JSON

  bool ok() const { return status >= 200 && status < 300; }
};

using Reply = std::expected<Answer, net::ClientFailure>;

struct Call {
  std::string_view method = "GET";
  std::string target = {};
  std::string body = {};
  /// How long the server may take on purpose; what the network takes is added.
  Millis patience{30'000};
  bool respond_async = false;
};

/// One server and the key for it.
class RestClient {
 public:
  /// `http` and `loop` outlive it. `base` is a URL; its path, if any, goes in front of every target.
  static Result<RestClient> make(net::HttpClient& http, Scheduler& loop, std::string_view base, Secret key);

  Task<Reply> call(Call call);
  Task<Reply> get(std::string target) { return call({.target = std::move(target)}); }

  const std::string& url() const { return url_; }
  const net::Endpoint& endpoint() const { return endpoint_; }
  const std::string& prefix() const { return prefix_; }
  const Secret& key() const { return key_; }

 private:
  RestClient(net::HttpClient& http, Scheduler& loop) : http_(&http), loop_(&loop) {}

  net::HttpClient* http_;
  Scheduler* loop_;
  std::string url_;
  net::Endpoint endpoint_;
  std::string prefix_;
  Secret key_;
};

/// For a path segment or a query value.
std::string percent_encode(std::string_view text);

}  // namespace wac::ctl
