#pragma once
// Sealing: AES-256-GCM under a keyring, so that the store only ever holds ciphertext.
//
// Blob: version(1) | key id(4) | salt(12) | counter(8) | ciphertext | tag(16). The data key is
// HMAC-SHA-256(master key, "seal" | salt); a Sealer draws its salt once and counts its nonces up, so no nonce
// repeats however many blobs are sealed.

#include "base/error.h"
#include "base/personal.h"
#include "base/random.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wac::crypto {

/// Ciphertext. Safe to store anywhere.
struct SealedBlob {
  std::string bytes;
  bool empty() const { return bytes.empty(); }
};

/// The deployment's keys: one fingerprint key for ever, several sealing keys of which one is active.
/// Immutable and shared by all threads.
///
/// File form (JSON): {"version":1,"fingerprint":"<base64, 32 bytes>","active":7,
///                    "seal":[{"id":7,"key":"<base64, 32 bytes>"}, …]}
class Keyring {
 public:
  static Result<std::shared_ptr<const Keyring>> parse(const Secret& json);
  /// A new keyring with one sealing key, in file form.
  static Secret generate(Random& random);

  const Secret& fingerprint_key() const { return fingerprint_key_; }

 private:
  friend class Sealer;
  struct SealKey {
    std::uint32_t id;
    Secret key;
  };
  Secret fingerprint_key_;
  std::vector<SealKey> seal_keys_;
  std::uint32_t active_ = 0;
};

/// One per loop: not thread-safe.
class Sealer {
 public:
  Sealer(std::shared_ptr<const Keyring> keyring, Random& random);
  ~Sealer();

  /// `context` binds the blob to its place (e.g. "intent|<key>"): opening with another context fails.
  SealedBlob seal(std::string_view plain, std::string_view context);
  /// kCorrupt: damaged, of another place, or sealed under a key that is not in the ring.
  Result<PersonalText> open(const SealedBlob& blob, std::string_view context);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wac::crypto
