#pragma once
// Typed configuration, read from environment variables (each also as NAME_FILE) and, for many tenants, from a
// YAML file. Reading, printing and docs/configuration.md share one table (config/settings.h). A Config is a
// value: reading it again while the service runs gives another one (config/reloader.h).

#include "base/error.h"
#include "base/ids.h"
#include "base/personal.h"
#include "base/random.h"
#include "base/time.h"
#include "config/archive.h"
#include "config/consumer.h"
#include "config/google.h"
#include "config/limits.h"
#include "config/watched_file.h"
#include "crypto/digest.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wac::config {

enum class Environment : std::uint8_t { kDevelopment, kStaging, kProduction };
std::string_view name(Environment environment);

enum class StoreKind : std::uint8_t { kEmbedded, kRedis };
std::string_view name(StoreKind kind);

/// A caller of /v1. The key itself is 32 random bytes as hex behind `wak_`; only its SHA-256 is kept.
struct ApiKey {
  TenantId tenant;
  crypto::Digest digest{};
};

struct SenderConfig {
  SenderId id;                        ///< WHATSAPP_PHONE_NUMBER_ID
  Secret token;                       ///< WHATSAPP_ACCESS_TOKEN
  std::string waba_id = {};           ///< WHATSAPP_BUSINESS_ACCOUNT_ID; empty when not said
  std::optional<Limits> limits = {};  ///< unset: Config::limits
};

/// What a tenant's intents do otherwise than the configuration's own settings say; unset: as those say.
struct Policies {
  std::optional<bool> resend_unknown;
  std::optional<std::uint32_t> max_attempts;  ///< at most Config::max_attempts
  std::optional<Millis> max_age;              ///< at most Config::max_age
  std::optional<Millis> retry_first;
  std::optional<Millis> retry_max;
};

struct TenantConfig {
  TenantId id;
  std::vector<SenderConfig> senders;  ///< the first is the default
  Policies policies = {};
  bool from_file = false;  ///< of TENANTS_FILE, not of the environment variables
  std::vector<ConsumerConfig> consumers = {};
  bool archives_media = true;  ///< where there is an archive
};

/// A Meta app that sends webhooks to `/webhook/{name}`.
struct AppConfig {
  std::string name;  ///< empty: the default app, at `/webhook`
  Secret verify_token;
  std::vector<Secret> secrets;  ///< one, or two during a rotation
};

struct Config {
  Environment environment = Environment::kDevelopment;  // ENVIRONMENT
  std::string listen_address = "0.0.0.0";               // LISTEN_ADDRESS
  std::uint16_t port = 8080;                            // PORT (0: any)
  std::string admin_address = "127.0.0.1";              // ADMIN_ADDRESS
  std::uint16_t admin_port = 9090;                      // ADMIN_PORT (0: any)
  std::size_t threads = 0;                              // THREADS (0: one per core, at most 16)
  std::string log_level = "info";                       // LOG_LEVEL: debug, info, warning, error
  Millis drain_timeout{30'000};                         // DRAIN_TIMEOUT_MS (9 s where K_SERVICE is set)
  std::string data_dir = "data";  // DATA_DIR: embedded store, generated development keys

  std::string graph_url =
      "https://graph.facebook.com";      // GRAPH_API_URL; http:// only in development or staging
  std::string graph_version = "v25.0";   // GRAPH_API_VERSION
  std::string ca_file;                   // TLS_CA_FILE: replaces the system's CA bundle
  Millis graph_timeout{10'000};          // GRAPH_TIMEOUT_MS: one attempt
  bool graph_http2 = true;               // GRAPH_HTTP2: offered over TLS
  std::size_t graph_http2_streams = 64;  // GRAPH_HTTP2_STREAMS: requests that share a connection
  Millis template_refresh{300'000};      // TEMPLATE_REFRESH_MS

  GoogleCredentials google;  // GOOGLE_APPLICATION_CREDENTIALS: of everything that names none of its own
  std::string metadata_host = "metadata.google.internal";    // GCE_METADATA_HOST
  std::string pubsub_url = "https://pubsub.googleapis.com";  // PUBSUB_ENDPOINT, or the emulator's
  std::string pubsub_emulator;                               // PUBSUB_EMULATOR_HOST: development only

  std::string tenants_file;  // TENANTS_FILE: tenants, senders and apps in YAML
  std::vector<TenantConfig>
      tenants;  // TENANT_ID (default "default"), WHATSAPP_PHONE_NUMBER_ID, WHATSAPP_ACCESS_TOKEN
  std::optional<TenantId> fallback_tenant;  // of TENANTS_FILE; unset: the first tenant
  std::vector<AppConfig> apps;              // of TENANTS_FILE, besides the default one
  std::vector<ApiKey> api_keys;             // API_KEY_HASHES: "tenant:sha256hex,…", and TENANTS_FILE's
  std::optional<Secret> staging_token;      // STAGING_OUTBOUND_TOKEN
  std::optional<Secret> admin_key;          // ADMIN_KEY: required for the admin surface on the main port

  Secret verify_token;  // WHATSAPP_VERIFY_TOKEN
  std::vector<Secret>
      webhook_secrets;  // WHATSAPP_WEBHOOK_SECRET (alias WHATSAPP_APP_SECRET), then …_PREVIOUS

  StoreKind store = StoreKind::kEmbedded;  // STORE: embedded | redis (default: redis when REDIS_URL is set)
  bool allow_single_node = false;          // ALLOW_SINGLE_NODE=1: embedded store outside development
  Secret redis_url;                        // REDIS_URL
  std::uint32_t redis_wait = 0;            // REDIS_WAIT: replicas that must have a write
  Secret keyring;                          // KEYRING: see crypto/keyring.h; generated in development only

  Millis lease{30'000};                        // LEASE_MS: > graph_timeout
  Millis intent_retention{86'400'000};         // INTENT_RETENTION_MS: outbound dedupe, ≥ 24 h in production
  Millis event_dedupe_retention{691'200'000};  // EVENT_DEDUPE_RETENTION_MS: 8 days, ≥ 24 h in production
  Millis event_retention{604'800'000};         // EVENT_RETENTION_MS: 7 days
  Millis contact_retention{15'552'000'000};    // CONTACT_RETENTION_MS: 180 days
  Millis unknown_window{600'000};              // UNKNOWN_WINDOW_MS
  bool resend_unknown = false;                 // ON_UNKNOWN: hold | resend
  std::uint32_t max_attempts = 10;             // MAX_ATTEMPTS
  Millis max_age{86'400'000};                  // MAX_AGE_MS: total time for retries
  Millis retry_first{1'000};                   // RETRY_FIRST_MS: full jitter, doubling
  Millis retry_max{60'000};                    // RETRY_MAX_MS
  Millis retry_after_max{900'000};             // RETRY_AFTER_MAX_MS: bound on what Retry-After may ask for
  Limits limits;                               // of every sender that sets none of its own
  Millis request_budget{25'000};               // REQUEST_BUDGET_MS: waiting POST /v1/intents
  DeliveryRules delivery;                      // DELIVERY_…: how consumers are treated
  GroupRules groups;                           // EVENT_GROUP_…: readers that share events
  std::size_t sends_in_flight = 256;           // SENDS_IN_FLIGHT: concurrent Graph requests per loop

  Millis media_timeout{120'000};                    // MEDIA_TIMEOUT_MS: fetching and uploading one file
  std::size_t media_in_flight = 4;                  // MEDIA_IN_FLIGHT: files at once per loop
  std::size_t media_max_bytes = 104'857'600;        // MEDIA_MAX_BYTES: of one file, whatever Meta would take
  Millis media_url_ttl{600'000};                    // MEDIA_URL_TTL_MS: how long a URL is not asked again
  std::vector<std::string> media_allowed_hosts;     // MEDIA_ALLOWED_HOSTS: empty: any
  std::vector<std::string> media_allowed_networks;  // MEDIA_ALLOWED_NETWORKS: beyond the public internet
  std::vector<std::uint16_t> media_allowed_ports;   // MEDIA_ALLOWED_PORTS: beside 443 (and 80 for http)
  bool media_allow_http = false;                    // MEDIA_ALLOW_HTTP=1: not in production
  std::vector<std::string> media_download_hosts{"lookaside.fbsbx.com"};  // MEDIA_DOWNLOAD_HOSTS
  ArchiveConfig archive;                                                 // MEDIA_ARCHIVE…, GCS_ENDPOINT
};

/// Looks a variable up; nothing when unset. Injected: tests pass a map.
using Variables = std::function<std::optional<std::string>(const std::string& name)>;

struct Problem {
  std::string key;        ///< the variable's name, or where in the file: "tenants[3].senders[0].token_file"
  std::string rule;       ///< what to set, in one sentence; never the value
  std::string file = {};  ///< of TENANTS_FILE; empty for a variable
  std::size_t line = 0;   ///< in that file, from 1
};
/// "key: rule", in front of it "file:line: " where there is one.
std::string describe(const Problem& problem);
/// For the log: as describe(), without the file's name.
std::string log_text(const Problem& problem);

struct LoadResult {
  Config config;
  std::vector<Problem> problems;   ///< all of them; not empty: do not start
  std::vector<std::string> notes;  ///< things worth a line at start ("generated data/keyring.json")
  /// The files whose change may be taken over while the service runs, as they were when they were read.
  std::vector<WatchedFile> files;
  /// Variables that TENANTS_FILE names: as secret as ours.
  std::vector<std::string> secret_variables;
};

/// Reads, fills defaults, validates. In development what is missing and secret is generated once into
/// data_dir with mode 0600 (keyring, verify token, webhook secret, an API key); elsewhere it is a problem.
/// `names`: all variables there are; those that look like ours and are not get a note.
LoadResult load(const Variables& variables, const std::vector<std::string>& names = {});

/// The process environment.
Variables process_environment();
std::vector<std::string> process_environment_names();
/// Overwrites and unsets the secret variables, so that neither /proc/<pid>/environ nor a child process shows
/// them; `more`: those TENANTS_FILE names. After load(), before there are threads.
void forget_environment_secrets(const std::vector<std::string>& more = {});

/// One line per setting, "NAME=value", secrets as "<secret>" or "<unset>"; then what TENANTS_FILE describes.
std::string print(const Config& config);

/// A new API key: `wak_` and 32 random bytes as hex.
Secret generate_api_key(Random& random);
/// SHA-256 of an API key, as kept in ApiKey.
crypto::Digest api_key_digest(std::string_view key);

}  // namespace wac::config
