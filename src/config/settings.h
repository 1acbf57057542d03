#pragma once
// The table of all settings: reading, printing, validation and docs/configuration.md share it.

#include "config/config.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wac::config {

/// A configuration while it is read.
struct Draft {
  Config config;
  TenantId tenant = TenantId::parse("default").value();
  SenderId sender;
  std::string waba_id;
  Secret token;
  Secret webhook_secret;
  Secret webhook_secret_previous;
  Secret consumer_url;
  Secret consumer_secret;  ///< decoded, as the next one
  Secret consumer_secret_previous;
  std::optional<PubSubTopic> pubsub;  ///< PUBSUB_TOPIC
  bool pubsub_ordered = true;
  /// STORE as given; its default depends on REDIS_URL.
  std::optional<StoreKind> store;
  /// False: ENVIRONMENT has a value we do not know, so no rule that depends on it can be judged.
  bool environment_known = true;
};

enum class Secrecy : std::uint8_t { kPublic, kSecret };

struct Setting {
  std::string name;
  std::string alias;  ///< an older name, or empty
  Secrecy secrecy = Secrecy::kPublic;
  /// The variable names a file whose content is the value; there is no NAME_FILE.
  bool names_file = false;
  bool watched = false;  ///< a change of its NAME_FILE is taken over while the service runs
  std::string fallback;  ///< the default, in words of the documentation
  std::string rule;      ///< what to set: "a number from 1 to 100"
  std::string meaning;   ///< and what happens at the limit
  /// Takes the value over; false when it breaks the rule. The value travels as a Secret, whatever it is, so
  /// that no copy of it stays in memory.
  std::function<bool(Draft&, const Secret&)> apply;
  /// The value as text; only called for public ones. For secrets: empty when unset.
  std::function<std::string(const Config&)> show;
};

std::vector<Setting> all_settings();

/// The table of docs/configuration.md, a line per setting.
std::string document(const Setting& setting);

}  // namespace wac::config
