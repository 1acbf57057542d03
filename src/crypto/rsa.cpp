#include "crypto/rsa.h"

#include "base/expose.h"
#include "crypto/openssl.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

namespace wac::crypto {
namespace {

using Key = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, OpensslFree<BIO_free_all>>;

constexpr int kBitsMin = 2'048;

/// Without it OpenSSL asks the terminal for one.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) {
  return -1;
}

/// Null: no private RSA key of a decent size.
Key read_key(const Secret& pem) {
  const std::string_view text = expose(pem, Purpose::kAuthorization);
  const Bio bio{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
  require(bio != nullptr);
  Key key{PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr)};
  // What it has to say of a text that is none would be taken for somebody else's error.
  ERR_clear_error();
  const bool good = key != nullptr && EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_RSA &&
                    EVP_PKEY_get_bits(key.get()) >= kBitsMin;
  return good ? std::move(key) : nullptr;
}

}  // namespace

bool is_rsa_key(const Secret& pem) {
  return !pem.empty() && read_key(pem) != nullptr;
}

Result<std::string> sign_rs256(const Secret& pem, std::string_view text) {
  const Key key = pem.empty() ? nullptr : read_key(pem);
  if (key == nullptr) return fail(ErrorCode::kInvalid, "rsa: private key");
  const DigestContext context{EVP_MD_CTX_new()};
  require(context != nullptr);
  std::size_t size = 0;
  require(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1);
  require(EVP_DigestSign(context.get(), nullptr, &size, bytes_of(text), text.size()) == 1);
  std::string signature(size, '\0');
  require(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                         bytes_of(text), text.size()) == 1);
  signature.resize(size);
  return signature;
}

}  // namespace wac::crypto
