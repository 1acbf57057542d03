#include "service/gauges.h"

#include <algorithm>

namespace wac::service {
namespace {

double event_readers(const GaugeSources& sources) {
  std::size_t waiting = 0;
  for (const auto& lane : sources.lanes) waiting += lane->feed().waiting() + lane->groups().waiting();
  return static_cast<double>(waiting);
}

double delivery_lag_seconds(const GaugeSources& sources) {
  Millis lag{0};
  for (const auto& lane : sources.lanes) lag = std::max(lag, lane->pushers().lag());
  return static_cast<double>(lag.count()) / 1'000;
}

double sum_of_pushers(const GaugeSources& sources, std::size_t (delivery::Pushers::*count)() const) {
  std::size_t sum = 0;
  for (const auto& lane : sources.lanes) sum += (lane->pushers().*count)();
  return static_cast<double>(sum);
}

double group_lag_seconds(const GaugeSources& sources) {
  Millis lag{0};
  for (const auto& lane : sources.lanes) lag = std::max(lag, lane->groups().lag());
  return static_cast<double>(lag.count()) / 1'000;
}

}  // namespace

void add_gauges(telemetry::MetricsRegistry& metrics, GaugeSources sources) {
  metrics.add_gauge("whatsapp_store_up", "1 while the store answers",
                    [sources] { return sources.health.store_ok() ? 1.0 : 0.0; });
  metrics.add_gauge("whatsapp_draining", "1 while shutting down",
                    [sources] { return sources.health.draining ? 1.0 : 0.0; });
  metrics.add_gauge("whatsapp_http_connections", "Open connections of the public port",
                    [sources] { return static_cast<double>(sources.server.stats().open_connections); });
  metrics.add_gauge("whatsapp_http_requests_in_flight", "Requests being answered on the public port",
                    [sources] { return static_cast<double>(sources.server.stats().requests_in_flight); });
  metrics.add_gauge("whatsapp_http_refused_framing", "Requests refused for their framing since start",
                    [sources] { return static_cast<double>(sources.server.stats().refused_framing); });
  metrics.add_gauge("whatsapp_event_readers", "Long polls and streams that wait for events",
                    [sources] { return event_readers(sources); });
  metrics.add_gauge("whatsapp_config_tenants", "Tenants in force",
                    [sources] { return static_cast<double>(sources.directory.snapshot()->tenants()); });
  metrics.add_gauge("whatsapp_config_senders", "Senders in force",
                    [sources] { return static_cast<double>(sources.directory.snapshot()->senders()); });
  metrics.add_gauge("whatsapp_delivery_lag_seconds",
                    "Age of the oldest event that consumers served here have not got",
                    [sources] { return delivery_lag_seconds(sources); });
  metrics.add_gauge("whatsapp_event_group_lag_seconds",
                    "Age of the oldest event that groups read here have not acknowledged",
                    [sources] { return group_lag_seconds(sources); });
  metrics.add_gauge("whatsapp_delivery_paused", "Consumers that are paused or stopped",
                    [sources] { return sum_of_pushers(sources, &delivery::Pushers::held_back); });
  metrics.add_gauge("whatsapp_delivery_pending",
                    "Events read for consumers served here and not taken, at most 1000 of each consumer",
                    [sources] { return sum_of_pushers(sources, &delivery::Pushers::pending); });
  metrics.add_gauge("whatsapp_delivery_dead_letters",
                    "Dead letters of consumers, as this instance last saw them",
                    [sources] { return sum_of_pushers(sources, &delivery::Pushers::dead_letters); });
  metrics.add_gauge("whatsapp_event_loops", "Event loops, one a core",
                    [sources] { return static_cast<double>(sources.lanes.size()); });
}

}  // namespace wac::service
