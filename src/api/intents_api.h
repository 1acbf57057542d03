#pragma once
// /v1/intents: takes intents in, tells how they stand, cancels, resolves and redrives them (design §3.4).

#include "api/auth.h"
#include "api/intent_json.h"
#include "api/outcome_json.h"
#include "base/random.h"
#include "outbound/outbound.h"
#include "telemetry/metrics.h"

namespace wac::api {

/// Everything outlives the routes; per-loop parts are those of its loop.
struct IntentsParts {
  const config::Config& config;
  const config::Directory& directory;
  const Authenticator& auth;
  Scheduler& loop;
  Random& random;
  outbound::Outbound& outbound;
  telemetry::LoopMetrics& metrics;
};

/// One per loop.
class IntentsApi {
 public:
  explicit IntentsApi(IntentsParts parts) : parts_(parts) {}

  /// POST /v1/intents and the staging endpoint. `tenant`: the caller's; empty where the body may name any.
  Task<net::HttpResponse> post(const net::HttpRequest& request, TenantId tenant);
  /// /v1/intents/{id}, its /resolve and its /redrive; `rest` is what follows "/v1/intents/".
  Task<net::HttpResponse> one(const net::HttpRequest& request, std::string_view rest);

 private:
  /// What post() would make of it, without recording or sending anything.
  Task<net::HttpResponse> dry_run(std::vector<ParsedIntent> intents, Deadline deadline);
  CorrelationId correlation_of(const net::HttpRequest& request);
  Task<void> submit_one(ParsedIntent parsed, outbound::Wait wait, Deadline deadline, ResultLine* line,
                        std::optional<Error>* error);
  Task<net::HttpResponse> command(TenantId tenant, IntentId id, store::Command command);

  IntentsParts parts_;
};

}  // namespace wac::api
