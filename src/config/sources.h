#pragma once
// Where a load reads from: variables and files. Remembers what it read, so that a change is noticed.

#include "config/config.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace wac::config {

constexpr std::size_t kMaxTenantsFileBytes = 32UL * 1024 * 1024;

class Sources {
 public:
  /// `variables` outlives it.
  explicit Sources(const Variables& variables) : variables_(variables) {}

  /// An empty variable counts as unset: that is what compose files and CI systems make of a missing one.
  std::optional<Secret> variable(const std::string& name) const;
  /// The same, of a variable that TENANTS_FILE names.
  std::optional<Secret> secret_variable(const std::string& name);
  /// As config/files.h; an empty file is kNotFound. `watched`: its change is noticed.
  Result<Secret> secret_file(const std::string& path, bool watched);
  /// TENANTS_FILE, watched. kTooLarge above kMaxTenantsFileBytes.
  Result<std::string> tenants_file(const std::string& path);

  std::vector<WatchedFile> take_files() { return std::move(files_); }
  std::vector<std::string> secret_variables() const {
    return {secret_variables_.begin(), secret_variables_.end()};
  }

 private:
  const Variables& variables_;
  std::vector<WatchedFile> files_;
  std::set<std::string> secret_variables_;
};

}  // namespace wac::config
