#pragma once
// X-Hub-Signature-256 (facts §3.2): HMAC-SHA-256 of the raw body under the app secret.

#include "base/personal.h"
#include "config/directory.h"
#include "crypto/digest.h"

#include <map>
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

/// The verifiers of all Meta apps, made again when the configuration changes. One per loop: not thread-safe.
class AppVerifiers {
 public:
  /// `directory` outlives it.
  explicit AppVerifiers(const config::Directory& directory) : directory_(directory) {}

  /// As SignatureVerifier, under the secrets of that app; false for one that is not there.
  bool accepts(std::string_view app, std::string_view header, std::string_view body);

 private:
  const config::Directory& directory_;
  std::uint64_t version_ = 0;
  std::map<std::string, SignatureVerifier, std::less<>> verifiers_;
};

}  // namespace wac::inbound
