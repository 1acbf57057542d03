#pragma once

#include <cstddef>
#include <string_view>

namespace wac::service {

/// Cores this process may use: affinity, bounded by the cgroup's CPU quota (rounded up), at least 1.
std::size_t available_cores();

/// The whole cores a cgroup v2 `cpu.max` line grants; 0 when it sets no limit or is malformed.
std::size_t cores_of_cpu_max(std::string_view line);

}  // namespace wac::service
