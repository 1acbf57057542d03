#include "config/print_tenants.h"

#include <algorithm>
#include <map>

namespace wac::config {
namespace {

std::string line(int indent, std::string_view key, const std::string& value) {
  return std::string(static_cast<std::size_t>(indent), ' ').append(key) + ": " + value + "\n";
}

std::string limits_text(const Limits& limits) {
  const auto field = [](const char* name, std::int64_t value) {
    return std::string{name} + ": " + std::to_string(value);
  };
  return "{" + field("sender_per_second", limits.sender_per_second) + ", " +
         field("tenant_per_second", limits.tenant_per_second) + ", " +
         field("pair_interval_ms", limits.pair_interval.count()) + ", " +
         field("pair_burst", limits.pair_burst) + ", " + field("breaker_min", limits.breaker_min) + ", " +
         field("breaker_percent", limits.breaker_percent) + ", " +
         field("breaker_window_ms", limits.breaker_window.count()) + ", " +
         field("breaker_open_ms", limits.breaker_open.count()) + ", " +
         field("breaker_open_max_ms", limits.breaker_open_max.count()) + "}";
}

std::string policies_text(const Policies& policies, const Config& config) {
  const bool resend = policies.resend_unknown.value_or(config.resend_unknown);
  return std::string{"{on_unknown: "} + (resend ? "resend" : "hold") +
         ", max_attempts: " + std::to_string(policies.max_attempts.value_or(config.max_attempts)) +
         ", max_age_ms: " + std::to_string(policies.max_age.value_or(config.max_age).count()) +
         ", retry_first_ms: " + std::to_string(policies.retry_first.value_or(config.retry_first).count()) +
         ", retry_max_ms: " + std::to_string(policies.retry_max.value_or(config.retry_max).count()) + "}";
}

std::string list_text(const auto& items, auto text_of) {
  std::string text;
  for (const auto& item : items) text.append(text.empty() ? "" : ", ").append(text_of(item));
  return "[" + text + "]";
}

std::string webhook_text(const ConsumerConfig& consumer) {
  // What follows the host may be a token.
  const std::size_t path = consumer.url.find('/', consumer.url.find("://") + 3);
  std::string text =
      line(8, "url", consumer.url.substr(0, path) + (path == std::string::npos ? "" : "/<secret>"));
  text += line(8, "secret", "<secret>");
  if (consumer.keys.size() > 1) text += line(8, "previous_secret", "<secret>");
  return text;
}

std::string pubsub_text(const ConsumerConfig& consumer) {
  const bool account = consumer.google.kind == GoogleCredentials::Kind::kServiceAccount;
  return line(8, "kind", "pubsub") + line(8, "project", consumer.pubsub.project) +
         line(8, "topic", consumer.pubsub.topic) + line(8, "endpoint", consumer.pubsub.endpoint) +
         line(8, "ordering", consumer.pubsub.ordered ? "conversation" : "none") +
         (account ? line(8, "credentials", "<secret>") : "");
}

std::string consumer_text(const ConsumerConfig& consumer) {
  std::string text = line(6, "- id", std::string{consumer.id.str()});
  text += consumer.kind == ConsumerKind::kPubSub ? pubsub_text(consumer) : webhook_text(consumer);
  text += line(8, "types", list_text(consumer.types, [](const std::string& type) { return type; }));
  text +=
      line(8, "senders", list_text(consumer.senders, [](const SenderId& sender) { return sender.str(); }));
  text += line(8, "timeout_ms", std::to_string(consumer.timeout.count()));
  text += line(8, "parallel", std::to_string(consumer.parallel));
  text += line(8, "start", consumer.start == ConsumerStart::kNow ? "now" : "oldest");
  return text;
}

std::string tenant_text(const TenantConfig& tenant, std::size_t keys, const Config& config) {
  std::string text = line(2, "- id", std::string{tenant.id.str()});
  text += line(4, "api_key_hashes", "<" + std::to_string(keys) + ">");
  text += line(4, "policies", policies_text(tenant.policies, config));
  if (!tenant.senders.empty()) text += "    senders:\n";
  for (const SenderConfig& sender : tenant.senders) {
    text += line(6, "- phone_number_id", std::string{sender.id.str()});
    if (!sender.waba_id.empty()) text += line(8, "waba_id", sender.waba_id);
    text += line(8, "token", "<secret>");
    text += line(8, "limits", limits_text(sender.limits.value_or(config.limits)));
  }
  if (!tenant.archives_media) text += line(4, "media_archive", "off");
  const auto described = [](const ConsumerConfig& consumer) {
    return consumer.kind != ConsumerKind::kMediaArchive;
  };
  if (std::ranges::any_of(tenant.consumers, described)) text += "    consumers:\n";
  for (const ConsumerConfig& consumer : tenant.consumers) {
    if (described(consumer)) text += consumer_text(consumer);
  }
  return text;
}

}  // namespace

std::string print_tenants(const Config& config) {
  if (config.tenants_file.empty()) return {};
  std::string text = "# TENANTS_FILE\n";
  if (config.fallback_tenant) text += line(0, "fallback_tenant", std::string{config.fallback_tenant->str()});
  if (!config.apps.empty()) text += "apps:\n";
  for (const AppConfig& app : config.apps) {
    text += line(2, "- name", app.name);
    text += line(4, "verify_token", "<secret>");
    text += line(4, "secret", "<secret>");
    if (app.secrets.size() > 1) text += line(4, "previous_secret", "<secret>");
  }
  std::map<TenantId, std::size_t> keys;
  for (const ApiKey& key : config.api_keys) ++keys[key.tenant];
  text += "tenants:\n";
  for (const TenantConfig& tenant : config.tenants) {
    if (tenant.from_file) text += tenant_text(tenant, keys[tenant.id], config);
  }
  return text;
}

}  // namespace wac::config
