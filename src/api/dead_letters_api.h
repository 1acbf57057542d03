#pragma once
// /v1/dead-letters: intents that used up their attempts or time, and giving many of them another chance.

#include "api/auth.h"
#include "net/http_message.h"
#include "outbound/dead_letters.h"

#include <variant>

namespace wac::api {

/// {"errorCode":"131026","dryRun":true,"limit":100}; or what is wrong with it, as a rule for "/field".
struct BadRedrive {
  std::string pointer;
  std::string rule;
};
std::variant<outbound::RedriveOrder, BadRedrive> parse_redrive(std::string_view body);

/// One per loop. What it refers to outlives it.
class DeadLettersApi {
 public:
  DeadLettersApi(const Authenticator& auth, outbound::DeadLetters& letters)
      : auth_(auth), letters_(letters) {}

  /// /v1/dead-letters and /v1/dead-letters/redrive; `rest` is what follows "/v1/dead-letters".
  Task<net::HttpResponse> handle(const net::HttpRequest& request, std::string_view rest);

 private:
  Task<net::HttpResponse> list(const net::HttpRequest& request, TenantId tenant);
  Task<net::HttpResponse> redrive(TenantId tenant, outbound::RedriveOrder order);

  const Authenticator& auth_;
  outbound::DeadLetters& letters_;
};

}  // namespace wac::api
