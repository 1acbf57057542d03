#include "config/config.h"
#include "config/print_tenants.h"
#include "config/settings.h"

namespace wac::config {

std::string_view name(Environment environment) {
  switch (environment) {
    case Environment::kDevelopment:
      return "development";
    case Environment::kStaging:
      return "staging";
    case Environment::kProduction:
      return "production";
  }
  return "production";
}

std::string_view name(StoreKind kind) {
  return kind == StoreKind::kRedis ? "redis" : "embedded";
}

std::string describe(const Problem& problem) {
  std::string text;
  if (!problem.file.empty()) text = problem.file + ":" + std::to_string(problem.line) + ": ";
  return text + problem.key + ": " + problem.rule;
}

std::string log_text(const Problem& problem) {
  std::string text;
  if (!problem.file.empty()) text = "line " + std::to_string(problem.line) + ": ";
  return text + problem.key + ": " + problem.rule;
}

std::string print(const Config& config) {
  std::string text;
  for (const Setting& setting : all_settings()) {
    const std::string value = setting.show(config);
    text += setting.name;
    text += '=';
    if (value.empty()) {
      text += "<unset>";
    } else {
      text += setting.secrecy == Secrecy::kSecret ? "<secret>" : value;
    }
    text += '\n';
  }
  return text + print_tenants(config);
}

}  // namespace wac::config
