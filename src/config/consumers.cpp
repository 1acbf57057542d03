#include "config/consumers.h"

#include "base/encoding.h"
#include "base/expose.h"
#include "config/values.h"

#include <algorithm>

namespace wac::config {
namespace {

using Need = SecretFields::Need;

constexpr std::size_t kKeyTextMin = 38;  // whsec_ and 24 bytes in base64
constexpr std::size_t kPrefixMax = 128;

class ConsumerReader {
 public:
  ConsumerReader(SecretFields& secrets, const Config& config, TenantConfig& tenant)
      : secrets_(secrets), config_(config), tenant_(tenant) {}

  void read(YamlFields& fields) {
    ConsumerConfig consumer;
    const bool has_id = read_id(fields, consumer);
    const bool has_target = read_target(fields, consumer);
    read_filters(fields, consumer);
    if (const auto ms = fields.number("timeout_ms", 100, 60'000)) consumer.timeout = Millis{*ms};
    if (const auto count = fields.number("parallel", 1, kParallelMax)) {
      consumer.parallel = static_cast<std::size_t>(*count);
    }
    if (const auto word = fields.text("start")) {
      if (*word != "oldest" && *word != "now") fields.problem("start", "write oldest or now here");
      if (*word == "now") consumer.start = ConsumerStart::kNow;
    }
    if (has_id && has_target) tenant_.consumers.push_back(std::move(consumer));
  }

 private:
  /// Its kind, and what only that has.
  bool read_target(YamlFields& fields, ConsumerConfig& consumer) {
    const std::string_view kind = fields.text("kind").value_or("webhook");
    if (kind == "webhook") return read_webhook(fields, consumer);
    if (kind == "pubsub") return read_pubsub(fields, secrets_, config_, consumer);
    fields.problem("kind", "write webhook or pubsub here");
    return false;
  }

  bool read_webhook(YamlFields& fields, ConsumerConfig& consumer) {
    const bool has_url = read_url(fields, consumer);
    const bool has_key = read_key(fields, "secret", Need::kRequired, consumer);
    const bool previous = read_key(fields, "previous_secret", Need::kOptional, consumer);
    return has_url && has_key && previous;
  }

  bool read_id(YamlFields& fields, ConsumerConfig& consumer) {
    constexpr const char* kRule =
        "lower-case letters, digits, - and _, at most 64, without seven digits in a row";
    if (fields.member("id") == nullptr) fields.problem("id", std::string{"set it: "} + kRule);
    const auto text = fields.text("id");
    if (!text) return false;
    const auto id = ConsumerId::parse(*text);
    if (!id) {
      fields.problem("id", std::string{"write "} + kRule + " here");
      return false;
    }
    if (*id == media_archive_id()) {
      fields.problem("id", "give it another id: that one is the archive's of media");
      return false;
    }
    if (std::ranges::find(tenant_.consumers, *id, &ConsumerConfig::id) != tenant_.consumers.end()) {
      fields.problem("id", "give each consumer of a tenant another id");
      return false;
    }
    consumer.id = *id;
    return true;
  }

  bool read_url(YamlFields& fields, ConsumerConfig& consumer) {
    if (fields.member("url") == nullptr) fields.problem("url", "set it: where events are posted to");
    const auto url = fields.text("url");
    if (!url) return false;
    if (!is_consumer_url(*url, config_.environment == Environment::kDevelopment)) {
      fields.problem("url", "write an https:// URL here; http:// only in development or to this host");
      return false;
    }
    consumer.url = *url;
    return true;
  }

  bool read_key(YamlFields& fields, std::string_view name, Need need, ConsumerConfig& consumer) {
    const std::string file = std::string{name} + "_file";
    const auto text = secrets_.read(fields, name, kKeyTextMin, need);
    // What is wrong with the place of it has been said.
    if (!text) return need == Need::kOptional;
    auto key = decode_signing_key(*text);
    if (!key) {
      const std::string place = fields.member(file) != nullptr ? file : std::string{name} + "_env";
      fields.problem(place, "put whsec_ and 24 to 64 bytes in base64 there");
      return false;
    }
    consumer.keys.push_back(std::move(*key));
    return true;
  }

  void read_filters(YamlFields& fields, ConsumerConfig& consumer) {
    for (const YamlNode& node : fields.list("types")) {
      if (is_type_prefix(node.text)) {
        consumer.types.push_back(node.text);
      } else {
        fields.problem("types", "write beginnings of event types here, such as whatsapp.message.");
      }
    }
    for (const YamlNode& node : fields.list("senders")) {
      if (const auto sender = SenderId::parse(node.text)) {
        consumer.senders.push_back(*sender);
      } else {
        fields.problem("senders", "write phone number ids here, 5 to 20 digits each");
      }
    }
  }

  SecretFields& secrets_;
  const Config& config_;
  TenantConfig& tenant_;
};

}  // namespace

bool is_type_prefix(std::string_view text) {
  return text.size() <= kPrefixMax && text.starts_with("whatsapp.") && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
         });
}

ConsumerConfig ConsumerConfig::clone() const {
  ConsumerConfig copy{id, kind, url, {}, types, senders, timeout, parallel, start, pubsub, google.clone()};
  for (const Secret& key : keys) copy.keys.push_back(key.clone());
  return copy;
}

std::optional<Secret> decode_signing_key(const Secret& text) {
  constexpr std::string_view kPrefix = "whsec_";
  constexpr std::size_t kMin = 24;
  constexpr std::size_t kMax = 64;
  std::string_view form = expose(text, Purpose::kValidate);
  if (!form.starts_with(kPrefix)) return std::nullopt;
  form.remove_prefix(kPrefix.size());
  auto bytes = from_base64(form);
  if (!bytes) return std::nullopt;
  Secret key{std::move(*bytes)};
  if (key.size() < kMin || key.size() > kMax) return std::nullopt;
  return key;
}

bool is_consumer_url(std::string_view url, bool plain) {
  const auto authority = url.find("://");
  if (authority == std::string_view::npos || url.size() > 2'048 || !is_token(url, 1)) return false;
  const auto rest = url.find_first_of("/?#", authority + 3);
  if (rest != std::string_view::npos && (url[rest] != '/' || url.find('#') != std::string_view::npos)) {
    return false;
  }
  const auto origin = parse_origin(url.substr(0, rest));
  return origin && (origin->scheme == "https" || plain || is_loopback(origin->host));
}

void read_consumers(YamlFields& tenant_fields, SecretFields& secrets, const Config& config,
                    TenantConfig& tenant, FileProblems& problems) {
  const std::vector<YamlNode>& items = tenant_fields.list("consumers");
  const YamlPath list{&tenant_fields.path(), "consumers", 0};
  ConsumerReader reader{secrets, config, tenant};
  for (std::size_t i = 0; i < items.size(); ++i) {
    const YamlPath path{&list, {}, i};
    YamlFields item{items[i], path, problems};
    reader.read(item);
    item.refuse_unknown();
  }
}

}  // namespace wac::config
