#include "base/encoding.h"
#include "config/setting_kinds.h"

#include <algorithm>

namespace wac::config {
namespace {

constexpr std::size_t kMaxApiKeys = 1000;

bool read_api_keys(Draft& draft, const Secret& value) {
  std::string_view rest = text_of(value);
  std::vector<ApiKey> keys;
  while (!rest.empty()) {
    const std::string_view entry = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), entry.size() + 1));
    const auto colon = entry.find(':');
    if (colon == std::string_view::npos) return false;
    const auto tenant = TenantId::parse(entry.substr(0, colon));
    const auto bytes = from_hex(entry.substr(colon + 1));
    if (!tenant || !bytes || bytes->size() != crypto::Digest{}.size() || keys.size() == kMaxApiKeys)
      return false;
    ApiKey key{*tenant, {}};
    std::ranges::transform(*bytes, key.digest.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
    if (std::ranges::find(keys, key.digest, &ApiKey::digest) != keys.end()) return false;
    keys.push_back(std::move(key));
  }
  draft.config.api_keys = std::move(keys);
  return !draft.config.api_keys.empty();
}

}  // namespace

const SenderConfig* first_sender(const Config& config) {
  if (config.tenants.empty()) return nullptr;
  const TenantConfig& tenant = config.tenants[0];
  return tenant.from_file || tenant.senders.empty() ? nullptr : &tenant.senders[0];
}

Setting api_key_hashes() {
  Setting setting;
  setting.name = "API_KEY_HASHES";
  setting.secrecy = Secrecy::kSecret;
  setting.fallback = "none; in development one key is generated into `DATA_DIR/api_key`";
  setting.rule =
      "tenant:sha256 pairs, separated by commas, each digest 64 hex digits and given once, at most 1000";
  setting.meaning =
      "Who may call `/v1`. Only digests are kept: `connectorctl keys` makes a key and its pair. "
      "Required "
      "in production, and in staging unless STAGING_OUTBOUND_TOKEN is set.";
  setting.apply = read_api_keys;
  setting.show = [](const Config& config) { return std::string{config.api_keys.empty() ? "" : "set"}; };
  return setting;
}

Setting keyring() {
  Setting setting;
  setting.name = "KEYRING";
  setting.secrecy = Secrecy::kSecret;
  setting.fallback = "none; in development generated into `DATA_DIR/keyring.json`";
  setting.rule = "a keyring in JSON, made by `connectorctl keys`";
  setting.meaning =
      "Keys that seal payloads and personal data in the store. Required outside development. Losing it makes "
      "stored data unreadable; keep old keys in it until what they sealed has expired.";
  setting.apply = [](Draft& draft, const Secret& value) {
    draft.config.keyring = value.clone();
    return true;
  };
  setting.show = [](const Config& config) { return std::string{config.keyring.empty() ? "" : "set"}; };
  return setting;
}

Setting redis_url() {
  Setting setting = secret(
      "REDIS_URL", 9,
      "The shared store: a server, or any node of a cluster. Outside development it must be `rediss://` "
      "(TLS).",
      [](Draft& draft, Secret value) { draft.config.redis_url = std::move(value); },
      [](const Config& config) { return !config.redis_url.empty(); });
  setting.rule = "redis[s]://[[user]:password@]host[:port][/db]";
  setting.fallback = "none: embedded store";
  setting.apply = [inner = setting.apply](Draft& draft, const Secret& value) {
    const std::string_view url = text_of(value);
    const bool known = url.starts_with("redis://") || url.starts_with("rediss://");
    return known && url.find("://") + 3 < url.size() && inner(draft, value);
  };
  return setting;
}

Setting sender_id() {
  Setting setting;
  setting.name = "WHATSAPP_PHONE_NUMBER_ID";
  setting.fallback = "none; in development against a loopback GRAPH_API_URL the sandbox's `106540352242922`";
  setting.rule = "5 to 20 digits: the phone number's id in Meta's dashboard, not the number itself";
  setting.meaning = "The sender. Required, unless TENANTS_FILE is set.";
  setting.apply = [](Draft& draft, const Secret& value) {
    const auto id = SenderId::parse(text_of(value));
    if (id) draft.sender = *id;
    return id.has_value();
  };
  setting.show = [](const Config& config) {
    const SenderConfig* sender = first_sender(config);
    return std::string{sender == nullptr ? "" : sender->id.str()};
  };
  return setting;
}

Setting waba_id() {
  Setting setting;
  setting.name = "WHATSAPP_BUSINESS_ACCOUNT_ID";
  setting.alias = "WABA_ID";
  setting.fallback = "none: templates are not checked before they are sent";
  setting.rule = "5 to 20 digits: the id of the WhatsApp Business Account that the sender belongs to";
  setting.meaning =
      "Whose templates are listed, so that a message that does not fit its template fails unsent.";
  setting.apply = [](Draft& draft, const Secret& value) {
    // The same form as a sender's id.
    const auto id = SenderId::parse(text_of(value));
    if (id) draft.waba_id = id->str();
    return id.has_value();
  };
  setting.show = [](const Config& config) {
    const SenderConfig* sender = first_sender(config);
    return sender == nullptr ? std::string{} : sender->waba_id;
  };
  return setting;
}

Setting tenant_id() {
  Setting setting;
  setting.name = "TENANT_ID";
  setting.fallback = "default";
  setting.rule = "lower-case letters, digits, - and _, at most 64, without seven digits in a row";
  setting.meaning = "The name of the tenant that owns the sender; callers give it as `tenantId`.";
  setting.apply = [](Draft& draft, const Secret& value) {
    const auto id = TenantId::parse(text_of(value));
    if (id) draft.tenant = *id;
    return id.has_value();
  };
  setting.show = [](const Config& config) {
    const bool given = !config.tenants.empty() && !config.tenants[0].from_file;
    return std::string{given ? config.tenants[0].id.str() : "default"};
  };
  return setting;
}

}  // namespace wac::config
