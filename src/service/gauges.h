#pragma once
// The gauges of the whole process: read from its lanes and its server whenever metrics are asked for.

#include "api/health.h"
#include "net/http_server.h"
#include "service/lane.h"
#include "telemetry/metrics.h"

#include <memory>
#include <vector>

namespace wac::service {

/// Outlives the registry's last rendering.
struct GaugeSources {
  const api::Health& health;
  const config::Directory& directory;
  const std::vector<std::unique_ptr<Lane>>& lanes;
  const net::HttpServer& server;
};

void add_gauges(telemetry::MetricsRegistry& metrics, GaugeSources sources);

}  // namespace wac::service
