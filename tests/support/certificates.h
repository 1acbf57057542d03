#pragma once
// Certificates for tests: an authority, and servers it vouches for, as PEM files in a temporary directory.

#include "support/process.h"

#include <memory>
#include <string>

namespace wac::testing {

/// Paths of a certificate and its key.
struct CertificateFiles {
  std::string certificate;
  std::string key;
};

class Certificates {
 public:
  Certificates();
  ~Certificates();
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

  /// The authority that signed all of these.
  const std::string& ca_file() const { return ca_file_; }
  /// An authority that signed none of them.
  const std::string& other_ca_file() const { return other_ca_file_; }
  /// For localhost and 127.0.0.1.
  const CertificateFiles& server() const { return server_; }
  /// For localhost and 127.0.0.1, but it ended yesterday.
  const CertificateFiles& expired() const { return expired_; }
  /// For elsewhere.example only.
  const CertificateFiles& wrong_host() const { return wrong_host_; }

 private:
  TempDir directory_;
  std::string ca_file_;
  std::string other_ca_file_;
  CertificateFiles server_;
  CertificateFiles expired_;
  CertificateFiles wrong_host_;
};

}  // namespace wac::testing
