#pragma once
// What a configuration value may look like. Pure checks; nothing of a value is kept or shown.

#include <charconv>
#include <optional>
#include <string_view>

namespace wac::config {

/// The whole text as a decimal number within [min, max].
template <class T>
std::optional<T> number_within(std::string_view text, T min, T max) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < min || value > max)
    return std::nullopt;
  return value;
}

/// An IPv4 or IPv6 address in numbers.
bool is_ip_address(std::string_view text);

/// Visible ASCII, at least `min` characters: safe in a header, without line feeds from careless copies.
bool is_token(std::string_view text, std::size_t min);

/// scheme://host[:port], without path, user or query. `host` keeps the brackets of an IPv6 address.
struct Origin {
  std::string_view scheme;
  std::string_view host;
};
std::optional<Origin> parse_origin(std::string_view text);
bool is_loopback(std::string_view host);

/// v<major>.<minor>
bool is_graph_version(std::string_view text);

}  // namespace wac::config
