#pragma once
// The admin port: metrics for Prometheus, probes, and the ledger. No personal data anywhere on it.

#include "api/auth.h"
#include "api/health.h"
#include "config/directory.h"
#include "net/http_server.h"
#include "store/intent_store.h"
#include "telemetry/metrics.h"

namespace wac::api {

struct AdminParts {
  const Authenticator& auth;
  const config::Directory& directory;
  const Health& health;
  const telemetry::MetricsRegistry& metrics;
  Scheduler& loop;
  store::IntentStore& intents;
};

/// Lives on one loop.
class AdminHandler final : public net::HttpHandler {
 public:
  explicit AdminHandler(AdminParts parts) : parts_(parts) {}
  std::size_t body_limit(net::Method method, std::string_view path) const override;
  Task<net::HttpResponse> handle(const net::HttpRequest& request) override;

 private:
  /// GET /admin/ledger: partitions and counts of open intents.
  Task<net::HttpResponse> ledger_summary();
  /// GET /admin/ledger?partition=N&cursor=…: records, page by page.
  Task<net::HttpResponse> ledger_page(Partition partition, std::string cursor);

  AdminParts parts_;
};

}  // namespace wac::api
