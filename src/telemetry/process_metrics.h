#pragma once

#include <prometheus/metric_family.h>

#include <vector>

namespace wac::telemetry {

/// The standard process_* metrics, read from /proc; those that cannot be read are left out.
void append_process_metrics(std::vector<prometheus::MetricFamily>& families);

}  // namespace wac::telemetry
