#pragma once
// /v1/consumers: how a tenant's consumers stand, and what may be ordered for them.

#include "api/auth.h"
#include "delivery/consumer_desk.h"
#include "telemetry/metrics.h"

namespace wac::api {

/// Everything outlives the routes; per-loop parts are those of its loop.
struct ConsumersParts {
  const config::Config& config;
  const config::Directory& directory;
  const Authenticator& auth;
  Scheduler& loop;
  delivery::ConsumerDesk& desk;
  telemetry::LoopMetrics& metrics;
};

/// One per loop.
class ConsumersApi {
 public:
  explicit ConsumersApi(ConsumersParts parts) : parts_(parts) {}

  /// `rest` is what follows "/v1/consumers": "" or "/{id}/…".
  Task<net::HttpResponse> handle(const net::HttpRequest& request, std::string_view rest);

 private:
  Task<net::HttpResponse> list(TenantId tenant);
  Task<net::HttpResponse> dead_letters(delivery::ConsumerName name);
  Task<net::HttpResponse> resume(delivery::ConsumerName name);
  Task<net::HttpResponse> redrive(delivery::ConsumerName name);
  /// `body` outlives the task.
  Task<net::HttpResponse> replay(delivery::ConsumerName name, std::string_view body);

  ConsumersParts parts_;
};

}  // namespace wac::api
