#include "config/tenants_file.h"

#include "base/encoding.h"
#include "config/consumers.h"
#include "config/values.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

namespace wac::config {
namespace {

using Need = SecretFields::Need;

constexpr std::size_t kTokenMin = 8;
constexpr std::size_t kAppSecretMin = 16;

/// Places of what may be there once.
class Seen {
 public:
  /// False when it was there before; then `line` is where, 0: among the environment variables.
  bool add(std::string_view what, std::size_t& line) {
    const auto [at, added] = lines_.try_emplace(std::string{what}, line);
    if (!added) line = at->second;
    return added;
  }

 private:
  std::map<std::string, std::size_t> lines_;
};

std::string again(const char* what, std::size_t line) {
  const std::string where = line == 0 ? "in the environment variables" : "at line " + std::to_string(line);
  return std::string{"give each "} + what + " once: it is already there " + where;
}

class TenantsReader {
 public:
  TenantsReader(Sources& sources, Config& config, Problems& problems)
      : config_(config),
        problems_(config.tenants_file, problems),
        secrets_(sources, std::filesystem::path{config.tenants_file}.parent_path().string()) {
    std::size_t line = 0;
    for (const TenantConfig& tenant : config.tenants) {
      tenants_.add(tenant.id.str(), line);
      for (const SenderConfig& sender : tenant.senders) senders_.add(sender.id.str(), line);
    }
    for (const ApiKey& key : config.api_keys) keys_.add(to_hex(key.digest), line);
  }

  void read(const YamlNode& root) {
    const YamlPath path;
    YamlFields fields{root, path, problems_};
    defaults_ = config_.limits;
    if (const YamlNode* node = fields.member("defaults")) {
      const YamlPath place{&path, "defaults", 0};
      YamlFields shared{*node, place, problems_};
      read_limits(shared, LimitsOf::kTenant, defaults_, problems_);
      read_policies(shared, config_, policies_, problems_);
      shared.refuse_unknown();
    }
    read_items(fields, "apps", &TenantsReader::read_app);
    read_items(fields, "tenants", &TenantsReader::read_tenant);
    if (const auto name = fields.text("fallback_tenant")) read_fallback(fields, *name);
    fields.refuse_unknown();
  }

  void problem(const YamlProblem& found) { problems_.add(found.line, "YAML", std::string{found.rule}); }

 private:
  void read_items(YamlFields& fields, std::string_view key, void (TenantsReader::*read)(YamlFields&)) {
    const std::vector<YamlNode>& items = fields.list(key);
    const YamlPath list{&fields.path(), key, 0};
    for (std::size_t i = 0; i < items.size(); ++i) {
      const YamlPath path{&list, {}, i};
      YamlFields item{items[i], path, problems_};
      (this->*read)(item);
      item.refuse_unknown();
    }
  }

  /// The text of a member that is there once in the whole file, as `parse` takes it.
  template <class Parse>
  auto unique(YamlFields& fields, std::string_view key, const char* what, const char* rule, Seen& seen,
              Parse parse) {
    const YamlNode* node = fields.member(key);
    const auto text = fields.text(key);
    if (node == nullptr) fields.problem(key, std::string{"set it: "} + rule);
    auto value = text ? parse(*text) : std::nullopt;
    if (text && !value) fields.problem(key, std::string{"write "} + rule + " here");
    std::size_t line = node == nullptr ? 0 : node->line;
    if (value && !seen.add(*text, line)) fields.problem(key, again(what, line));
    return value;
  }

  void read_app(YamlFields& fields) {
    AppConfig app;
    // The name stands in the webhook's URL; it has the form of a tenant's.
    const auto name = unique(fields, "name", "app",
                             "lower-case letters, digits, - and _, at most 64, without seven digits in a row",
                             apps_, TenantId::parse);
    auto verify = secrets_.read(fields, "verify_token", kTokenMin, Need::kRequired);
    auto secret = secrets_.read(fields, "secret", kAppSecretMin, Need::kRequired);
    auto previous = secrets_.read(fields, "previous_secret", kAppSecretMin, Need::kOptional);
    if (!name || !verify || !secret) return;
    app.name = name->str();
    app.verify_token = std::move(*verify);
    app.secrets.push_back(std::move(*secret));
    if (previous) app.secrets.push_back(std::move(*previous));
    config_.apps.push_back(std::move(app));
  }

  void read_tenant(YamlFields& fields) {
    const auto id = unique(fields, "id", "tenant",
                           "lower-case letters, digits, - and _, at most 64, without seven digits in a row",
                           tenants_, TenantId::parse);
    tenant_ = TenantConfig{id.value_or(TenantId{}), {}, {}, true};
    tenant_.policies = policies_;
    limits_ = defaults_;
    read_limits(fields, LimitsOf::kTenant, limits_, problems_);
    read_policies(fields, config_, tenant_.policies, problems_);
    if (const auto word = fields.text("media_archive")) {
      if (*word != "on" && *word != "off") fields.problem("media_archive", "write on or off here");
      tenant_.archives_media = *word != "off";
    }
    read_keys(fields);
    read_items(fields, "senders", &TenantsReader::read_sender);
    read_consumers(fields, secrets_, config_, tenant_, problems_);
    if (id) config_.tenants.push_back(std::move(tenant_));
  }

  void read_keys(YamlFields& fields) {
    const std::vector<YamlNode>& items = fields.list("api_key_hashes");
    const YamlPath list{&fields.path(), "api_key_hashes", 0};
    for (std::size_t i = 0; i < items.size(); ++i) {
      const YamlPath path{&list, {}, i};
      const auto bytes = from_hex(items[i].text);
      std::size_t line = items[i].line;
      if (!bytes || bytes->size() != crypto::Digest{}.size()) {
        problems_.add(line, path.text(),
                      "write the SHA-256 of an API key in 64 hex digits, made by `connectorctl keys`");
        continue;
      }
      ApiKey key{tenant_.id, {}};
      std::ranges::transform(*bytes, key.digest.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
      if (!keys_.add(to_hex(key.digest), line)) {
        problems_.add(items[i].line, path.text(), again("key", line));
        continue;
      }
      config_.api_keys.push_back(std::move(key));
    }
  }

  void read_sender(YamlFields& fields) {
    SenderConfig sender;
    const auto id = unique(fields, "phone_number_id", "sender",
                           "5 to 20 digits, the phone number's id in Meta's dashboard, not the number itself",
                           senders_, SenderId::parse);
    if (const auto account = fields.text("waba_id")) {
      // An account's id has the form of a sender's.
      if (SenderId::parse(*account)) {
        sender.waba_id = *account;
      } else {
        fields.problem("waba_id", "write 5 to 20 digits here");
      }
    }
    Limits limits = limits_;
    read_limits(fields, LimitsOf::kSender, limits, problems_);
    sender.limits = limits;
    auto token = secrets_.read(fields, "token", kTokenMin, Need::kRequired);
    if (!id || !token) return;
    sender.id = *id;
    sender.token = std::move(*token);
    tenant_.senders.push_back(std::move(sender));
  }

  void read_fallback(YamlFields& fields, std::string_view name) {
    const auto found =
        std::ranges::find(config_.tenants, name, [](const TenantConfig& tenant) { return tenant.id.str(); });
    if (found == config_.tenants.end()) {
      fields.problem("fallback_tenant", "write the id of a tenant here");
    } else {
      config_.fallback_tenant = found->id;
    }
  }

  Config& config_;
  FileProblems problems_;
  SecretFields secrets_;
  Limits defaults_;
  Policies policies_;
  /// Of the tenant being read.
  Limits limits_;
  TenantConfig tenant_;
  Seen tenants_;
  Seen senders_;
  Seen keys_;
  Seen apps_;
};

}  // namespace

void read_tenants_file(Sources& sources, Config& config, Problems& problems) {
  const auto text = sources.tenants_file(config.tenants_file);
  if (!text) {
    problems.add("TENANTS_FILE", "set it to a YAML file of at most 32 MiB that this process may read");
    return;
  }
  const YamlDocument document = parse_yaml(*text);
  TenantsReader reader{sources, config, problems};
  for (const YamlProblem& found : document.problems) reader.problem(found);
  // A file that is just being written is empty for a moment. Nobody means to lose all tenants by that.
  if (document.problems.empty() && document.root.kind == YamlNode::Kind::kNull)
    reader.problem({1, "write `tenants: []` where there are none: an empty file is refused"});
  if (document.problems.empty()) reader.read(document.root);
}

}  // namespace wac::config
