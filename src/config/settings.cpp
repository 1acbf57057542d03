#include "config/settings.h"

#include "config/setting_kinds.h"
#include "config/values.h"

namespace wac::config {
namespace {

bool any_text(std::string_view text) {
  return !text.empty() && text.find('\0') == std::string_view::npos;
}

void append_process_settings(std::vector<Setting>& table) {
  table.push_back(choice<Environment>(
      "ENVIRONMENT",
      {{"development", Environment::kDevelopment},
       {"staging", Environment::kStaging},
       {"production", Environment::kProduction}},
      "Which rules hold. Unset means development, except on Cloud Run and Kubernetes, where it must be said.",
      [](Draft& draft, Environment value) { draft.config.environment = value; },
      [](const Config& config) { return std::string{name(config.environment)}; }));
  table.push_back(text("LISTEN_ADDRESS", &Config::listen_address, "an IPv4 or IPv6 address", is_ip_address,
                       "Where webhooks and the API are served."));
  table.push_back(
      number("PORT", &Config::port, 0, 65535, "Port of webhooks and the API; 0 takes any free one."));
  table.push_back(text("ADMIN_ADDRESS", &Config::admin_address, "an IPv4 or IPv6 address", is_ip_address,
                       "Where metrics, readiness and the console are served."));
  table.push_back(number("ADMIN_PORT", &Config::admin_port, 0, 65535,
                         "Port of metrics, readiness and the console; 0 takes any free one."));
  table.push_back(number("THREADS", &Config::threads, 0, 64, "Event loops. 0: one per core, at most 16."));
  table.push_back(text(
      "LOG_LEVEL", &Config::log_level, "one of: debug, info, warning, error",
      [](std::string_view level) {
        return level == "debug" || level == "info" || level == "warning" || level == "error";
      },
      "The least severity that is logged."));
  table.push_back(with_default(
      number(
          "DRAIN_TIMEOUT_MS", &Config::drain_timeout, 100, 600'000,
          "Time for work in flight after SIGTERM. What is left then is handed over, the exit status is 3."),
      "30000; 9000 where K_SERVICE is set"));
  table.push_back(text("DATA_DIR", &Config::data_dir, "a directory", any_text,
                       "The embedded store, and secrets generated in development (mode 0600)."));
}

void append_meta_settings(std::vector<Setting>& table) {
  table.push_back(text(
      "GRAPH_API_URL", &Config::graph_url, "https://host[:port], without a path",
      [](std::string_view url) { return parse_origin(url).has_value(); },
      "Where the Graph API is. `http://` is refused in production: it would show the token to the network."));
  table.push_back(text("GRAPH_API_VERSION", &Config::graph_version, "a version such as v25.0",
                       is_graph_version, "The Graph API's version."));
  table.push_back(with_default(text("TLS_CA_FILE", &Config::ca_file, "a PEM file", any_text,
                                    "Replaces the system's CA bundle for all outgoing TLS."),
                               "the system's bundle"));
  table.push_back(
      number("GRAPH_TIMEOUT_MS", &Config::graph_timeout, 100, 60'000,
             "One attempt. When it fires after the request was written, the outcome is unknown."));
  table.push_back(choice<bool>(
      "GRAPH_HTTP2", {{"1", true}, {"0", false}},
      "Offers Graph HTTP/2 over TLS: requests share connections and writes, and a connection that ends says "
      "which of them it left out.",
      [](Draft& draft, bool value) { draft.config.graph_http2 = value; },
      [](const Config& config) { return std::string{config.graph_http2 ? "1" : "0"}; }));
  table.push_back(number(
      "GRAPH_HTTP2_STREAMS", &Config::graph_http2_streams, 1, 1'000,
      "Requests that share one HTTP/2 connection, if Graph allows as many. So many outcomes at most are "
      "unknown when it breaks without a word."));
  table.push_back(
      number("TEMPLATE_REFRESH_MS", &Config::template_refresh, 10'000, 86'400'000,
             "How old a listing of an account's templates may grow before it is fetched anew, in the "
             "background. A message that it would refuse is held against a newer one first."));
  table.push_back(
      with_default(text("TENANTS_FILE", &Config::tenants_file, "a YAML file", any_text,
                        "Tenants with their keys, senders, limits and policies, and Meta apps. Taken "
                        "over again when it changes, as are the files it names."),
                   "none: the variables describe the only tenant"));
  table.push_back(tenant_id());
  table.push_back(sender_id());
  table.push_back(waba_id());
  table.push_back(with_default(
      watched(secret(
          "WHATSAPP_ACCESS_TOKEN", 8, "The sender's token. Required, unless TENANTS_FILE is set.",
          [](Draft& draft, Secret value) { draft.token = std::move(value); },
          [](const Config& config) {
            return first_sender(config) != nullptr && !first_sender(config)->token.empty();
          })),
      "none; in development against a loopback GRAPH_API_URL the sandbox's"));
  table.push_back(
      with_default(watched(secret(
                       "WHATSAPP_VERIFY_TOKEN", 8,
                       "What Meta sends in `hub.verify_token`. Required outside development, unless "
                       "TENANTS_FILE has apps.",
                       [](Draft& draft, Secret value) { draft.config.verify_token = std::move(value); },
                       [](const Config& config) { return !config.verify_token.empty(); })),
                   "none; in development generated into `DATA_DIR/verify_token`"));
  Setting webhook = watched(secret(
      "WHATSAPP_WEBHOOK_SECRET", 16,
      "The Meta app's secret, under which webhooks are signed. Required outside development, unless "
      "TENANTS_FILE has apps.",
      [](Draft& draft, Secret value) { draft.webhook_secret = std::move(value); },
      [](const Config& config) { return !config.webhook_secrets.empty(); }));
  webhook.alias = "WHATSAPP_APP_SECRET";
  table.push_back(
      with_default(std::move(webhook), "none; in development generated into `DATA_DIR/webhook_secret`"));
  table.push_back(
      with_default(watched(secret(
                       "WHATSAPP_WEBHOOK_SECRET_PREVIOUS", 16,
                       "Accepted as well, while the app's secret is being rotated.",
                       [](Draft& draft, Secret value) { draft.webhook_secret_previous = std::move(value); },
                       [](const Config& config) { return config.webhook_secrets.size() > 1; })),
                   "none"));
}

void append_access_settings(std::vector<Setting>& table) {
  table.push_back(watched(api_key_hashes()));
  table.push_back(
      with_default(secret(
                       "STAGING_OUTBOUND_TOKEN", 16,
                       "Opens `POST /__staging/outbound`. A start in production with it set is refused.",
                       [](Draft& draft, Secret value) { draft.config.staging_token = std::move(value); },
                       [](const Config& config) { return config.staging_token.has_value(); }),
                   "none: the endpoint does not exist"));
  table.push_back(with_default(
      secret(
          "ADMIN_KEY", 16, "Opens the admin surface on the main port, where it is hidden otherwise.",
          [](Draft& draft, Secret value) { draft.config.admin_key = std::move(value); },
          [](const Config& config) { return config.admin_key.has_value(); }),
      "none: the admin surface is on ADMIN_PORT only"));
}

void append_store_settings(std::vector<Setting>& table) {
  table.push_back(with_default(
      choice<StoreKind>(
          "STORE", {{"embedded", StoreKind::kEmbedded}, {"redis", StoreKind::kRedis}},
          "Where intents and events are kept. Embedded outside development needs ALLOW_SINGLE_NODE=1.",
          [](Draft& draft, StoreKind value) { draft.store = value; },
          [](const Config& config) { return std::string{name(config.store)}; }),
      "redis when REDIS_URL is set, else embedded"));
  table.push_back(choice<bool>(
      "ALLOW_SINGLE_NODE", {{"1", true}, {"0", false}},
      "Permits the embedded store outside development: one instance, durable as its disk.",
      [](Draft& draft, bool value) { draft.config.allow_single_node = value; },
      [](const Config& config) { return std::string{config.allow_single_node ? "1" : "0"}; }));
  table.push_back(redis_url());
  table.push_back(number("REDIS_WAIT", &Config::redis_wait, 0, 16,
                         "So many replicas of Redis must have a write before it is acknowledged (WAIT); "
                         "with fewer, everything is answered as if Redis were out."));
  table.push_back(keyring());
}

void append_outbound_settings(std::vector<Setting>& table) {
  constexpr std::int64_t kMonth = 2'592'000'000;
  table.push_back(
      number("LEASE_MS", &Config::lease, 1'200, 600'000,
             "How long a worker owns an intent; a dead one's intents are taken over after it. More "
             "than GRAPH_TIMEOUT_MS + 1000."));
  table.push_back(
      number("INTENT_RETENTION_MS", &Config::intent_retention, 1'000, kMonth,
             "How long a settled intent answers duplicates; the same key sends again after it. At "
             "least a day in production."));
  table.push_back(
      number("EVENT_DEDUPE_RETENTION_MS", &Config::event_dedupe_retention, 1'000, kMonth,
             "How long a repeated webhook item is recognised; Meta repeats for up to 7 days. At least a "
             "day in production."));
  table.push_back(number("EVENT_RETENTION_MS", &Config::event_retention, 1'000, kMonth,
                         "How long consumers can read an event. At least a day in production."));
  table.push_back(
      number("CONTACT_RETENTION_MS", &Config::contact_retention, 172'800'000, 12 * kMonth,
             "How long it is remembered when a contact last wrote (its customer-service window) and "
             "under which ids. A stop of marketing is kept until it is taken back."));
  table.push_back(
      number("UNKNOWN_WINDOW_MS", &Config::unknown_window, 100, 86'400'000,
             "How long an intent of unknown outcome waits for evidence before ON_UNKNOWN decides."));
  table.push_back(choice<bool>(
      "ON_UNKNOWN", {{"hold", false}, {"resend", true}},
      "After that window: hold the intent as unconfirmed for a person, or send again (which may double).",
      [](Draft& draft, bool value) { draft.config.resend_unknown = value; },
      [](const Config& config) { return std::string{config.resend_unknown ? "resend" : "hold"}; }));
  table.push_back(
      number("MAX_ATTEMPTS", &Config::max_attempts, 1, 100, "Attempts after which an intent is dead."));
  table.push_back(number("MAX_AGE_MS", &Config::max_age, 1'000, kMonth,
                         "Age after which an intent is dead, counted from its sendAt or its redrive where it "
                         "has one. At most INTENT_RETENTION_MS."));
  table.push_back(number("RETRY_FIRST_MS", &Config::retry_first, 10, 60'000,
                         "Upper bound of the first random wait between attempts; it doubles each time."));
  table.push_back(number("RETRY_MAX_MS", &Config::retry_max, 10, 3'600'000, "Where the doubling stops."));
  table.push_back(number("RETRY_AFTER_MAX_MS", &Config::retry_after_max, 0, 86'400'000,
                         "The longest wait that an answer's Retry-After is believed."));
  table.push_back(number("REQUEST_BUDGET_MS", &Config::request_budget, 100, 300'000,
                         "How long POST /v1/intents waits for outcomes; later ones are answered as pending. "
                         "A request to Graph that has begun is awaited."));
  table.push_back(number("SENDS_IN_FLIGHT", &Config::sends_in_flight, 1, 10'000,
                         "Concurrent Graph requests per loop; more intents wait in the store."));
}

void append_limit_settings(std::vector<Setting>& table) {
  table.push_back(limit("SENDER_RATE", &Limits::sender_per_second, 0, 10'000,
                        "Messages a second of one sender, all instances together; a throttle halves it for a "
                        "while. 80 is Meta's default. 0: no limit."));
  table.push_back(limit("TENANT_RATE", &Limits::tenant_per_second, 0, 1'000'000,
                        "Messages a second of all senders of one tenant. 0: no limit."));
  table.push_back(limit("PAIR_INTERVAL_MS", &Limits::pair_interval, 0, 3'600'000,
                        "One message to one recipient in this time, after a burst of PAIR_BURST. 0: no "
                        "limit."));
  table.push_back(limit("PAIR_BURST", &Limits::pair_burst, 1, 10'000,
                        "Messages to one recipient before PAIR_INTERVAL_MS spaces them."));
  table.push_back(limit("BREAKER_MIN", &Limits::breaker_min, 0, 100'000,
                        "Answers within BREAKER_WINDOW_MS before a sender's circuit breaker may open. 0: no "
                        "breaker."));
  table.push_back(limit("BREAKER_PERCENT", &Limits::breaker_percent, 1, 100,
                        "Share of server faults and lost answers that opens it."));
  table.push_back(limit("BREAKER_WINDOW_MS", &Limits::breaker_window, 100, 3'600'000,
                        "The time over which that share is taken."));
  table.push_back(limit("BREAKER_OPEN_MS", &Limits::breaker_open, 10, 3'600'000,
                        "How long it stays open before one message probes; each failed probe doubles it."));
  table.push_back(limit("BREAKER_OPEN_MAX_MS", &Limits::breaker_open_max, 10, 86'400'000,
                        "Where that doubling stops. At least BREAKER_OPEN_MS."));
}

}  // namespace

std::vector<Setting> all_settings() {
  std::vector<Setting> table;
  append_process_settings(table);
  append_meta_settings(table);
  append_access_settings(table);
  append_store_settings(table);
  append_outbound_settings(table);
  append_limit_settings(table);
  append_media_settings(table);
  append_archive_settings(table);
  append_consumer_settings(table);
  append_google_settings(table);
  append_group_settings(table);
  return table;
}

std::string document(const Setting& setting) {
  const std::string alias = setting.alias.empty() ? "" : " (alias `" + setting.alias + "`)";
  return "| `" + setting.name + "`" + alias + " | " + setting.fallback + " | " + setting.rule + " | " +
         setting.meaning + " |";
}

}  // namespace wac::config
