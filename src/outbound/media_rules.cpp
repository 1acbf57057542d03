#include "outbound/media_rules.h"

#include "whatsapp/error_catalogue.h"
#include "whatsapp/graph_response.h"

#include <algorithm>

namespace wac::outbound {
namespace {

using Lasts = MediaFailure::Lasts;

/// Between two looks whether a file has been uploaded meanwhile; they double up to this.
constexpr Millis kLongestPark{30'000};

std::unexpected<MediaFailure> forbidden() {
  return std::unexpected(refused_for_good(LocalError::kMediaForbiddenAddress));
}

bool matches(std::string_view host, std::string_view pattern) {
  if (!pattern.starts_with("*.")) return host == pattern;
  const std::string_view below = pattern.substr(1);
  return host.size() > below.size() && host.ends_with(below);
}

/// `https://host[:port]` of a URL.
std::string origin_of(const net::Url& url) {
  const bool v6 = url.endpoint.host.find(':') != std::string::npos;
  return std::string{url.endpoint.tls ? "https://" : "http://"} + (v6 ? "[" : "") + url.endpoint.host +
         (v6 ? "]:" : ":") + std::to_string(url.endpoint.port);
}

/// The text of the URL a Location means.
std::string resolve(const net::Url& from, std::string_view location) {
  location = location.substr(0, location.find('#'));
  const std::size_t colon = location.find("://");
  if (colon != std::string_view::npos && location.find_first_of("/?") > colon) return std::string{location};
  if (location.starts_with("//")) {
    return (from.endpoint.tls ? "https:" : "http:") + std::string{location};
  }
  if (location.starts_with('/')) return origin_of(from) + std::string{location};
  const std::string path = from.target.substr(0, from.target.find('?'));
  if (location.starts_with('?')) return origin_of(from) + path + std::string{location};
  return origin_of(from) + path.substr(0, path.rfind('/') + 1) + std::string{location};
}

}  // namespace

bool matches_any(std::string_view host, const std::vector<std::string>& patterns) {
  return std::ranges::any_of(patterns, [host](const std::string& pattern) { return matches(host, pattern); });
}

SourceRules source_rules(const config::Config& config) {
  SourceRules rules;
  rules.allow_http = config.media_allow_http;
  rules.hosts = config.media_allowed_hosts;
  rules.ports = config.media_allowed_ports;
  std::vector<IpNetwork> networks;
  for (const std::string& text : config.media_allowed_networks) {
    if (const auto network = IpNetwork::parse(text)) networks.push_back(*network);
  }
  rules.judge = net::public_or(std::move(networks));
  return rules;
}

std::expected<net::Url, MediaFailure> judge_source(std::string_view text, const SourceRules& rules) {
  auto url = net::parse_url(text);
  if (!url) return forbidden();
  const net::Endpoint& endpoint = url->endpoint;
  if (!endpoint.tls && !rules.allow_http) return forbidden();
  const bool own_port = endpoint.port == (endpoint.tls ? 443 : 80);
  if (!own_port && std::ranges::find(rules.ports, endpoint.port) == rules.ports.end()) return forbidden();
  if (!rules.hosts.empty() && !matches_any(endpoint.host, rules.hosts)) return forbidden();
  return std::move(*url);
}

std::expected<net::Url, MediaFailure> judge_redirect(const net::Url& from, std::string_view location,
                                                     const SourceRules& rules) {
  if (location.empty()) return std::unexpected(refused_for_good(LocalError::kMediaUnreachable));
  return judge_source(resolve(from, location), rules);
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

MediaFailure judge_status(int status) {
  const bool passes = status >= 500 || status == 408 || status == 425 || status == 429;
  return {LocalError::kMediaUnreachable, passes ? Lasts::kForNow : Lasts::kForGood};
}

MediaFailure judge_failure(const Error& error) {
  switch (error.code) {
    case ErrorCode::kForbidden:
      return refused_for_good(LocalError::kMediaForbiddenAddress);
    case ErrorCode::kTooLarge:
      return refused_for_good(LocalError::kMediaTooLarge);
    case ErrorCode::kInvalid:
      return refused_for_good(LocalError::kMediaUnreachable);
    default:
      return {LocalError::kMediaUnreachable, Lasts::kForNow};
  }
}

AttemptEnd media_end(const MediaFailure& failure, std::uint32_t attempt, const RetryRules& rules,
                     WallTime now, Random& random) {
  // An upload may be repeated: a second file harms nobody.
  if (failure.graph) return judge(*failure.graph, Repeatable::kYes, attempt, rules, now, random);
  AttemptEnd end;
  if (failure.lasts == Lasts::kUnderWay) {
    end.state = store::IntentState::kRetryWait;
    end.counts = false;
    end.wait = std::min(rules.first * (1U << std::min(attempt - 1, 16U)), kLongestPark);
    return end;
  }
  end.error_code = whatsapp::code_of(failure.code);
  if (failure.lasts == Lasts::kForGood) {
    end.state = store::IntentState::kFailed;
  } else if (attempt >= rules.max_attempts) {
    end.state = store::IntentState::kDead;
  } else {
    end.state = store::IntentState::kRetryWait;
    end.wait = backoff(rules, attempt, random);
  }
  return end;
}

bool may_mean_lost_media(const net::ClientResult& result) {
  if (!result) return false;
  const whatsapp::GraphAnswer answer = whatsapp::parse_send_answer(result->status, result->body);
  return answer.verdict == whatsapp::SendVerdict::kRefused &&
         (answer.error.code == whatsapp::kMediaUploadFailed || answer.error.code == 100);
}

}  // namespace wac::outbound
