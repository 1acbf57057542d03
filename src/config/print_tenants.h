#pragma once
// What TENANTS_FILE describes, as it is in force.

#include "config/config.h"

#include <string>

namespace wac::config {

/// In the form of the file, secrets as "<secret>", keys by their number; empty without a file.
std::string print_tenants(const Config& config);

}  // namespace wac::config
