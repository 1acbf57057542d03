#include "base/expose.h"
#include "net/redis.h"

#include <charconv>
#include <cstring>

namespace wac::net {
namespace {

/// Errors name the part and never quote the text: it holds a password.
std::unexpected<Error> refused(const char* where) {
  return fail(ErrorCode::kInvalid, where);
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Percent-decoding alone: a `+` in a password is a plus.
bool decode(std::string_view text, std::string& out) {
  // Room for all of it, so that no smaller copy of a password is left behind.
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return false;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return false;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return true;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

template <class Number>
bool read_number(std::string_view text, Number& out) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return false;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  return ec == std::errc{} && end == text.data() + text.size();
}

Result<void> take_credentials(std::string_view text, RedisAddress& address) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos)
    return refused("redis url: credentials are user:password@ or :password@");
  if (!decode(text.substr(0, colon), address.user)) return refused("redis url: user");
  std::string password;
  const bool decoded = decode(text.substr(colon + 1), password);
  address.password = Secret(password);
  wipe(password);
  if (!decoded || address.password.empty()) return refused("redis url: password");
  return {};
}

Result<void> take_host(std::string_view text, RedisAddress& address) {
  std::string_view host = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return refused("redis url: host");
    host = text.substr(1, end - 1);
    port = text.substr(end + 1);
    if (!port.empty() && !take_prefix(port, ":")) return refused("redis url: host");
    if (port.empty() && text.ends_with(':')) return refused("redis url: port");
  } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (port.empty()) return refused("redis url: port");
  }
  constexpr std::string_view kHost = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
  const std::string_view allowed = text.starts_with('[') ? "0123456789abcdefABCDEF:." : kHost;
  if (host.empty() || host.find_first_not_of(allowed) != std::string_view::npos)
    return refused("redis url: host");
  address.host = host;
  if (!port.empty() && (!read_number(port, address.port) || address.port == 0))
    return refused("redis url: port");
  return {};
}

}  // namespace

Result<RedisAddress> parse_redis_url(const Secret& url) {
  std::string_view text = expose(url, Purpose::kValidate);
  RedisAddress address;
  if (take_prefix(text, "rediss://")) {
    address.tls = true;
  } else if (!take_prefix(text, "redis://")) {
    return refused("redis url: scheme");
  }
  // The last @: a password may hold one that was not encoded.
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    const Result<void> taken = take_credentials(text.substr(0, at), address);
    if (!taken) return std::unexpected(taken.error());
    text.remove_prefix(at + 1);
  }
  const std::size_t slash = text.find('/');
  const Result<void> taken = take_host(text.substr(0, slash), address);
  if (!taken) return std::unexpected(taken.error());
  const std::string_view database =
      slash == std::string_view::npos ? std::string_view{} : text.substr(slash + 1);
  if (!database.empty() && !read_number(database, address.database)) return refused("redis url: database");
  return address;
}

}  // namespace wac::net
