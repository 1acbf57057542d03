// The settings of Google's APIs: who we are there, and Pub/Sub.

#include "config/pubsub.h"
#include "config/setting_kinds.h"

namespace wac::config {
namespace {

constexpr const char* kAuthority = "host[:port]";

/// host[:port]
bool is_authority(std::string_view text) {
  return parse_origin("http://" + std::string{text}).has_value();
}

const ConsumerConfig* first_topic(const Config& config) {
  if (config.tenants.empty() || config.tenants[0].from_file) return nullptr;
  const auto& consumers = config.tenants[0].consumers;
  const auto found = std::ranges::find(consumers, ConsumerKind::kPubSub, &ConsumerConfig::kind);
  return found == consumers.end() ? nullptr : &*found;
}

Setting application_credentials() {
  Setting setting;
  setting.name = "GOOGLE_APPLICATION_CREDENTIALS";
  setting.secrecy = Secrecy::kSecret;
  setting.names_file = true;
  setting.watched = true;
  setting.fallback = "none: the machine's own service account (metadata server)";
  setting.rule = "a file with a service account's key in JSON, as Google hands it out";
  setting.meaning =
      "Who the program is at Google's APIs, for whatever names no `credentials_file` of its own.";
  setting.apply = [](Draft& draft, const Secret& value) {
    auto found = parse_service_account(value);
    if (!found) return false;
    draft.config.google = std::move(*found);
    return true;
  };
  setting.show = [](const Config& config) {
    const bool set = config.google.kind == GoogleCredentials::Kind::kServiceAccount;
    return std::string{set ? "set" : ""};
  };
  return setting;
}

Setting topic() {
  Setting setting;
  setting.name = "PUBSUB_TOPIC";
  setting.fallback = "none: nothing is published";
  setting.rule = "projects/P/topics/T";
  setting.meaning = "Where the tenant's events are published in Google Pub/Sub, by its consumer `pubsub`.";
  setting.apply = [](Draft& draft, const Secret& value) {
    draft.pubsub = parse_topic(text_of(value));
    return draft.pubsub.has_value();
  };
  setting.show = [](const Config& config) {
    const ConsumerConfig* consumer = first_topic(config);
    return consumer == nullptr ? std::string{} : consumer->pubsub.name();
  };
  return setting;
}

}  // namespace

void append_google_settings(std::vector<Setting>& table) {
  table.push_back(topic());
  table.push_back(choice<bool>(
      "PUBSUB_ORDERING", {{"conversation", true}, {"none", false}},
      "Whether that consumer's messages carry an ordering key, one for each conversation.",
      [](Draft& draft, bool value) { draft.pubsub_ordered = value; },
      [](const Config& config) {
        const ConsumerConfig* consumer = first_topic(config);
        return std::string{consumer == nullptr || consumer->pubsub.ordered ? "conversation" : "none"};
      }));
  table.push_back(text(
      "PUBSUB_ENDPOINT", &Config::pubsub_url,
      "https://host[:port], or http:// in development or to this host",
      // Which hosts may be spoken to in plain text depends on ENVIRONMENT: load() looks at it again.
      [](std::string_view url) { return is_google_endpoint(url, true); },
      "Where Pub/Sub is, for consumers that name no `endpoint`: a region's, to keep the order of a "
      "conversation published from several regions. Over `http://` no credentials are sent."));
  table.push_back(
      with_default(text("PUBSUB_EMULATOR_HOST", &Config::pubsub_emulator, kAuthority, is_authority,
                        "A Pub/Sub emulator, in place of PUBSUB_ENDPOINT. Only in development."),
                   "none"));
  table.push_back(application_credentials());
  table.push_back(text("GCE_METADATA_HOST", &Config::metadata_host, kAuthority, is_authority,
                       "Where the metadata server is asked for access tokens, in plain text."));
}

}  // namespace wac::config
