#pragma once
// Signs and posts webhooks, and performs Meta's GET handshake.

#include "base/random.h"
#include "crypto/digest.h"
#include "net/http_client.h"
#include "sandbox/webhook_queue.h"

#include <string>

namespace wac::sandbox {

/// Belongs to the client's loop; `client`, `clock` and `random` outlive it.
class WebhookClient final : public WebhookTransport {
 public:
  /// `url`: where webhooks go. Without one every POST fails, so that updates wait.
  WebhookClient(net::HttpClient& client, const Clock& clock, Random& random, const Secret& app_secret,
                std::optional<net::Url> url);

  Task<int> post(std::string body) override;

  struct Verification {
    /// 0: no answer.
    int status = 0;
    bool challenge_echoed = false;
  };
  /// Facts §3.1: 200 and the challenge, byte for byte.
  Task<Verification> verify(net::Url url, std::string verify_token);

 private:
  Deadline deadline() const;

  net::HttpClient& client_;
  const Clock& clock_;
  Random& random_;
  crypto::HmacSha256 signature_;
  std::optional<net::Url> url_;
};

}  // namespace wac::sandbox
