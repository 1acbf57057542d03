#include "net/address_policy.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace wac::net {
namespace {

template <std::size_t N>
std::vector<IpNetwork> networks(const std::array<std::string_view, N>& texts) {
  std::vector<IpNetwork> out;
  for (const std::string_view text : texts) out.push_back(IpNetwork::parse(text).value());
  return out;
}

const std::vector<IpNetwork>& not_public_v4() {
  static const auto kNetworks = networks(std::to_array<std::string_view>({
      "0.0.0.0/8",        // this network; 0.0.0.0 reaches loopback
      "10.0.0.0/8",       // private
      "100.64.0.0/10",    // shared by carriers (CGNAT); 100.100.100.200 is a metadata service
      "127.0.0.0/8",      // loopback
      "168.63.129.16",    // Azure's host
      "169.254.0.0/16",   // link-local; 169.254.169.254 is the metadata service
      "172.16.0.0/12",    // private
      "192.0.0.0/24",     // protocol assignments
      "192.0.2.0/24",     // documentation
      "192.88.99.0/24",   // 6to4 relays
      "192.168.0.0/16",   // private
      "198.18.0.0/15",    // benchmarks
      "198.51.100.0/24",  // documentation
      "203.0.113.0/24",   // documentation
      "224.0.0.0/4",      // multicast
      "240.0.0.0/4",      // reserved, broadcast
  }));
  return kNetworks;
}

/// Parts of 2000::/3, the only IPv6 block that is public at all.
const std::vector<IpNetwork>& not_public_v6() {
  static const auto kNetworks = networks(std::to_array<std::string_view>({
      "2001::/23",      // protocol assignments, Teredo
      "2001:db8::/32",  // documentation
      "2002::/16",      // 6to4
      "3fff::/20",      // documentation
  }));
  return kNetworks;
}

bool inside(const std::vector<IpNetwork>& networks, const IpAddress& address) {
  return std::ranges::any_of(networks, [&](const IpNetwork& one) { return one.contains(address); });
}

}  // namespace

bool is_public(const IpAddress& address) {
  if (address.is_v4()) return !inside(not_public_v4(), address);
  static const IpNetwork kGlobalUnicast = IpNetwork::parse("2000::/3").value();
  return kGlobalUnicast.contains(address) && !inside(not_public_v6(), address);
}

AddressJudge public_or(std::vector<IpNetwork> allowed) {
  return [allowed = std::move(allowed)](const IpAddress& address) {
    return is_public(address) || inside(allowed, address);
  };
}

}  // namespace wac::net
