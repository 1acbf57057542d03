#pragma once
// Which addresses a request may go to whose URL somebody else wrote (server-side request forgery). Plain
// functions, no I/O. Source: IANA's special-purpose address registries (RFC 6890 and its updates), and the
// metadata services of cloud providers that live at public-looking addresses.

#include "base/ip_address.h"

#include <functional>
#include <vector>

namespace wac::net {

/// An address of the public internet, where no neighbour of ours can be. False for every address that is
/// loopback, private, shared (CGNAT), link-local, multicast, reserved, unspecified, for documentation or
/// benchmarks, or a known metadata service; and for every IPv6 form that carries an IPv4 address inside
/// (mapped, compatible, NAT64, 6to4, Teredo), because what it leads to depends on the network.
bool is_public(const IpAddress& address);

/// Judges an address after name resolution, before the connection to exactly that address.
using AddressJudge = std::function<bool(const IpAddress&)>;

/// Where a cloud provider hands its tenants' credentials to whoever asks, also in the forms in which IPv6
/// carries that IPv4 address. Nothing of ours is ever there.
bool is_cloud_metadata(const IpAddress& address);

/// Any address, but those.
AddressJudge any_but_metadata();

/// Public addresses, and those of `allowed`.
AddressJudge public_or(std::vector<IpNetwork> allowed);

}  // namespace wac::net
