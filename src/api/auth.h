#pragma once
// Who may call what.

#include "config/directory.h"
#include "net/http_message.h"

#include <functional>
#include <optional>

namespace wac::api {

/// Shared by all loops.
class Authenticator {
 public:
  /// Both outlive it. Keys are those of the directory, and so change with it.
  Authenticator(const config::Config& config, const config::Directory& directory)
      : config_(config), directory_(directory) {}

  /// The tenant behind `Authorization: Bearer <key>` or `X-Api-Key: <key>`; nothing when missing or wrong.
  std::optional<TenantId> tenant_of(const net::HttpRequest& request) const;
  /// Whether, when it is asked later, the request's key still opens that tenant's door: what goes on for long
  /// ends when it does not. Any thread; the authenticator outlives it.
  std::function<bool()> while_valid(const net::HttpRequest& request, TenantId tenant) const;
  /// X-Staging-Token, in constant time. False where the staging endpoint does not exist.
  bool staging_allowed(const net::HttpRequest& request) const;
  /// Whether the staging endpoint exists at all.
  bool has_staging() const;
  /// `Authorization: Bearer <ADMIN_KEY>`; without an admin key only loopback peers.
  bool admin_allowed(const net::HttpRequest& request) const;

 private:
  const config::Config& config_;
  const config::Directory& directory_;
};

}  // namespace wac::api
