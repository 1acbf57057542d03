#pragma once
// What a `mediaUrl` may lead to, and what an answer to it means. Plain functions.

#include "config/config.h"
#include "net/address_policy.h"
#include "net/http_client.h"
#include "outbound/attempt_rules.h"
#include "whatsapp/local_errors.h"

#include <memory>
#include <string_view>
#include <variant>

namespace wac::outbound {

using whatsapp::LocalError;

/// Redirects of one file; each is judged as the first URL was.
inline constexpr int kMostRedirects = 3;

struct SourceRules {
  bool allow_http = false;
  std::vector<std::string> hosts;    ///< names, or `*.name`; empty: any
  std::vector<std::uint16_t> ports;  ///< beside the scheme's own
  net::AddressJudge judge;
};
SourceRules source_rules(const config::Config& config);

/// Why a file is not there to be sent.
struct MediaFailure {
  LocalError code = LocalError::kMediaUnreachable;
  enum class Lasts : std::uint8_t {
    kForNow,
    kForGood,
    kUnderWay,  ///< nothing has failed: it is being fetched and uploaded
  } lasts = Lasts::kForNow;
  /// Set: Graph's answer to the upload, which says more.
  std::shared_ptr<const net::ClientResult> graph = nullptr;
};

inline MediaFailure refused_for_good(LocalError code) {
  return {code, MediaFailure::Lasts::kForGood};
}

/// Whether a host name is one of `patterns` (`example.com`, `*.example.com`).
bool matches_any(std::string_view host, const std::vector<std::string>& patterns);

/// The URL, when its scheme, host and port are allowed.
std::expected<net::Url, MediaFailure> judge_source(std::string_view url, const SourceRules& rules);

/// Where a redirect of `from` leads (RFC 9110 §10.2.2: absolute or relative), judged likewise.
std::expected<net::Url, MediaFailure> judge_redirect(const net::Url& from, std::string_view location,
                                                     const SourceRules& rules);
bool is_redirect(int status);

/// What it means that a server gave this answer instead of 200.
MediaFailure judge_status(int status);
/// What it means that there was no answer, or half of one.
MediaFailure judge_failure(const Error& error);

/// The end of an attempt whose file could not be had. Nothing was sent, so nothing is unknown.
AttemptEnd media_end(const MediaFailure& failure, std::uint32_t attempt, const RetryRules& rules,
                     WallTime now, Random& random);

/// Whether Meta's refusal of a message may mean that an uploaded file is gone (facts §4: 131053, or 100,
/// whose text is never parsed).
bool may_mean_lost_media(const net::ClientResult& result);

}  // namespace wac::outbound
