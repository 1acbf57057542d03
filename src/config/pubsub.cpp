#include "config/pubsub.h"

#include "config/consumers.h"
#include "config/load_steps.h"
#include "config/values.h"

#include <algorithm>

namespace wac::config {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool allows_plain(const Config& config) {
  return config.environment == Environment::kDevelopment;
}

/// Over plain text nothing is proved: a token would be shown to the network.
void hold_back_credentials(ConsumerConfig& consumer) {
  if (!consumer.pubsub.endpoint.starts_with("http://")) return;
  consumer.google = {};
  consumer.google.kind = GoogleCredentials::Kind::kNone;
}

}  // namespace

bool is_project_id(std::string_view text) {
  constexpr std::size_t kMax = 100;
  return !text.empty() && text.size() <= kMax && text[0] >= 'a' && text[0] <= 'z' &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '.' || c == ':';
         });
}

bool is_topic_id(std::string_view text) {
  constexpr std::size_t kMin = 3;
  constexpr std::size_t kMax = 255;
  return text.size() >= kMin && text.size() <= kMax && is_letter(text[0]) && !text.starts_with("goog") &&
         std::ranges::all_of(text, [](char c) {
           return is_letter(c) || is_digit(c) || std::string_view{"-_.~+%"}.contains(c);
         });
}

std::optional<PubSubTopic> parse_topic(std::string_view name) {
  constexpr std::string_view kProjects = "projects/";
  constexpr std::string_view kTopics = "/topics/";
  if (!name.starts_with(kProjects)) return std::nullopt;
  name.remove_prefix(kProjects.size());
  const std::size_t end = name.find(kTopics);
  if (end == std::string_view::npos) return std::nullopt;
  PubSubTopic topic;
  topic.project = name.substr(0, end);
  topic.topic = name.substr(end + kTopics.size());
  if (!is_project_id(topic.project) || !is_topic_id(topic.topic)) return std::nullopt;
  return topic;
}

bool is_google_endpoint(std::string_view url, bool plain) {
  const auto origin = parse_origin(url);
  return origin && (origin->scheme == "https" || plain || is_loopback(origin->host));
}

std::optional<GoogleCredentials> read_google_credentials(YamlFields& fields, SecretFields& secrets,
                                                         const Config& config) {
  const bool given =
      fields.member("credentials_file") != nullptr || fields.member("credentials_env") != nullptr;
  const auto text = secrets.read(fields, "credentials", 0, SecretFields::Need::kOptional);
  if (!given)
    return fields.member("credentials") == nullptr ? std::optional{config.google.clone()} : std::nullopt;
  // What is wrong with the place of it has been said.
  if (!text) return std::nullopt;
  auto account = parse_service_account(*text);
  if (!account) {
    fields.problem(fields.member("credentials_file") != nullptr ? "credentials_file" : "credentials_env",
                   "put a service account's key in JSON there, as Google hands it out");
  }
  return account;
}

bool read_pubsub(YamlFields& fields, SecretFields& secrets, const Config& config, ConsumerConfig& consumer) {
  consumer.kind = ConsumerKind::kPubSub;
  consumer.parallel = kPubSubParallel;
  PubSubTopic& target = consumer.pubsub;
  target.project = fields.text("project").value_or("");
  target.topic = fields.text("topic").value_or("");
  target.endpoint = fields.text("endpoint").value_or(config.pubsub_url);
  bool good = true;
  const auto hold = [&](bool rule, std::string_view key, const char* text) {
    if (!rule) fields.problem(key, text);
    good = good && rule;
  };
  hold(is_project_id(target.project), "project", "write the id of a Google Cloud project here");
  hold(is_topic_id(target.topic), "topic", "write the id of a topic here: the last part of its name");
  hold(is_google_endpoint(target.endpoint, allows_plain(config)), "endpoint",
       "write https://host[:port] here; http:// only in development or to this host");
  const std::string_view ordering = fields.text("ordering").value_or("conversation");
  hold(ordering == "conversation" || ordering == "none", "ordering", "write conversation or none here");
  target.ordered = ordering == "conversation";
  auto credentials = read_google_credentials(fields, secrets, config);
  if (!credentials) return false;
  consumer.google = std::move(*credentials);
  hold_back_credentials(consumer);
  return good;
}

void add_pubsub(Draft& draft, Problems& problems) {
  Config& config = draft.config;
  const bool plain = allows_plain(config) || !draft.environment_known;
  if (!config.pubsub_emulator.empty() && !plain) {
    problems.add("PUBSUB_EMULATOR_HOST", "unset it: an emulator is for development");
  }
  if (!is_google_endpoint(config.pubsub_url, plain)) {
    problems.add("PUBSUB_ENDPOINT", "set it to https://host[:port]");
  }
  if (!config.pubsub_emulator.empty()) config.pubsub_url = "http://" + config.pubsub_emulator;
  if (!draft.pubsub) return;
  if (config.tenants.empty()) {
    problems.add("PUBSUB_TOPIC", "unset it: with TENANTS_FILE alone, consumers stand in that file");
    return;
  }
  ConsumerConfig consumer;
  consumer.id = ConsumerId::parse("pubsub").value();
  consumer.kind = ConsumerKind::kPubSub;
  consumer.parallel = kPubSubParallel;
  consumer.pubsub = *draft.pubsub;
  consumer.pubsub.endpoint = config.pubsub_url;
  consumer.pubsub.ordered = draft.pubsub_ordered;
  consumer.google = config.google.clone();
  hold_back_credentials(consumer);
  config.tenants[0].consumers.push_back(std::move(consumer));
}

}  // namespace wac::config
