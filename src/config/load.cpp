#include "base/expose.h"
#include "config/load_steps.h"
#include "config/sources.h"
#include "config/tenants_file.h"

#include <algorithm>

namespace wac::config {
namespace {

constexpr std::string_view kFileSuffix = "_FILE";

class Reader {
 public:
  Reader(Sources& sources, Draft& draft, Problems& problems)
      : sources_(sources), draft_(draft), problems_(problems) {}

  void read(const Setting& setting) {
    std::vector<std::string> given;
    std::optional<Secret> value;
    for (const std::string& name : {setting.name, setting.alias}) {
      if (name.empty()) continue;
      if (auto text = sources_.variable(name)) {
        given.push_back(name);
        value = setting.names_file ? from_file(setting, name, *text) : std::move(text);
      }
      if (setting.names_file) continue;
      if (auto path = sources_.variable(name + std::string{kFileSuffix})) {
        given.push_back(name + std::string{kFileSuffix});
        value = from_file(setting, given.back(), *path);
      }
    }
    if (given.size() > 1) {
      problems_.add(setting.name, "set only one of " + given[0] + " and " + given[1]);
    } else if (value && !setting.apply(draft_, *value)) {
      problems_.add(setting.name, "set " + given[0] + " to " + setting.rule);
    }
  }

  bool has(const std::string& name) const { return sources_.variable(name).has_value(); }

 private:
  std::optional<Secret> from_file(const Setting& setting, const std::string& variable_name,
                                  const Secret& path) {
    auto value = sources_.secret_file(std::string{expose(path, Purpose::kValidate)}, setting.watched);
    if (value) return std::move(*value);
    problems_.add(setting.name, "set " + variable_name + " to a readable file with 1 to 65536 bytes");
    return std::nullopt;
  }

  Sources& sources_;
  Draft& draft_;
  Problems& problems_;
};

void read_environment(const Reader& reader, Draft& draft, Problems& problems) {
  const bool given = reader.has("ENVIRONMENT") || reader.has("ENVIRONMENT_FILE");
  const bool deployed = reader.has("K_SERVICE") || reader.has("KUBERNETES_SERVICE_HOST");
  if (!given && deployed) {
    problems.add("ENVIRONMENT",
                 "set it to development, staging or production: it is not guessed in a cluster");
  }
  draft.environment_known = !problems.about("ENVIRONMENT");
  // A configuration with problems is not to be used; should it be, then by the strictest rules.
  if (!draft.environment_known) draft.config.environment = Environment::kProduction;
}

void assemble(Draft& draft) {
  Config& config = draft.config;
  // With a file of tenants the variables need not describe one.
  if (!draft.sender.empty() || config.tenants_file.empty()) config.tenants.push_back({draft.tenant, {}});
  if (!draft.sender.empty())
    config.tenants[0].senders.push_back({draft.sender, draft.token.clone(), draft.waba_id});
  if (!draft.webhook_secret.empty()) config.webhook_secrets.push_back(draft.webhook_secret.clone());
  if (!draft.webhook_secret_previous.empty()) {
    config.webhook_secrets.push_back(draft.webhook_secret_previous.clone());
  }
}

/// Names that look like ours but are not in the table: most likely misspelt.
void note_unknown_names(const std::vector<Setting>& table, const std::vector<std::string>& names,
                        std::vector<std::string>& notes) {
  for (const std::string& full : names) {
    if (!full.starts_with("WHATSAPP_")) continue;
    const std::string name =
        full.ends_with(kFileSuffix) ? full.substr(0, full.size() - kFileSuffix.size()) : full;
    const bool known = std::ranges::any_of(
        table, [&](const Setting& setting) { return setting.name == name || setting.alias == name; });
    if (!known) notes.push_back(full + " is set but is not a variable of this program: it is ignored");
  }
}

}  // namespace

void Problems::add(const std::string& key, std::string rule) {
  if (!about(key)) list_.push_back({key, std::move(rule)});
}

void Problems::add_at(const std::string& file, std::size_t line, const std::string& key, std::string rule) {
  if (about(key)) return;
  if (++of_file_ <= kMaxOfFile) list_.push_back({key, std::move(rule), file, line});
}

bool Problems::about(const std::string& key) const {
  return std::ranges::find(list_, key, &Problem::key) != list_.end();
}

std::vector<Problem> Problems::take() {
  if (of_file_ > kMaxOfFile) {
    list_.push_back({"TENANTS_FILE", "repair " + std::to_string(of_file_ - kMaxOfFile) + " more places"});
  }
  return std::move(list_);
}

LoadResult load(const Variables& variables, const std::vector<std::string>& names) {
  Draft draft;
  Problems problems;
  LoadResult result;
  Sources sources{variables};
  Reader reader{sources, draft, problems};
  // Cloud Run kills ten seconds after SIGTERM.
  if (reader.has("K_SERVICE")) draft.config.drain_timeout = Millis{9'000};
  const std::vector<Setting> table = all_settings();
  for (const Setting& setting : table) reader.read(setting);
  read_environment(reader, draft, problems);

  Config& config = draft.config;
  config.store = draft.store.value_or(config.redis_url.empty() ? StoreKind::kEmbedded : StoreKind::kRedis);
  if (config.store == StoreKind::kEmbedded && !config.redis_url.empty()) {
    result.notes.emplace_back("REDIS_URL is set but not used, because STORE is embedded");
  }
  if (draft.environment_known && config.environment == Environment::kDevelopment) {
    complete_for_development(draft, problems, result.notes);
  }
  assemble(draft);
  add_consumer(draft, problems);
  add_pubsub(draft, problems);
  if (!config.tenants_file.empty()) read_tenants_file(sources, config, problems);
  add_archive(draft, problems);
  check_rules(draft, problems);
  note_unknown_names(table, names, result.notes);
  result.problems = problems.take();
  result.files = sources.take_files();
  result.secret_variables = sources.secret_variables();
  result.config = std::move(config);
  return result;
}

}  // namespace wac::config
