#pragma once
// An HTTP client that answers what a test says. For programs that link net.

#include "net/http_client.h"

#include <deque>
#include <utility>

namespace wac::testing {

class FakeHttp final : public net::HttpClient {
 public:
  Task<net::ClientResult> send(net::ClientRequest request) override {
    requests.push_back(std::move(request));
    const OneShot<bool> answered;
    if (answers.empty()) {
      held_.push_back(answered);
      co_await answered;
    }
    net::ClientResult answer = std::move(answers.front());
    answers.pop_front();
    co_return answer;
  }
  Task<void> stop() override { co_return; }

  void will_answer(int status, std::string body = {},
                   std::vector<std::pair<std::string, std::string>> headers = {}) {
    add(net::ClientResponse{status, std::move(headers), std::move(body)});
  }
  void will_fail(ErrorCode code) { add(std::unexpected(net::ClientFailure{Error{code, 0, "fake"}})); }

  std::vector<net::ClientRequest> requests;
  /// For requests to come, and for those that wait, in order.
  std::deque<net::ClientResult> answers;

 private:
  void add(net::ClientResult answer) {
    answers.push_back(std::move(answer));
    if (held_.empty()) return;
    const OneShot<bool> first = held_.front();
    held_.pop_front();
    first.set(true);
  }

  std::deque<OneShot<bool>> held_;
};

inline std::string header_of(const net::ClientRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace wac::testing
