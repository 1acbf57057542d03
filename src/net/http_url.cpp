#include "net/http_client.h"
#include "net/http_syntax.h"

#include <charconv>

namespace wac::net {
namespace {

using namespace http_syntax;

std::unexpected<Error> refused(const char* where) {
  return fail(ErrorCode::kInvalid, where);
}

bool take_scheme(std::string_view& text, std::string_view scheme) {
  if (!same_name(text.substr(0, scheme.size()), scheme)) return false;
  text.remove_prefix(scheme.size());
  return true;
}

bool all_in(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

/// `host`, `host:port`, `[v6]` or `[v6]:port`.
bool take_authority(std::string_view text, Endpoint& endpoint) {
  std::string_view host = text.substr(0, text.rfind(':'));
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos || !all_in(text.substr(1, end - 1), "0123456789abcdefABCDEF:."))
      return false;
    host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
  } else {
    if (!all_in(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_")) return false;
    text.remove_prefix(host.size());
  }
  for (const char c : host) endpoint.host += lower(c);
  if (text.empty()) return true;
  if (!text.starts_with(':') || !all_in(text.substr(1), "0123456789")) return false;
  const auto [end, ec] = std::from_chars(text.data() + 1, text.data() + text.size(), endpoint.port);
  return ec == std::errc{} && endpoint.port != 0;
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  Url url;
  if (take_scheme(text, "https://")) {
    url.endpoint.tls = true;
    url.endpoint.port = 443;
  } else if (take_scheme(text, "http://")) {
    url.endpoint.tls = false;
    url.endpoint.port = 80;
  } else {
    return refused("url: scheme");
  }
  if (!is_target(text)) return refused("url: characters");
  if (text.find('#') != std::string_view::npos) return refused("url: fragment");
  const std::size_t end = text.find_first_of("/?");
  const std::string_view authority = text.substr(0, end);
  if (authority.find('@') != std::string_view::npos) return refused("url: user info");
  if (authority.empty() || !take_authority(authority, url.endpoint)) return refused("url: host or port");
  const std::string_view rest = end == std::string_view::npos ? std::string_view{} : text.substr(end);
  if (!rest.starts_with('/')) url.target = "/";
  url.target += rest;
  return url;
}

}  // namespace wac::net
