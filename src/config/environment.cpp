#include "config/config.h"
#include "config/settings.h"

#include <cstdlib>
#include <cstring>

namespace wac::config {
namespace {

void forget(const std::string& name) {
  char* value = std::getenv(name.c_str());
  if (value == nullptr) return;
  // The block the kernel shows in /proc/<pid>/environ is this very memory.
  explicit_bzero(value, std::strlen(value));
  ::unsetenv(name.c_str());
}

}  // namespace

Variables process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return std::string{value};
  };
}

std::vector<std::string> process_environment_names() {
  std::vector<std::string> names;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    names.emplace_back(text.substr(0, text.find('=')));
  }
  return names;
}

void forget_environment_secrets(const std::vector<std::string>& more) {
  for (const Setting& setting : all_settings()) {
    if (setting.secrecy == Secrecy::kPublic) continue;
    forget(setting.name);
    if (!setting.alias.empty()) forget(setting.alias);
  }
  for (const std::string& name : more) forget(name);
}

}  // namespace wac::config
