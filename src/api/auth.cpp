#include "api/auth.h"

#include "base/expose.h"

namespace wac::api {
namespace {

std::string_view bearer(const net::HttpRequest& request) {
  constexpr std::string_view kScheme = "Bearer ";
  std::string_view value = request.header("authorization");
  if (!value.starts_with(kScheme)) return {};
  value.remove_prefix(kScheme.size());
  return value;
}

std::string_view key_of(const net::HttpRequest& request) {
  const std::string_view key = bearer(request);
  return key.empty() ? request.header("x-api-key") : key;
}

bool is_loopback(std::string_view peer) {
  return peer == "::1" || peer.starts_with("127.") || peer.starts_with("::ffff:127.");
}

}  // namespace

std::optional<TenantId> Authenticator::tenant_of(const net::HttpRequest& request) const {
  const std::string_view key = key_of(request);
  if (key.empty()) return std::nullopt;
  // The look-up's time depends on a digest, from which nothing about the key can be learned.
  const config::SnapshotRef snapshot = directory_.snapshot();
  const TenantId* found = snapshot->tenant_of_key(config::api_key_digest(key));
  if (found == nullptr) return std::nullopt;
  return *found;
}

std::function<bool()> Authenticator::while_valid(const net::HttpRequest& request, TenantId tenant) const {
  return [this, digest = config::api_key_digest(key_of(request)), tenant = std::move(tenant)] {
    const config::SnapshotRef snapshot = directory_.snapshot();
    const TenantId* found = snapshot->tenant_of_key(digest);
    return found != nullptr && *found == tenant;
  };
}

bool Authenticator::has_staging() const {
  return config_.staging_token && config_.environment != config::Environment::kProduction;
}

bool Authenticator::staging_allowed(const net::HttpRequest& request) const {
  return has_staging() &&
         crypto::constant_time_equal(request.header("x-staging-token"),
                                     expose(*config_.staging_token, Purpose::kAuthorization));
}

bool Authenticator::admin_allowed(const net::HttpRequest& request) const {
  if (!config_.admin_key) return is_loopback(request.peer);
  return crypto::constant_time_equal(bearer(request), expose(*config_.admin_key, Purpose::kAuthorization));
}

}  // namespace wac::api
