#pragma once
// Groups of readers: GET /v1/events?group=…, and /v1/event-groups.

#include "api/auth.h"
#include "api/problem.h"
#include "delivery/group_desk.h"
#include "telemetry/metrics.h"

namespace wac::api {

struct GroupQuery;

/// Everything outlives the routes; per-loop parts are those of its loop.
struct EventGroupsParts {
  const config::Config& config;
  const Authenticator& auth;
  Scheduler& loop;
  delivery::EventGroups& groups;
  delivery::GroupDesk& desk;
  telemetry::LoopMetrics& metrics;
};

/// One per loop.
class EventGroupsApi {
 public:
  explicit EventGroupsApi(EventGroupsParts parts) : parts_(parts) {}

  /// GET /v1/events with a parameter `group`: events, by long poll (`wait`) or as a stream.
  Task<net::HttpResponse> read(const net::HttpRequest& request, TenantId tenant, std::size_t limit,
                               Millis wait);
  /// `rest` is what follows "/v1/event-groups": "" or "/{group}…".
  Task<net::HttpResponse> handle(const net::HttpRequest& request, std::string_view rest);

 private:
  using Name = delivery::GroupName;
  Task<net::HttpResponse> poll(Name name, GroupQuery query, std::size_t limit, Millis wait);
  Task<net::HttpResponse> list(TenantId tenant);
  Task<net::HttpResponse> one(Name name);
  Task<net::HttpResponse> remove(Name name);
  Task<net::HttpResponse> dead_letters(Name name);
  Task<net::HttpResponse> redrive(Name name);
  /// `what` and `body` outlive the tasks.
  Task<net::HttpResponse> post(Name name, std::string_view what, std::string_view body);
  Task<net::HttpResponse> tokens(Name name, std::string_view what, std::string_view body);
  Task<net::HttpResponse> seek(Name name, std::string_view body);
  net::HttpResponse invalid(const std::vector<FieldError>& errors);

  EventGroupsParts parts_;
};

}  // namespace wac::api
