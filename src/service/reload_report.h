#pragma once
// What the log says about a changed configuration.

#include "config/snapshot.h"
#include "telemetry/log.h"

#include <vector>

namespace wac::service {

/// It is in force.
void report_applied(telemetry::Logger& log, const config::Snapshot& now);
/// It was refused, and why: the first problems, where they are and what to write instead.
void report_refused(telemetry::Logger& log, const std::vector<config::Problem>& problems);

}  // namespace wac::service
