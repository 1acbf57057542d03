#include "base/expose.h"
#include "config/files.h"
#include "config/load_steps.h"
#include "config/values.h"
#include "crypto/keyring.h"

namespace wac::config {
namespace {

constexpr const char* kSandboxSender = "106540352242922";
constexpr const char* kSandboxToken = "sandbox-token";

Secret random_token(Random& random) {
  const Secret key = generate_api_key(random);
  return Secret{std::string{expose(key, Purpose::kAuthorization).substr(4)}};
}

class Generator {
 public:
  Generator(Draft& draft, Problems& problems, std::vector<std::string>& notes)
      : draft_(draft), problems_(problems), notes_(notes), random_(make_system_random()) {}

  /// The secret in data_dir/file, made when there is none; empty when that is not possible.
  Secret get(const char* key, const char* file, Secret (*make)(Random&)) {
    if (problems_.about(key)) return {};
    const std::string& directory = draft_.config.data_dir;
    auto stored = read_or_create(directory, file, [&] { return make(*random_); });
    if (!stored) {
      problems_.add("DATA_DIR", "set it to a directory this process may write to and read");
      return {};
    }
    if (stored->value.empty()) {
      problems_.add(key, "set it, or remove the empty file " + directory + "/" + file);
      return {};
    }
    notes_.push_back((stored->created ? "generated " : "using ") + directory + "/" + file + " for " + key);
    return std::move(stored->value);
  }

 private:
  Draft& draft_;
  Problems& problems_;
  std::vector<std::string>& notes_;
  std::unique_ptr<Random> random_;
};

bool graph_is_local(const Config& config) {
  const auto origin = parse_origin(config.graph_url);
  return origin && is_loopback(origin->host);
}

void use_sandbox(Draft& draft, const Problems& problems, std::vector<std::string>& notes) {
  if (!graph_is_local(draft.config)) return;
  if (draft.sender.empty() && !problems.about("WHATSAPP_PHONE_NUMBER_ID")) {
    draft.sender = SenderId::parse(kSandboxSender).value();
    notes.emplace_back("WHATSAPP_PHONE_NUMBER_ID is unset: the sandbox's sender is used");
  }
  if (draft.token.empty() && !problems.about("WHATSAPP_ACCESS_TOKEN")) {
    draft.token = Secret{kSandboxToken};
    notes.emplace_back("WHATSAPP_ACCESS_TOKEN is unset: the sandbox's token is used");
  }
}

}  // namespace

void complete_for_development(Draft& draft, Problems& problems, std::vector<std::string>& notes) {
  // A file of tenants says who they are: none is made up beside them.
  const bool alone = draft.config.tenants_file.empty();
  if (alone) use_sandbox(draft, problems, notes);
  Generator generator{draft, problems, notes};
  Config& config = draft.config;
  if (config.keyring.empty())
    config.keyring = generator.get("KEYRING", "keyring.json", crypto::Keyring::generate);
  if (config.verify_token.empty()) {
    config.verify_token = generator.get("WHATSAPP_VERIFY_TOKEN", "verify_token", random_token);
  }
  if (draft.webhook_secret.empty()) {
    draft.webhook_secret = generator.get("WHATSAPP_WEBHOOK_SECRET", "webhook_secret", random_token);
  }
  if (alone && config.api_keys.empty()) {
    const Secret key = generator.get("API_KEY_HASHES", "api_key", generate_api_key);
    if (!key.empty()) {
      config.api_keys.push_back({draft.tenant, api_key_digest(expose(key, Purpose::kAuthorization))});
    }
  }
}

}  // namespace wac::config
