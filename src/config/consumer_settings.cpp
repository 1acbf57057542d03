// The settings of consumers: the one that the environment variables describe, and how all are treated.

#include "config/consumers.h"
#include "config/setting_kinds.h"

#include <algorithm>

namespace wac::config {
namespace {

const ConsumerConfig* first_consumer(const Config& config) {
  if (config.tenants.empty() || config.tenants[0].from_file) return nullptr;
  const auto& consumers = config.tenants[0].consumers;
  const auto found = std::ranges::find(consumers, ConsumerKind::kWebhook, &ConsumerConfig::kind);
  return found == consumers.end() ? nullptr : &*found;
}

Setting consumer_url() {
  Setting setting;
  setting.name = "WEBHOOK_CONSUMER_URL";
  setting.secrecy = Secrecy::kSecret;
  setting.watched = true;
  setting.fallback = "none: events are read at `/v1/events`";
  setting.rule = "https://host[:port]/path, or http:// in development or to this host";
  setting.meaning =
      "Where the tenant's events are posted to, to its consumer `default`. Needs WEBHOOK_CONSUMER_SECRET.";
  setting.apply = [](Draft& draft, const Secret& value) {
    draft.consumer_url = value.clone();
    // Which hosts may be spoken to in plain text depends on ENVIRONMENT: load() looks at it again.
    return is_consumer_url(text_of(value), true);
  };
  setting.show = [](const Config& config) {
    return std::string{first_consumer(config) == nullptr ? "" : "set"};
  };
  return setting;
}

Setting consumer_secret(const char* name, const char* meaning, std::size_t index, Secret Draft::* field) {
  Setting setting;
  setting.name = name;
  setting.secrecy = Secrecy::kSecret;
  setting.watched = true;
  setting.fallback = "none";
  setting.rule = "whsec_ and 24 to 64 bytes in base64";
  setting.meaning = meaning;
  setting.apply = [field](Draft& draft, const Secret& value) {
    auto key = decode_signing_key(value);
    if (!key) return false;
    draft.*field = std::move(*key);
    return true;
  };
  setting.show = [index](const Config& config) {
    const ConsumerConfig* consumer = first_consumer(config);
    return std::string{consumer != nullptr && consumer->keys.size() > index ? "set" : ""};
  };
  return setting;
}

template <class T>
Setting delivery(const char* name, T DeliveryRules::* field, std::int64_t min, std::int64_t max,
                 const char* meaning) {
  return number_at(
      name, [field](auto& config) -> auto& { return config.delivery.*field; }, min, max, meaning);
}

}  // namespace

void append_consumer_settings(std::vector<Setting>& table) {
  constexpr std::int64_t kMonth = 2'592'000'000;
  table.push_back(consumer_url());
  table.push_back(consumer_secret("WEBHOOK_CONSUMER_SECRET",
                                  "The key that consumer's events are signed with (Standard Webhooks).", 0,
                                  &Draft::consumer_secret));
  table.push_back(consumer_secret("WEBHOOK_CONSUMER_SECRET_PREVIOUS",
                                  "Signs them as well, while the key is being rotated.", 1,
                                  &Draft::consumer_secret_previous));
  table.push_back(choice<bool>(
      "CONSUMER_ADDRESS_POLICY", {{"any", false}, {"public", true}},
      "Where the URLs of consumers may lead, after name resolution. `public` refuses loopback, private and "
      "other special addresses, for an operator who lets others write those URLs. Cloud metadata services "
      "never get an event.",
      [](Draft& draft, bool value) { draft.config.delivery.public_only = value; },
      [](const Config& config) { return std::string{config.delivery.public_only ? "public" : "any"}; }));
  table.push_back(delivery("DELIVERY_RETRY_FIRST_MS", &DeliveryRules::retry_first, 10, 60'000,
                           "Upper bound of the first random wait before an event is posted again; it "
                           "doubles each time."));
  table.push_back(delivery("DELIVERY_RETRY_MAX_MS", &DeliveryRules::retry_max, 10, 86'400'000,
                           "Where the doubling stops, and the longest wait a consumer's Retry-After is "
                           "believed. At least DELIVERY_RETRY_FIRST_MS."));
  table.push_back(delivery("DELIVERY_GIVE_UP_MS", &DeliveryRules::give_up, 100, kMonth,
                           "An event that one consumer refuses for so long becomes a dead letter. Time in "
                           "which the consumer is paused does not end it."));
  table.push_back(delivery("DELIVERY_PAUSE_AFTER_MS", &DeliveryRules::pause_after, 100, 86'400'000,
                           "A consumer that takes nothing for so long, in DELIVERY_PAUSE_FAILURES tries or "
                           "more, is paused: only probes are sent until one succeeds."));
  table.push_back(delivery("DELIVERY_PAUSE_FAILURES", &DeliveryRules::pause_failures, 1, 10'000,
                           "Failed tries in a row before a consumer may be paused."));
  table.push_back(delivery("DELIVERY_DEAD_LETTERS_MAX", &DeliveryRules::dead_letters, 1, 10'000,
                           "Dead letters of one consumer. With so many no event of it is given up: it is "
                           "tried on, and its conversation waits, until some are redriven."));
  table.push_back(delivery("DELIVERY_LEASE_MS", &DeliveryRules::lease, 1'000, 600'000,
                           "How long an instance serves a consumer without renewing; another one takes over "
                           "a dead one's after it."));
}

void add_consumer(Draft& draft, Problems& problems) {
  const bool has_url = !draft.consumer_url.empty() && !problems.about("WEBHOOK_CONSUMER_URL");
  if (!has_url) {
    if (draft.consumer_secret.empty() || problems.about("WEBHOOK_CONSUMER_URL")) return;
    problems.add("WEBHOOK_CONSUMER_URL", "set it, or unset WEBHOOK_CONSUMER_SECRET");
    return;
  }
  const std::string_view url = text_of(draft.consumer_url);
  const bool plain = draft.config.environment == Environment::kDevelopment || !draft.environment_known;
  if (!is_consumer_url(url, plain)) {
    problems.add("WEBHOOK_CONSUMER_URL", "set it to an https:// URL");
    return;
  }
  if (draft.consumer_secret.empty()) {
    if (!problems.about("WEBHOOK_CONSUMER_SECRET")) {
      problems.add("WEBHOOK_CONSUMER_SECRET", "set it to whsec_ and 24 to 64 random bytes in base64");
    }
    return;
  }
  if (draft.config.tenants.empty()) {
    problems.add("WEBHOOK_CONSUMER_URL", "unset it: with TENANTS_FILE alone, consumers stand in that file");
    return;
  }
  ConsumerConfig consumer;
  consumer.id = ConsumerId::parse("default").value();
  consumer.url = url;
  consumer.keys.push_back(draft.consumer_secret.clone());
  if (!draft.consumer_secret_previous.empty()) {
    consumer.keys.push_back(draft.consumer_secret_previous.clone());
  }
  draft.config.tenants[0].consumers.push_back(std::move(consumer));
}

void check_delivery(const Config& config, Problems& problems) {
  if (config.delivery.retry_max < config.delivery.retry_first) {
    problems.add("DELIVERY_RETRY_MAX_MS", "set it to DELIVERY_RETRY_FIRST_MS or more");
  }
}

}  // namespace wac::config
