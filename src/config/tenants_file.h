#pragma once
// TENANTS_FILE: many tenants with their keys, senders, limits and policies, and the Meta apps whose webhooks
// come in. docs/configuration.md describes the form.

#include "config/sources.h"
#include "config/yaml_fields.h"

namespace wac::config {

/// Adds what the file of config.tenants_file describes to `config`, whose other settings are known. Nothing
/// of it is to be used when there are problems.
void read_tenants_file(Sources& sources, Config& config, Problems& problems);

/// Whether the limits of a tenant as a whole are among those that may be given.
enum class LimitsOf : std::uint8_t { kTenant, kSender };

/// The member "limits" of `parent`: what it says goes over what `limits` holds.
void read_limits(YamlFields& parent, LimitsOf whose, Limits& limits, FileProblems& problems);
/// The member "policies", likewise. `config`: its values are the ceiling.
void read_policies(YamlFields& parent, const Config& config, Policies& policies, FileProblems& problems);

/// The secret whose place `<name>_file` or `<name>_env` tells: at least `min` visible characters; any content
/// where `min` is 0. Nothing when there is none or it breaks a rule, which is then a problem.
class SecretFields {
 public:
  /// `folder`: where relative paths start.
  SecretFields(Sources& sources, std::string folder) : sources_(sources), folder_(std::move(folder)) {}
  enum class Need : std::uint8_t { kRequired, kOptional };
  std::optional<Secret> read(YamlFields& fields, std::string_view name, std::size_t min, Need need);

 private:
  std::optional<Secret> read_file(YamlFields& fields, const std::string& key, std::string_view path);
  std::optional<Secret> read_variable(YamlFields& fields, const std::string& key, std::string_view name);

  Sources& sources_;
  std::string folder_;
};

}  // namespace wac::config
