#include "support/rsa_key.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <map>
#include <stdexcept>

namespace wac::testing {

struct RsaKey::Impl {
  EVP_PKEY* key;
};

RsaKey::RsaKey(unsigned bits)
    : impl_(std::make_unique<Impl>(Impl{EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{bits})})) {
  if (impl_->key == nullptr) throw std::runtime_error("cannot make an RSA key");
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PKCS8PrivateKey(bio, impl_->key, nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  pem_.assign(text, static_cast<std::size_t>(size));
  BIO_free(bio);
}

RsaKey::~RsaKey() {
  EVP_PKEY_free(impl_->key);
}

const RsaKey& RsaKey::of(unsigned bits) {
  static std::map<unsigned, std::unique_ptr<RsaKey>> keys;
  auto& key = keys[bits];
  if (!key) key = std::make_unique<RsaKey>(bits);
  return *key;
}

bool RsaKey::verifies(std::string_view text, std::string_view signature) const {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, impl_->key);
  const int good =
      EVP_DigestVerify(context, reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                       reinterpret_cast<const unsigned char*>(text.data()), text.size());
  EVP_MD_CTX_free(context);
  return good == 1;
}

std::string service_account_json(const std::string& token_url, const std::string& email) {
  std::string pem;
  for (const char c : RsaKey::of().pem()) {
    if (c == '\n') {
      pem += "\\n";
    } else {
      pem += c;
    }
  }
  return R"({"type":"service_account","project_id":"project","private_key_id":"0a1b2c3d","private_key":")" +
         pem + R"(","client_email":")" + email + R"(","client_id":"1","token_uri":")" + token_url + "\"}\n";
}

}  // namespace wac::testing
