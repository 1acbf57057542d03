#pragma once
// An intent as the store claims it: fingerprints for identities, a sealed payload, its sender's limits.

#include "config/directory.h"
#include "config/limits.h"
#include "crypto/fingerprint.h"
#include "crypto/keyring.h"
#include "outbound/content.h"
#include "outbound/intent.h"
#include "store/intent_store.h"

namespace wac::outbound {

/// A sender's limits as the store keeps them. `partitions`: how many hold senders of its tenant, because the
/// store counts a tenant's messages in each of them by itself.
store::PaceLimits pace_limits(const config::Limits& limits, std::size_t partitions);

store::PaceLimits limits_of(const config::Directory& directory, const config::SenderEntry& sender);

/// Of the sender's access token, as NewIntent::credential has it.
crypto::Fingerprint credential_of(crypto::Fingerprinter& fingerprints, const config::SenderEntry& sender);

/// Makes claims. One per loop; what it refers to outlives it.
class ClaimMaker {
 public:
  ClaimMaker(const config::Config& config, const config::Directory& directory,
             crypto::Fingerprinter& fingerprints, crypto::Sealer& sealer, Random& random)
      : config_(config),
        directory_(directory),
        fingerprints_(fingerprints),
        sealer_(sealer),
        random_(random) {}

  /// `content`: what `intent.content` says.
  store::NewIntent make(const Intent& intent, const Content& content, const config::SenderRef& sender,
                        WallTime now);

 private:
  const crypto::Fingerprint& credential_of_sender(const config::SenderRef& sender);

  const config::Config& config_;
  const config::Directory& directory_;
  crypto::Fingerprinter& fingerprints_;
  crypto::Sealer& sealer_;
  Random& random_;
  /// Of the sender that comes again and again. Weak: it must not keep a configuration that was replaced.
  std::weak_ptr<const config::SenderEntry> last_sender_;
  crypto::Fingerprint last_credential_;
};

}  // namespace wac::outbound
