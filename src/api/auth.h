#pragma once
// Who may call what.

#include "config/config.h"
#include "net/http_message.h"

#include <map>
#include <optional>

namespace wac::api {

/// Immutable; shared by all loops.
class Authenticator {
 public:
  /// `config` outlives it.
  explicit Authenticator(const config::Config& config);

  /// The tenant behind `Authorization: Bearer <key>` or `X-Api-Key: <key>`; nothing when missing or wrong.
  std::optional<TenantId> tenant_of(const net::HttpRequest& request) const;
  /// X-Staging-Token, in constant time. False where the staging endpoint does not exist.
  bool staging_allowed(const net::HttpRequest& request) const;
  /// Whether the staging endpoint exists at all.
  bool has_staging() const;
  /// `Authorization: Bearer <ADMIN_KEY>`; without an admin key only loopback peers.
  bool admin_allowed(const net::HttpRequest& request) const;

 private:
  const config::Config& config_;
  std::map<crypto::Digest, TenantId> keys_;
};

}  // namespace wac::api
