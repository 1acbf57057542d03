#include "sandbox/webhook_client.h"

#include "base/encoding.h"

namespace wac::sandbox {
namespace {

/// Meta's is not documented; the longest anybody claims (facts §3.8).
constexpr Millis kAnswerTime{20'000};

}  // namespace

WebhookClient::WebhookClient(net::HttpClient& client, const Clock& clock, Random& random,
                             const Secret& app_secret, std::optional<net::Url> url)
    : client_(client), clock_(clock), random_(random), signature_(app_secret), url_(std::move(url)) {}

Deadline WebhookClient::deadline() const {
  return {clock_.now() + kAnswerTime};
}

Task<int> WebhookClient::post(std::string body) {
  if (!url_) co_return 0;
  const crypto::Digest digest = signature_.mac(body);
  net::ClientRequest request;
  request.endpoint = url_->endpoint;
  request.target = url_->target;
  request.headers.emplace_back("Content-Type", "application/json");
  request.headers.emplace_back("User-Agent", "facebookexternalua");
  request.headers.emplace_back("X-Hub-Signature-256", "sha256=" + to_hex(digest));
  request.body = std::move(body);
  request.deadline = deadline();
  const net::ClientResult result = co_await client_.send(std::move(request));
  co_return result ? result->status : 0;
}

Task<WebhookClient::Verification> WebhookClient::verify(net::Url url, std::string verify_token) {
  const std::string challenge = std::to_string(1'000'000'000 + random_.below(1'000'000'000));
  net::ClientRequest request;
  request.endpoint = url.endpoint;
  request.method = "GET";
  request.target = url.target + (url.target.find('?') == std::string::npos ? '?' : '&') +
                   "hub.mode=subscribe&hub.challenge=" + challenge +
                   "&hub.verify_token=" + percent_encoded(verify_token);
  request.headers.emplace_back("User-Agent", "facebookplatform/1.0 (+http://developers.facebook.com)");
  request.deadline = deadline();
  const net::ClientResult result = co_await client_.send(std::move(request));
  Verification verification;
  if (result) {
    verification.status = result->status;
    verification.challenge_echoed = result->body == challenge;
  }
  co_return verification;
}

}  // namespace wac::sandbox
