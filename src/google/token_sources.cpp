#include "google/token_sources.h"

#include "base/encoding.h"
#include "base/expose.h"
#include "crypto/digest.h"
#include "google/token_fetch.h"

namespace wac::google {
namespace {

using Kind = config::GoogleCredentials::Kind;

/// A key that was rotated away leaves its source behind; its tokens are over by then.
constexpr Millis kForgetAfter{3'600'000};

std::string key_of(const config::GoogleCredentials& credentials, std::string_view scopes) {
  if (credentials.kind == Kind::kMetadataServer) return "metadata " + std::string{scopes};
  const crypto::Digest key = crypto::sha256(expose(credentials.account.private_key, Purpose::kFingerprint));
  return to_hex(key) + " " + credentials.account.email + " " + credentials.account.token_url + " " +
         std::string{scopes};
}

}  // namespace

std::shared_ptr<TokenSource> TokenSources::of(const config::GoogleCredentials& credentials,
                                              std::string_view scopes) {
  if (credentials.kind == Kind::kNone) return none_;
  std::string key = key_of(credentials, scopes);
  const auto found = sources_.find(key);
  if (found != sources_.end()) {
    found->second.asked = loop_.now();
    return found->second.source;
  }
  forget_old();
  auto source = std::make_shared<CachedTokens>(loop_, fetch_for(credentials, scopes));
  sources_.emplace(std::move(key), Held{source, loop_.now()});
  return source;
}

std::unique_ptr<TokenFetch> TokenSources::fetch_for(const config::GoogleCredentials& credentials,
                                                    std::string_view scopes) {
  if (credentials.kind == Kind::kMetadataServer) {
    return std::make_unique<MetadataTokens>(http_, metadata_host_, std::string{scopes});
  }
  return std::make_unique<KeyTokens>(loop_, http_, credentials.clone().account, std::string{scopes});
}

void TokenSources::forget_old() {
  const MonoTime now = loop_.now();
  std::erase_if(sources_, [now](const auto& entry) { return now - entry.second.asked > kForgetAfter; });
}

}  // namespace wac::google
