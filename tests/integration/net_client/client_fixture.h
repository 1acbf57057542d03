#pragma once
// An HttpClient on a loop of its own, used from the test's thread.

#include "net/http_client.h"
#include "support/certificates.h"
#include "support/loop_thread.h"
#include "support/process.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>

namespace wac::net {

class HttpClientTest : public ::testing::Test {
 protected:
  void TearDown() override {
    if (!client_) return;
    loop_.await(client_->stop());
    loop_.call([this] { client_.reset(); });
  }

  HttpClient& client() {
    if (!client_) {
      tls_ = std::move(*TlsContext::make(ca_file_.empty() ? certificates_.ca_file() : ca_file_));
      client_ = loop_.call([this] { return HttpClient::make(loop_.loop(), *tls_, limits_); });
    }
    return *client_;
  }

  static ClientRequest request_to(const std::string& url, Millis time = Millis{5'000}) {
    const Result<Url> parsed = parse_url(url);
    ClientRequest request;
    request.endpoint = parsed.value().endpoint;
    request.target = parsed.value().target;
    request.headers = {{"Authorization", "Bearer secret"}};
    request.body = R"({"a":1})";
    request.deadline = Deadline{std::chrono::steady_clock::now() + time};
    return request;
  }
  static std::string local(std::uint16_t port) { return "http://127.0.0.1:" + std::to_string(port) + "/x"; }

  ClientResult send(ClientRequest request) { return loop_.await(client().send(std::move(request))); }
  std::future<ClientResult> start(ClientRequest request) {
    return loop_.start(client().send(std::move(request)));
  }

  static void expect_failure(const ClientResult& result, ErrorCode code, Written written) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error.code, code)
        << name(result.error().error.code) << " " << result.error().error.where;
    EXPECT_EQ(result.error().written, written);
  }

  testing::Certificates certificates_;
  std::string ca_file_;
  HttpClientLimits limits_;
  testing::LoopThread loop_;
  std::unique_ptr<TlsContext> tls_;
  std::unique_ptr<HttpClient> client_;
};

}  // namespace wac::net
