#include "inbound/signature.h"

#include "base/encoding.h"

namespace wac::inbound {

SignatureVerifier::SignatureVerifier(const std::vector<Secret>& secrets) {
  for (const Secret& secret : secrets) macs_.emplace_back(secret);
}

bool SignatureVerifier::accepts(std::string_view header, std::string_view body) {
  constexpr std::string_view kScheme = "sha256=";
  if (header.size() != kScheme.size() + 64 || !header.starts_with(kScheme)) return false;
  header.remove_prefix(kScheme.size());
  bool accepted = false;
  for (crypto::HmacSha256& mac : macs_) {
    const crypto::Digest digest = mac.mac(body);
    accepted |= crypto::constant_time_equal(to_hex(digest), header);
  }
  return accepted;
}

}  // namespace wac::inbound
