#include "config/values.h"

#include <algorithm>
#include <arpa/inet.h>
#include <string>

namespace wac::config {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

bool is_host_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
}

bool is_host(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) {
    const std::string_view address = host.substr(1, host.size() - 2);
    return address.find(':') != std::string_view::npos && is_ip_address(address);
  }
  return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, is_host_character);
}

}  // namespace

bool is_ip_address(std::string_view text) {
  const std::string terminated{text};
  in6_addr address{};
  return ::inet_pton(AF_INET, terminated.c_str(), &address) == 1 ||
         ::inet_pton(AF_INET6, terminated.c_str(), &address) == 1;
}

bool is_token(std::string_view text, std::size_t min) {
  return text.size() >= min && std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

std::optional<Origin> parse_origin(std::string_view text) {
  Origin origin;
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  origin.scheme = text.substr(0, colon);
  if (origin.scheme != "http" && origin.scheme != "https") return std::nullopt;
  std::string_view rest = text.substr(colon + 3);
  const auto port = rest.find(':', rest.starts_with('[') ? std::min(rest.find(']'), rest.size()) : 0);
  origin.host = rest.substr(0, port);
  if (!is_host(origin.host)) return std::nullopt;
  if (port != std::string_view::npos && !number_within<unsigned>(rest.substr(port + 1), 1, 65535)) {
    return std::nullopt;
  }
  return origin;
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "[::1]" || (host.starts_with("127.") && is_ip_address(host));
}

bool is_graph_version(std::string_view text) {
  const auto dot = text.find('.');
  return text.size() <= 8 && text.starts_with('v') && dot != std::string_view::npos &&
         is_digits(text.substr(1, dot - 1)) && is_digits(text.substr(dot + 1));
}

}  // namespace wac::config
