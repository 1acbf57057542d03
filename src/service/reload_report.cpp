#include "service/reload_report.h"

#include <algorithm>

namespace wac::service {

using telemetry::Field;
using telemetry::Severity;

constexpr std::size_t kProblemsLogged = 20;

void report_applied(telemetry::Logger& log, const config::Snapshot& now) {
  log.log(Severity::kInfo, "configuration taken over", Field{"tenants", now.tenants()},
          Field{"senders", now.senders()}, Field{"apps", now.apps().size()}, Field{"version", now.version()});
  log.flush();
}

void report_refused(telemetry::Logger& log, const std::vector<config::Problem>& problems) {
  log.log(Severity::kError, "changed configuration refused: the old one stays in force",
          Field{"problems", problems.size()});
  for (std::size_t i = 0; i < std::min(problems.size(), kProblemsLogged); ++i) {
    log.log(Severity::kError, "configuration problem", Field{"problem", problems[i]});
  }
  log.flush();
}

}  // namespace wac::service
