#pragma once
// Ownership of OpenSSL's objects, and its algorithms fetched once: an implicit fetch costs more than a short
// MAC.

#include <openssl/evp.h>

#include <cstdlib>
#include <memory>
#include <string_view>

namespace wac::crypto {

template <auto Free>
struct OpensslFree {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

using MacContext = std::unique_ptr<EVP_MAC_CTX, OpensslFree<EVP_MAC_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, OpensslFree<EVP_MD_CTX_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, OpensslFree<EVP_CIPHER_CTX_free>>;

/// OpenSSL refuses valid arguments only when memory or the library itself is broken: nothing may be signed or
/// sealed after that.
inline void require(bool ok) {
  if (!ok) std::abort();
}

/// Never null: OpenSSL takes a null key for "keep the old one".
inline const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.empty() ? "" : text.data());
}

}  // namespace wac::crypto
