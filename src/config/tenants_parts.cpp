#include "base/expose.h"
#include "config/tenants_file.h"
#include "config/values.h"

#include <algorithm>
#include <filesystem>

namespace wac::config {
namespace {

struct LimitField {
  std::string_view key;
  std::int64_t min;
  std::int64_t max;
  void (*set)(Limits&, std::int64_t);
};

template <std::uint32_t Limits::* Field>
void set_number(Limits& limits, std::int64_t value) {
  limits.*Field = static_cast<std::uint32_t>(value);
}
template <Millis Limits::* Field>
void set_time(Limits& limits, std::int64_t value) {
  limits.*Field = Millis{value};
}

// The ranges are those of the environment variables of the same meaning.
constexpr LimitField kSenderLimits[] = {
    {"sender_per_second", 0, 10'000, set_number<&Limits::sender_per_second>},
    {"pair_interval_ms", 0, 3'600'000, set_time<&Limits::pair_interval>},
    {"pair_burst", 1, 10'000, set_number<&Limits::pair_burst>},
    {"breaker_min", 0, 100'000, set_number<&Limits::breaker_min>},
    {"breaker_percent", 1, 100, set_number<&Limits::breaker_percent>},
    {"breaker_window_ms", 100, 3'600'000, set_time<&Limits::breaker_window>},
    {"breaker_open_ms", 10, 3'600'000, set_time<&Limits::breaker_open>},
    {"breaker_open_max_ms", 10, 86'400'000, set_time<&Limits::breaker_open_max>},
};
constexpr LimitField kTenantLimit = {"tenant_per_second", 0, 1'000'000,
                                     set_number<&Limits::tenant_per_second>};

void read_limit(YamlFields& fields, const LimitField& field, Limits& limits) {
  if (const auto value = fields.number(field.key, field.min, field.max)) field.set(limits, *value);
}

bool is_variable_name(std::string_view name) {
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::ranges::all_of(name, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

void read_limits(YamlFields& parent, LimitsOf whose, Limits& limits, FileProblems& problems) {
  const YamlNode* node = parent.member("limits");
  if (node == nullptr) return;
  const YamlPath path{&parent.path(), "limits", 0};
  YamlFields fields{*node, path, problems};
  for (const LimitField& field : kSenderLimits) read_limit(fields, field, limits);
  if (whose == LimitsOf::kTenant) read_limit(fields, kTenantLimit, limits);
  if (limits.breaker_open_max < limits.breaker_open) {
    fields.problem("breaker_open_max_ms", "write breaker_open_ms or more here");
  }
  fields.refuse_unknown();
}

void read_policies(YamlFields& parent, const Config& config, Policies& policies, FileProblems& problems) {
  const YamlNode* node = parent.member("policies");
  if (node == nullptr) return;
  const YamlPath path{&parent.path(), "policies", 0};
  YamlFields fields{*node, path, problems};
  if (const auto word = fields.text("on_unknown")) {
    if (*word == "hold" || *word == "resend") {
      policies.resend_unknown = *word == "resend";
    } else {
      fields.problem("on_unknown", "write hold or resend here");
    }
  }
  // The store gives up by the configuration's own values: a tenant can be stricter, not laxer.
  if (const auto attempts = fields.number("max_attempts", 1, config.max_attempts)) {
    policies.max_attempts = static_cast<std::uint32_t>(*attempts);
  }
  if (const auto age = fields.number("max_age_ms", 1'000, config.max_age.count())) {
    policies.max_age = Millis{*age};
  }
  if (const auto first = fields.number("retry_first_ms", 10, 60'000)) policies.retry_first = Millis{*first};
  if (const auto max = fields.number("retry_max_ms", 10, 3'600'000)) policies.retry_max = Millis{*max};
  if (policies.retry_max.value_or(config.retry_max) < policies.retry_first.value_or(config.retry_first)) {
    fields.problem("retry_max_ms", "write retry_first_ms or more here");
  }
  fields.refuse_unknown();
}

std::optional<Secret> SecretFields::read(YamlFields& fields, std::string_view name, std::size_t min,
                                         Need need) {
  const std::string file = std::string{name} + "_file";
  const std::string variable = std::string{name} + "_env";
  if (fields.member(name) != nullptr) {
    fields.problem(name, "use " + file + " or " + variable + ": a secret is never written into this file");
    return std::nullopt;
  }
  const bool has_file = fields.member(file) != nullptr;
  const bool has_variable = fields.member(variable) != nullptr;
  if (has_file && has_variable) {
    fields.problem(variable, "keep one of " + file + " and " + variable);
    return std::nullopt;
  }
  if (!has_file && !has_variable) {
    if (need == Need::kRequired) fields.problem(file, "set it, or " + variable);
    return std::nullopt;
  }
  const std::string& key = has_file ? file : variable;
  const auto place = fields.text(key);
  if (!place) return std::nullopt;
  auto value = has_file ? read_file(fields, key, *place) : read_variable(fields, key, *place);
  if (value && min > 0 && !is_token(expose(*value, Purpose::kValidate), min)) {
    fields.problem(key,
                   "put at least " + std::to_string(min) + " visible ASCII characters without spaces there");
    return std::nullopt;
  }
  return value;
}

std::optional<Secret> SecretFields::read_file(YamlFields& fields, const std::string& key,
                                              std::string_view path) {
  const std::string whole = (std::filesystem::path{folder_} / path).string();
  if (auto value = sources_.secret_file(whole, true)) return std::move(*value);
  fields.problem(key, "name a file that this process may read, with 1 to 65536 bytes");
  return std::nullopt;
}

std::optional<Secret> SecretFields::read_variable(YamlFields& fields, const std::string& key,
                                                  std::string_view name) {
  if (!is_variable_name(name)) {
    fields.problem(key, "name an environment variable");
    return std::nullopt;
  }
  auto value = sources_.secret_variable(std::string{name});
  if (!value) fields.problem(key, "set the variable that is named here");
  return value;
}

}  // namespace wac::config
