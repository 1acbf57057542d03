#include "support/certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace wac::testing {
namespace {

constexpr long kDay = 86'400;

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using File = std::unique_ptr<BIO, Freer<BIO_free_all>>;

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error(what);
}

struct Identity {
  Key key;
  Certificate certificate;
};

void add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  require(extension != nullptr, "X509V3_EXT_conf_nid");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

/// Valid from ten days ago until `days` from today; signed by `issuer`, or by itself.
Identity issue(const char* name, const char* alternatives, long days, long serial, const Identity* issuer) {
  Identity made{Key{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")}, Certificate{X509_new()}};
  require(made.key && made.certificate, "key");
  X509* certificate = made.certificate.get();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -10 * kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate), days * kDay);
  X509_set_pubkey(certificate, made.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509* signer = issuer ? issuer->certificate.get() : certificate;
  X509_set_issuer_name(certificate, X509_get_subject_name(signer));
  add_extension(certificate, signer, NID_basic_constraints,
                issuer ? "critical,CA:FALSE" : "critical,CA:TRUE");
  if (alternatives) add_extension(certificate, signer, NID_subject_alt_name, alternatives);
  EVP_PKEY* signing_key = issuer ? issuer->key.get() : made.key.get();
  require(X509_sign(certificate, signing_key, EVP_sha256()) > 0, "X509_sign");
  return made;
}

void save_certificate(const std::string& path, const Identity& identity) {
  const File file{BIO_new_file(path.c_str(), "w")};
  require(file && PEM_write_bio_X509(file.get(), identity.certificate.get()) == 1, "write certificate");
}

CertificateFiles save(const TempDir& directory, const std::string& name, const Identity& identity) {
  CertificateFiles files{directory.file(name + ".crt"), directory.file(name + ".key")};
  save_certificate(files.certificate, identity);
  const File file{BIO_new_file(files.key.c_str(), "w")};
  const bool written = file && PEM_write_bio_PrivateKey(file.get(), identity.key.get(), nullptr, nullptr, 0,
                                                        nullptr, nullptr) == 1;
  require(written, "write key");
  return files;
}

constexpr const char* kLocal = "DNS:localhost,IP:127.0.0.1,IP:::1";

}  // namespace

Certificates::Certificates()
    : ca_file_(directory_.file("ca.crt")), other_ca_file_(directory_.file("other-ca.crt")) {
  const Identity ca = issue("Test CA", nullptr, 30, 1, nullptr);
  const Identity other = issue("Other CA", nullptr, 30, 2, nullptr);
  save_certificate(ca_file_, ca);
  save_certificate(other_ca_file_, other);
  server_ = save(directory_, "server", issue("localhost", kLocal, 30, 3, &ca));
  expired_ = save(directory_, "expired", issue("localhost", kLocal, -1, 4, &ca));
  wrong_host_ = save(directory_, "wrong-host", issue("elsewhere", "DNS:elsewhere.example", 30, 5, &ca));
}

Certificates::~Certificates() = default;

}  // namespace wac::testing
