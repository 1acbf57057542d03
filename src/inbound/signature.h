#pragma once
// X-Hub-Signature-256 (facts §3.2): HMAC-SHA-256 of the raw body under the app secret.

#include "base/personal.h"
#include "crypto/digest.h"

#include <string_view>
#include <vector>

namespace wac::inbound {

/// One per loop: not thread-safe.
class SignatureVerifier {
 public:
  /// The active secrets: one, or two during a rotation. None accepts nothing.
  explicit SignatureVerifier(const std::vector<Secret>& secrets);

  /// Whether `header` is "sha256=" and the lower-case hex MAC of `body` under any of the secrets. The time
  /// taken does not depend on which, or on how many digits agree.
  bool accepts(std::string_view header, std::string_view body);

 private:
  std::vector<crypto::HmacSha256> macs_;
};

}  // namespace wac::inbound
