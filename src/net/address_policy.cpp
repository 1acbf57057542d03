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

const std::vector<IpNetwork>& cloud_metadata() {
  static const auto kNetworks = networks(std::to_array<std::string_view>({
      "169.254.169.254",     // AWS, Google (metadata.google.internal), Azure, and others
      "169.254.170.2",       // AWS: credentials of tasks
      "169.254.170.23",      // AWS: credentials of pods
      "100.100.100.200",     // Alibaba
      "168.63.129.16",       // Azure's host
      "192.0.0.192",         // Oracle
      "fd00:ec2::254",       // AWS
      "fd00:ec2::23",        // AWS: credentials of pods
      "fd20:ce::254",        // Google
      "::ffff:a9fe:a9fe",    // 169.254.169.254, mapped
      "::ffff:a9fe:aa02",    // 169.254.170.2
      "::ffff:a9fe:aa17",    // 169.254.170.23
      "::ffff:6464:64c8",    // 100.100.100.200
      "::ffff:a83f:8110",    // 168.63.129.16
      "::ffff:c000:c0",      // 192.0.0.192
      "64:ff9b::a9fe:a9fe",  // 169.254.169.254, through NAT64
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

bool is_cloud_metadata(const IpAddress& address) {
  return inside(cloud_metadata(), address);
}

AddressJudge any_but_metadata() {
  return [](const IpAddress& address) { return !is_cloud_metadata(address); };
}

AddressJudge public_or(std::vector<IpNetwork> allowed) {
  return [allowed = std::move(allowed)](const IpAddress& address) {
    return is_public(address) || inside(allowed, address);
  };
}

}  // namespace wac::net
