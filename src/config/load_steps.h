#pragma once
// The steps of load(), each on the draft that the one before left.

#include "config/settings.h"

#include <string>
#include <vector>

namespace wac::config {

/// Problems, one per variable: a value that cannot be read is not reported as missing as well.
class Problems {
 public:
  void add(const std::string& key, std::string rule);
  bool about(const std::string& key) const;
  std::vector<Problem> take() { return std::move(list_); }

 private:
  std::vector<Problem> list_;
};

/// Development only: generates what is missing and secret, and points to the sandbox.
void complete_for_development(Draft& draft, Problems& problems, std::vector<std::string>& notes);

/// Rules about several settings together, and about the environment.
void check_rules(const Draft& draft, Problems& problems);

}  // namespace wac::config
