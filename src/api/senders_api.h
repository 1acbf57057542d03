#pragma once
// /v1/senders: how fast each of a tenant's senders goes, what holds it back, and resuming it.

#include "api/auth.h"
#include "net/http_message.h"
#include "outbound/senders.h"

#include <boost/json/object.hpp>

namespace wac::api {

/// A sender as its tenant sees it: pace, breaker, why it is stopped and what to do about it.
boost::json::object sender_json(const store::SenderPace& sender);

/// One per loop. What it refers to outlives it.
class SendersApi {
 public:
  SendersApi(const Authenticator& auth, outbound::Senders& senders) : auth_(auth), senders_(senders) {}

  /// /v1/senders, /v1/senders/{id} and /v1/senders/{id}/resume; `rest` is what follows "/v1/senders".
  Task<net::HttpResponse> handle(const net::HttpRequest& request, std::string_view rest);

 private:
  Task<net::HttpResponse> list(TenantId tenant);
  Task<net::HttpResponse> one(TenantId tenant, SenderId id);
  Task<net::HttpResponse> resume(TenantId tenant, SenderId id);

  const Authenticator& auth_;
  outbound::Senders& senders_;
};

}  // namespace wac::api
