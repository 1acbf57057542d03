#include "base/expose.h"
#include "config/load_steps.h"
#include "config/values.h"
#include "crypto/keyring.h"

#include <algorithm>
#include <set>
#include <unistd.h>

namespace wac::config {
namespace {

using std::chrono::hours;

std::string at_least_a_day() {
  return "set it to 86400000 (24 hours) or more in production";
}

/// Every key belongs to a tenant there is.
void check_key_owners(const Config& config, Problems& problems) {
  // Of a file with problems not every tenant is known.
  if (problems.of_file() || problems.about("TENANTS_FILE") || problems.about("API_KEY_HASHES")) return;
  std::set<TenantId> tenants;
  for (const TenantConfig& tenant : config.tenants) tenants.insert(tenant.id);
  const bool owned =
      std::ranges::all_of(config.api_keys, [&](const ApiKey& key) { return tenants.contains(key.tenant); });
  if (owned) return;
  problems.add("API_KEY_HASHES", config.tenants_file.empty()
                                     ? "name only the tenant of TENANT_ID"
                                     : "name only the tenant of TENANT_ID and those of TENANTS_FILE");
}

void check_credentials(const Draft& draft, Problems& problems) {
  const Config& config = draft.config;
  const auto require = [&](bool present, const char* key, const char* rule) {
    if (!present && !problems.about(key)) problems.add(key, rule);
  };
  const bool alone = config.tenants_file.empty();
  require(!draft.sender.empty() || (!alone && draft.token.empty()), "WHATSAPP_PHONE_NUMBER_ID",
          "set it to the id of the sending phone number");
  require(!draft.token.empty() || (!alone && draft.sender.empty()), "WHATSAPP_ACCESS_TOKEN",
          "set it to the sender's access token");
  if (config.environment != Environment::kDevelopment) {
    // The default app may be missing where others are described, but not a half of it.
    const bool other_apps = (!config.apps.empty() || problems.of_file()) && draft.webhook_secret.empty() &&
                            config.verify_token.empty();
    require(!draft.webhook_secret.empty() || other_apps, "WHATSAPP_WEBHOOK_SECRET",
            "set it to the Meta app's secret");
    require(!config.verify_token.empty() || other_apps, "WHATSAPP_VERIFY_TOKEN",
            "set it to the verify token entered in Meta's dashboard");
    require(!config.keyring.empty(), "KEYRING", "set it to a keyring made by `connectorctl keys`");
    const bool staging_only = config.environment == Environment::kStaging && config.staging_token.has_value();
    require(!config.api_keys.empty() || staging_only || problems.of_file(), "API_KEY_HASHES",
            "set it to tenant:sha256 of at least one API key, made by `connectorctl keys`");
  }
  check_key_owners(config, problems);
  if (config.keyring.empty()) return;
  const auto ring = crypto::Keyring::parse(config.keyring);
  if (!ring)
    problems.add("KEYRING", std::string{"repair it: "} + static_cast<const char*>(ring.error().where));
}

void check_store(const Config& config, Problems& problems) {
  if (config.redis_wait != 0 && config.store == StoreKind::kEmbedded)
    problems.add("REDIS_WAIT", "unset it: the embedded store has no replicas");
  const bool has_url = !config.redis_url.empty();
  if (config.environment == Environment::kDevelopment) {
    if (config.store == StoreKind::kRedis && !has_url && !problems.about("REDIS_URL")) {
      problems.add("REDIS_URL", "set it to redis://host or rediss://host, because STORE is redis");
    }
    return;
  }
  if (config.store == StoreKind::kEmbedded && config.allow_single_node) return;
  const bool tls = expose(config.redis_url, Purpose::kValidate).starts_with("rediss://");
  if (config.store == StoreKind::kRedis && tls) return;
  if (problems.about("REDIS_URL") || problems.about("STORE")) return;
  problems.add(
      "REDIS_URL",
      "set it to rediss://host (Redis over TLS), or set STORE=embedded and ALLOW_SINGLE_NODE=1 to run "
      "on one machine");
}

void check_production(const Config& config, Problems& problems) {
  if (config.environment != Environment::kProduction) return;
  if (config.staging_token)
    problems.add("STAGING_OUTBOUND_TOKEN", "unset it: production has no staging endpoint");
  const auto origin = parse_origin(config.graph_url);
  if (!origin || origin->scheme != "https")
    problems.add("GRAPH_API_URL", "set it to an https:// URL in production");
  if (config.media_allow_http) problems.add("MEDIA_ALLOW_HTTP", "unset it in production: use https:// URLs");
  if (config.intent_retention < hours{24}) problems.add("INTENT_RETENTION_MS", at_least_a_day());
  if (config.event_dedupe_retention < hours{24}) problems.add("EVENT_DEDUPE_RETENTION_MS", at_least_a_day());
  if (config.event_retention < hours{24}) problems.add("EVENT_RETENTION_MS", at_least_a_day());
}

void check_times(const Config& config, Problems& problems) {
  if (config.lease <= config.graph_timeout + Millis{1000}) {
    problems.add("LEASE_MS", "set it above GRAPH_TIMEOUT_MS + 1000, so that no lease ends during an attempt");
  }
  if (config.retry_max < config.retry_first) problems.add("RETRY_MAX_MS", "set it to RETRY_FIRST_MS or more");
  if (config.limits.breaker_open_max < config.limits.breaker_open) {
    problems.add("BREAKER_OPEN_MAX_MS", "set it to BREAKER_OPEN_MS or more");
  }
  if (config.max_age > config.intent_retention) {
    problems.add("MAX_AGE_MS",
                 "set it to INTENT_RETENTION_MS or less, so that no intent is forgotten while it waits");
  }
  if (config.unknown_window > config.intent_retention) {
    problems.add("UNKNOWN_WINDOW_MS", "set it to INTENT_RETENTION_MS or less");
  }
}

}  // namespace

void check_rules(const Draft& draft, Problems& problems) {
  const Config& config = draft.config;
  check_times(config, problems);
  check_delivery(config, problems);
  if (!config.ca_file.empty() && ::access(config.ca_file.c_str(), R_OK) != 0) {
    problems.add("TLS_CA_FILE", "set it to a PEM file that this process may read");
  }
  if (config.port != 0 && config.port == config.admin_port) {
    problems.add("ADMIN_PORT", "set it to another port than PORT");
  }
  if (!draft.environment_known) return;
  check_credentials(draft, problems);
  check_store(config, problems);
  check_production(config, problems);
}

}  // namespace wac::config
