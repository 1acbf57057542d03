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

bool AppVerifiers::accepts(std::string_view app, std::string_view header, std::string_view body) {
  const config::SnapshotRef snapshot = directory_.snapshot();
  if (snapshot->version() != version_) {
    verifiers_.clear();
    for (const auto& [name, config] : snapshot->apps()) verifiers_.emplace(name, config.secrets);
    version_ = snapshot->version();
  }
  const auto found = verifiers_.find(app);
  return found != verifiers_.end() && found->second.accepts(header, body);
}

}  // namespace wac::inbound
