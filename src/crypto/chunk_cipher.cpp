#include "crypto/chunk_cipher.h"

#include "base/expose.h"
#include "crypto/openssl.h"

#include <climits>

#include <algorithm>
#include <array>

namespace wac::crypto {
namespace {

constexpr std::size_t kNonce = 12;

EVP_CIPHER* gcm_algorithm() {
  static const std::unique_ptr<EVP_CIPHER, OpensslFree<EVP_CIPHER_free>> kAlgorithm{
      EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)};
  require(kAlgorithm != nullptr);
  return kAlgorithm.get();
}

/// zeros(3) | number(8, big endian) | place(1)
std::array<unsigned char, kNonce> nonce_of(std::uint64_t number, ChunkCipher::Place place) {
  std::array<unsigned char, kNonce> nonce{};
  nonce.back() = static_cast<unsigned char>(place);
  for (std::size_t i = kNonce - 1; i-- > 3; number >>= 8U)
    nonce[i] = static_cast<unsigned char>(number & 255U);
  return nonce;
}

void update(EVP_CIPHER_CTX* context, std::string_view from, char* to) {
  int length = 0;
  require(from.size() <= INT_MAX);
  require(EVP_CipherUpdate(context, reinterpret_cast<unsigned char*>(to), &length, bytes_of(from),
                           static_cast<int>(from.size())) == 1);
}

}  // namespace

struct ChunkCipher::Impl {
  CipherContext context;
  std::string associated;

  void begin(std::uint64_t number, Place place, int sealing) {
    const auto nonce = nonce_of(number, place);
    require(EVP_CipherInit_ex2(context.get(), nullptr, nullptr, nonce.data(), sealing, nullptr) == 1);
    update(context.get(), associated, nullptr);
  }
};

ChunkCipher::ChunkCipher(const Secret& key, std::string context) : impl_(std::make_unique<Impl>()) {
  require(key.size() == kKeyBytes);
  impl_->context.reset(EVP_CIPHER_CTX_new());
  impl_->associated = std::move(context);
  require(impl_->context != nullptr);
  require(EVP_CipherInit_ex2(impl_->context.get(), gcm_algorithm(), bytes_of(expose(key, Purpose::kSeal)),
                             nullptr, 1, nullptr) == 1);
}

ChunkCipher::ChunkCipher(ChunkCipher&&) noexcept = default;
ChunkCipher& ChunkCipher::operator=(ChunkCipher&&) noexcept = default;
ChunkCipher::~ChunkCipher() = default;

void ChunkCipher::seal(std::uint64_t number, Place place, std::string_view plain, std::string& out) {
  impl_->begin(number, place, 1);
  const std::size_t start = out.size();
  out.resize(start + plain.size() + kTagBytes);
  update(impl_->context.get(), plain, out.data() + start);
  char* tag = out.data() + start + plain.size();
  int length = 0;
  require(EVP_CipherFinal_ex(impl_->context.get(), reinterpret_cast<unsigned char*>(tag), &length) == 1);
  require(EVP_CIPHER_CTX_ctrl(impl_->context.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, tag) == 1);
}

bool ChunkCipher::open(std::uint64_t number, Place place, std::string_view sealed, std::string& out) {
  if (sealed.size() < kTagBytes) return false;
  impl_->begin(number, place, 0);
  const std::size_t start = out.size();
  const std::string_view text = sealed.substr(0, sealed.size() - kTagBytes);
  out.resize(start + text.size());
  update(impl_->context.get(), text, out.data() + start);
  std::array<char, kTagBytes> tag{};
  std::ranges::copy(sealed.substr(text.size()), tag.begin());
  require(EVP_CIPHER_CTX_ctrl(impl_->context.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) == 1);
  unsigned char rest[kTagBytes];
  int length = 0;
  if (EVP_CipherFinal_ex(impl_->context.get(), rest, &length) == 1) return true;
  // Text that failed its check must not be read by anybody.
  std::fill(out.begin() + static_cast<std::ptrdiff_t>(start), out.end(), '\0');
  out.resize(start);
  return false;
}

}  // namespace wac::crypto
