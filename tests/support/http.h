#pragma once
// A small blocking HTTP client over libcurl, so that our servers are tested with somebody else's client.

#include "base/time.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wac::testing {

struct HttpReply {
  /// 0: no answer came (refused, reset, time out); `failure` says why.
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string failure;

  /// First field of that name, case-insensitively; empty when absent.
  std::string header(std::string_view name) const;
};

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpCallOptions {
  /// Verifies `https` against this PEM file; empty: the system's.
  std::string ca_file = {};
  Millis timeout{10'000};
};

/// One request on a connection of its own. Redirects are not followed.
HttpReply http_request(const std::string& method, const std::string& url, const HttpHeaders& headers = {},
                       const std::string& body = {}, const HttpCallOptions& options = {});

}  // namespace wac::testing
