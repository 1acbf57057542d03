#pragma once
// The token sources of a loop: one for each account and set of scopes, however many ask.

#include "config/google.h"
#include "google/token_source.h"
#include "net/http_client.h"

#include <map>
#include <string>

namespace wac::google {

/// What a token is good for.
namespace scope {
inline constexpr std::string_view kPubSub = "https://www.googleapis.com/auth/pubsub";
inline constexpr std::string_view kStorage = "https://www.googleapis.com/auth/devstorage.read_write";
}  // namespace scope

/// One per loop.
class TokenSources {
 public:
  /// `metadata_host`: host[:port]. The others outlive it.
  TokenSources(Scheduler& loop, net::HttpClient& http, std::string metadata_host)
      : loop_(loop), http_(http), metadata_host_(std::move(metadata_host)) {}

  /// `scopes`: separated by spaces. Keep it for as long as a call of it is under way.
  std::shared_ptr<TokenSource> of(const config::GoogleCredentials& credentials, std::string_view scopes);
  std::size_t size() const { return sources_.size(); }

 private:
  struct Held {
    std::shared_ptr<TokenSource> source;
    MonoTime asked;
  };
  std::unique_ptr<TokenFetch> fetch_for(const config::GoogleCredentials& credentials,
                                        std::string_view scopes);
  void forget_old();

  Scheduler& loop_;
  net::HttpClient& http_;
  std::string metadata_host_;
  std::shared_ptr<TokenSource> none_ = std::make_shared<NoTokens>();
  std::map<std::string, Held> sources_;
};

}  // namespace wac::google
