#include "base/expose.h"
#include "crypto/digest.h"
#include "crypto/keyring.h"
#include "crypto/openssl.h"

#include <climits>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace wac::crypto {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kSalt = 12;
constexpr std::size_t kCounter = 8;
constexpr std::size_t kTag = 16;
constexpr std::size_t kNonce = 12;
constexpr std::size_t kHeader = 1 + 4 + kSalt + kCounter;
/// Data keys kept ready for opening. Every loop of every start has a salt of its own, so a store holds blobs
/// of many; deriving a key again costs about a microsecond.
constexpr std::size_t kOpenKeys = 64;

EVP_CIPHER* gcm_algorithm() {
  static const std::unique_ptr<EVP_CIPHER, OpensslFree<EVP_CIPHER_free>> kAlgorithm{
      EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)};
  require(kAlgorithm != nullptr);
  return kAlgorithm.get();
}

using Salt = std::array<char, kSalt>;
using Nonce = std::array<unsigned char, kNonce>;

std::string_view view(const Salt& salt) {
  return {salt.data(), salt.size()};
}

/// A context with its data key set; each message only sets a nonce.
enum class Direction : int { kOpen = 0, kSeal = 1 };

CipherContext make_context(const Secret& master, std::string_view salt, Direction direction) {
  HmacSha256 derive{master};
  derive.update("seal");
  derive.update(salt);
  Digest key = derive.finish();
  CipherContext context{EVP_CIPHER_CTX_new()};
  require(context != nullptr);
  require(EVP_CipherInit_ex2(context.get(), gcm_algorithm(), key.data(), nullptr, static_cast<int>(direction),
                             nullptr) == 1);
  explicit_bzero(key.data(), key.size());
  return context;
}

/// A data key is used by one Sealer only, so the bare counter is a nonce that never repeats under it.
Nonce nonce_of(std::string_view counter) {
  Nonce nonce{};
  std::memcpy(nonce.data() + kNonce - kCounter, counter.data(), kCounter);
  return nonce;
}

/// Starts a message: nonce, then what is authenticated but not encrypted.
void begin(EVP_CIPHER_CTX* context, const Nonce& nonce, std::string_view version_and_key,
           std::string_view place) {
  int length = 0;
  require(place.size() <= INT_MAX);
  require(EVP_CipherInit_ex2(context, nullptr, nullptr, nonce.data(), -1, nullptr) == 1);
  require(EVP_CipherUpdate(context, nullptr, &length, bytes_of(version_and_key),
                           static_cast<int>(version_and_key.size())) == 1);
  require(EVP_CipherUpdate(context, nullptr, &length, bytes_of(place), static_cast<int>(place.size())) == 1);
}

void transform(EVP_CIPHER_CTX* context, std::string_view from, char* to) {
  int length = 0;
  require(from.size() <= INT_MAX);
  require(EVP_CipherUpdate(context, reinterpret_cast<unsigned char*>(to), &length, bytes_of(from),
                           static_cast<int>(from.size())) == 1);
}

void put_big_endian(std::uint64_t value, char* to, std::size_t size) {
  for (std::size_t i = size; i-- > 0; value >>= 8U) to[i] = static_cast<char>(value & 255U);
}

std::uint32_t key_id_of(std::string_view header) {
  std::uint32_t id = 0;
  for (const char byte : header.substr(1, 4)) id = id << 8U | static_cast<unsigned char>(byte);
  return id;
}

std::unexpected<Error> corrupt(const char* where) {
  return fail(ErrorCode::kCorrupt, where);
}

}  // namespace

struct Sealer::Impl {
  struct OpenKey {
    std::uint32_t key_id = 0;
    Salt salt{};
    CipherContext context;
  };

  std::shared_ptr<const Keyring> keyring;
  Salt salt{};
  std::uint64_t counter = 0;
  CipherContext sealing;
  std::vector<OpenKey> opened;  // the most recently used first

  const Secret* master(std::uint32_t id) const {
    const auto found = std::ranges::find(keyring->seal_keys_, id, &Keyring::SealKey::id);
    return found == keyring->seal_keys_.end() ? nullptr : &found->key;
  }

  EVP_CIPHER_CTX* context_for(std::uint32_t key_id, std::string_view blob_salt, const Secret& key) {
    auto found = std::ranges::find_if(opened, [&](const OpenKey& entry) {
      return entry.key_id == key_id && view(entry.salt) == blob_salt;
    });
    if (found == opened.end()) {
      if (opened.size() == kOpenKeys) opened.pop_back();
      OpenKey entry{key_id, {}, make_context(key, blob_salt, Direction::kOpen)};
      std::ranges::copy(blob_salt, entry.salt.begin());
      opened.push_back(std::move(entry));
      found = std::prev(opened.end());
    }
    std::rotate(opened.begin(), found, std::next(found));
    return opened.front().context.get();
  }
};

Sealer::Sealer(std::shared_ptr<const Keyring> keyring, Random& random) : impl_(std::make_unique<Impl>()) {
  impl_->keyring = std::move(keyring);
  random.fill({reinterpret_cast<std::uint8_t*>(impl_->salt.data()), impl_->salt.size()});
  const Secret* key = impl_->master(impl_->keyring->active_);
  require(key != nullptr);
  impl_->sealing = make_context(*key, view(impl_->salt), Direction::kSeal);
  impl_->opened.reserve(kOpenKeys);
}

Sealer::~Sealer() = default;

SealedBlob Sealer::seal(std::string_view plain, std::string_view context) {
  std::string blob(kHeader + plain.size() + kTag, '\0');
  blob[0] = kVersion;
  put_big_endian(impl_->keyring->active_, blob.data() + 1, 4);
  std::ranges::copy(impl_->salt, blob.begin() + 5);
  put_big_endian(impl_->counter++, blob.data() + 5 + kSalt, kCounter);

  const std::string_view header{blob.data(), kHeader};
  EVP_CIPHER_CTX* cipher = impl_->sealing.get();
  begin(cipher, nonce_of(header.substr(5 + kSalt)), header.substr(0, 5), context);
  transform(cipher, plain, blob.data() + kHeader);
  char* tag = blob.data() + kHeader + plain.size();
  int length = 0;
  require(EVP_CipherFinal_ex(cipher, reinterpret_cast<unsigned char*>(tag), &length) == 1);
  require(EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, kTag, tag) == 1);
  return {std::move(blob)};
}

Result<PersonalText> Sealer::open(const SealedBlob& blob, std::string_view context) {
  const std::string_view bytes = blob.bytes;
  if (bytes.size() < kHeader + kTag) return corrupt("sealed blob: too short");
  if (bytes.size() > INT_MAX) return corrupt("sealed blob: too long");
  if (bytes[0] != kVersion) return corrupt("sealed blob: unknown version");
  const std::uint32_t key_id = key_id_of(bytes);
  const Secret* key = impl_->master(key_id);
  if (key == nullptr) return corrupt("sealed blob: its key is not in the keyring");

  EVP_CIPHER_CTX* cipher = impl_->context_for(key_id, bytes.substr(5, kSalt), *key);
  begin(cipher, nonce_of(bytes.substr(5 + kSalt)), bytes.substr(0, 5), context);
  const std::string_view sealed = bytes.substr(kHeader, bytes.size() - kHeader - kTag);
  std::string plain(sealed.size(), '\0');
  transform(cipher, sealed, plain.data());
  std::array<char, kTag> tag{};
  std::ranges::copy(bytes.substr(bytes.size() - kTag), tag.begin());
  require(EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, kTag, tag.data()) == 1);
  unsigned char rest[kTag];
  int length = 0;
  if (EVP_CipherFinal_ex(cipher, rest, &length) != 1) {
    // Text that failed its check must not be read by anybody.
    wipe(plain);
    return corrupt("sealed blob: damaged, or of another place");
  }
  return PersonalText{std::move(plain)};
}

}  // namespace wac::crypto
