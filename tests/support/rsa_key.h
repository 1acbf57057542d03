#pragma once
// An RSA key pair for tests, and a check of what it signed that shares no code with the program.

#include <memory>
#include <string>
#include <string_view>

namespace wac::testing {

class RsaKey {
 public:
  /// Made once for each size and process.
  static const RsaKey& of(unsigned bits = 2'048);

  const std::string& pem() const { return pem_; }
  /// Whether `signature` is the pair's PKCS #1 v1.5 signature of `text` with SHA-256.
  bool verifies(std::string_view text, std::string_view signature) const;

  explicit RsaKey(unsigned bits);
  ~RsaKey();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::string pem_;
};

/// The key file of a service account, as Google hands it out.
std::string service_account_json(const std::string& token_url,
                                 const std::string& email = "events@project.iam.gserviceaccount.com");

}  // namespace wac::testing
