#pragma once
// The two places where access tokens come from.

#include "config/google.h"
#include "google/token_source.h"
#include "net/http_client.h"

namespace wac::google {

/// Reads the answer of either (RFC 6749 §5.1), and wipes the token out of it.
Result<FreshToken> read_token(net::ClientResult result);

/// The metadata server of the machine (Compute Engine, Cloud Run, GKE): its own service account.
class MetadataTokens final : public TokenFetch {
 public:
  /// `host`: host[:port]. `scopes`: separated by spaces. `http` outlives it.
  MetadataTokens(net::HttpClient& http, std::string host, std::string scopes)
      : http_(http), host_(std::move(host)), scopes_(std::move(scopes)) {}

  Task<Result<FreshToken>> fetch(Deadline deadline) override;

 private:
  net::HttpClient& http_;
  std::string host_;
  std::string scopes_;
};

/// A service account's key: an assertion signed with it is exchanged for a token.
class KeyTokens final : public TokenFetch {
 public:
  /// Both outlive it.
  KeyTokens(Scheduler& loop, net::HttpClient& http, config::ServiceAccount account, std::string scopes)
      : loop_(loop), http_(http), account_(std::move(account)), scopes_(std::move(scopes)) {}

  Task<Result<FreshToken>> fetch(Deadline deadline) override;

 private:
  Scheduler& loop_;
  net::HttpClient& http_;
  config::ServiceAccount account_;
  std::string scopes_;
};

}  // namespace wac::google
