// Settings of media that is fetched by URL and uploaded.

#include "base/ip_address.h"
#include "config/setting_kinds.h"

namespace wac::config {
namespace {

constexpr std::size_t kMostEntries = 256;

/// A comma-separated list whose entries `take` checks and keeps; false at the first it refuses.
template <class Take>
bool read_list(std::string_view text, Take take) {
  if (text.ends_with(',')) return false;
  std::size_t entries = 0;
  while (!text.empty()) {
    const std::string_view entry = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), entry.size() + 1));
    if (entry.empty() || ++entries > kMostEntries || !take(entry)) return false;
  }
  return entries != 0;
}

std::string joined(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& entry : list) out += (out.empty() ? "" : ",") + entry;
  return out;
}

/// `example.com`, or `*.example.com` for every name below it. Lower case, as host names are compared.
bool is_host_pattern(std::string_view text) {
  if (text.starts_with("*.")) text.remove_prefix(2);
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
  };
  return !text.empty() && text.size() <= 253 && std::ranges::all_of(text, allowed);
}

Setting list_setting(const char* name, std::vector<std::string> Config::* field, const char* rule,
                     bool (*check)(std::string_view), const char* meaning) {
  Setting setting;
  setting.name = name;
  setting.rule = rule;
  setting.meaning = meaning;
  setting.apply = [field, check](Draft& draft, const Secret& value) {
    std::vector<std::string> list;
    const bool read = read_list(text_of(value), [&](std::string_view entry) {
      list.emplace_back(entry);
      return check(entry);
    });
    if (read) draft.config.*field = std::move(list);
    return read;
  };
  setting.show = [field](const Config& config) { return joined(config.*field); };
  return setting;
}

Setting ports_setting() {
  Setting setting;
  setting.name = "MEDIA_ALLOWED_PORTS";
  setting.rule = "port numbers, separated by commas";
  setting.meaning = "Ports that `mediaUrl` may name beside 443 (and 80 where http is allowed).";
  setting.apply = [](Draft& draft, const Secret& value) {
    std::vector<std::uint16_t> ports;
    const bool read = read_list(text_of(value), [&](std::string_view entry) {
      const auto port = number_within<std::int64_t>(entry, 1, 65535);
      if (port) ports.push_back(static_cast<std::uint16_t>(*port));
      return port.has_value();
    });
    if (read) draft.config.media_allowed_ports = std::move(ports);
    return read;
  };
  setting.show = [](const Config& config) {
    std::vector<std::string> texts;
    for (const std::uint16_t port : config.media_allowed_ports) texts.push_back(std::to_string(port));
    return joined(texts);
  };
  return setting;
}

}  // namespace

void append_media_settings(std::vector<Setting>& table) {
  table.push_back(number("MEDIA_TIMEOUT_MS", &Config::media_timeout, 1'000, 600'000,
                         "Fetching and uploading one file of a `mediaUrl`. Longer: tried again later."));
  table.push_back(number("MEDIA_IN_FLIGHT", &Config::media_in_flight, 1, 256,
                         "Files fetched and uploaded at once per loop; about 0.5 MB of memory each."));
  table.push_back(number("MEDIA_MAX_BYTES", &Config::media_max_bytes, 1, 104'857'600,
                         "Largest file fetched, where Meta would take a larger one of its type."));
  table.push_back(number("MEDIA_URL_TTL_MS", &Config::media_url_ttl, 0, 86'400'000,
                         "How long a `mediaUrl` is taken to still hold the same file without asking."));
  table.push_back(with_default(
      list_setting("MEDIA_ALLOWED_HOSTS", &Config::media_allowed_hosts,
                   "host names in lower case, separated by commas; `*.example.com` for all below it",
                   is_host_pattern, "If set, the only hosts that `mediaUrl` and its redirects may name."),
      "none: any host at a public address"));
  table.push_back(with_default(
      list_setting(
          "MEDIA_ALLOWED_NETWORKS", &Config::media_allowed_networks,
          "networks such as 10.1.0.0/16, separated by commas",
          [](std::string_view entry) { return IpNetwork::parse(entry).has_value(); },
          "Addresses that `mediaUrl` may lead to although they are not public (loopback, private, …)."),
      "none"));
  table.push_back(with_default(ports_setting(), "none"));
  table.push_back(with_default(
      list_setting(
          "MEDIA_DOWNLOAD_HOSTS", &Config::media_download_hosts,
          "host names in lower case, separated by commas; `*.example.com` for all below it", is_host_pattern,
          "Where Meta keeps what users send: the only hosts, beside Graph's own, that get the token."),
      "lookaside.fbsbx.com"));
  table.push_back(choice<bool>(
      "MEDIA_ALLOW_HTTP", {{"1", true}, {"0", false}},
      "Permits `http://` in `mediaUrl`, for development. Refused in production.",
      [](Draft& draft, bool value) { draft.config.media_allow_http = value; },
      [](const Config& config) { return std::string{config.media_allow_http ? "1" : "0"}; }));
}

}  // namespace wac::config
