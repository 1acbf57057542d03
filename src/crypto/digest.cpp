#include "crypto/digest.h"

#include "base/expose.h"
#include "crypto/openssl.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

namespace wac::crypto {
namespace {

EVP_MD* sha256_algorithm() {
  static const std::unique_ptr<EVP_MD, OpensslFree<EVP_MD_free>> kAlgorithm{
      EVP_MD_fetch(nullptr, "SHA256", nullptr)};
  require(kAlgorithm != nullptr);
  return kAlgorithm.get();
}

EVP_MAC* hmac_algorithm() {
  static const std::unique_ptr<EVP_MAC, OpensslFree<EVP_MAC_free>> kAlgorithm{
      EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr)};
  require(kAlgorithm != nullptr);
  return kAlgorithm.get();
}

}  // namespace

Digest sha256(std::string_view bytes) {
  Digest digest{};
  unsigned int length = 0;
  require(EVP_Digest(bytes_of(bytes), bytes.size(), digest.data(), &length, sha256_algorithm(), nullptr) ==
          1);
  return digest;
}

struct Sha256::Impl {
  DigestContext context;
};

Sha256::Sha256() : impl_(std::make_unique<Impl>(Impl{DigestContext{EVP_MD_CTX_new()}})) {
  require(impl_->context != nullptr);
  require(EVP_DigestInit_ex2(impl_->context.get(), sha256_algorithm(), nullptr) == 1);
}

Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(std::string_view bytes) {
  require(EVP_DigestUpdate(impl_->context.get(), bytes_of(bytes), bytes.size()) == 1);
}

Digest Sha256::finish() {
  Digest digest{};
  unsigned int length = 0;
  require(EVP_DigestFinal_ex(impl_->context.get(), digest.data(), &length) == 1);
  require(EVP_DigestInit_ex2(impl_->context.get(), sha256_algorithm(), nullptr) == 1);
  return digest;
}

bool constant_time_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(bytes_of(a), bytes_of(b), a.size()) == 0;
}

struct HmacSha256::Impl {
  MacContext context;
};

HmacSha256::HmacSha256(const Secret& key) : HmacSha256(expose(key, Purpose::kFingerprint)) {}

HmacSha256::HmacSha256(std::string_view key)
    : impl_(std::make_unique<Impl>(Impl{MacContext{EVP_MAC_CTX_new(hmac_algorithm())}})) {
  char digest_name[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name, 0),
                                   OSSL_PARAM_construct_end()};
  require(impl_->context != nullptr);
  require(EVP_MAC_init(impl_->context.get(), bytes_of(key), key.size(), parameters) == 1);
}

HmacSha256::HmacSha256(HmacSha256&&) noexcept = default;
HmacSha256& HmacSha256::operator=(HmacSha256&&) noexcept = default;
HmacSha256::~HmacSha256() = default;

void HmacSha256::update(std::string_view bytes) {
  require(EVP_MAC_update(impl_->context.get(), bytes_of(bytes), bytes.size()) == 1);
}

Digest HmacSha256::finish() {
  Digest digest{};
  std::size_t length = 0;
  require(EVP_MAC_final(impl_->context.get(), digest.data(), &length, digest.size()) == 1);
  // Without a key the context starts over under the one it has, four times cheaper than a new context.
  require(EVP_MAC_init(impl_->context.get(), nullptr, 0, nullptr) == 1);
  return digest;
}

}  // namespace wac::crypto
