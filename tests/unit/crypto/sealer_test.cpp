#include "base/encoding.h"
#include "base/expose.h"
#include "crypto/digest.h"
#include "crypto/keyring.h"
#include "support/manual_scheduler.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <set>

namespace wac::crypto {
namespace {

const std::string kKeyA = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const std::string kKeyB = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

std::shared_ptr<const Keyring> ring(std::string_view active, std::string_view seal) {
  return Keyring::parse(Secret{R"({"version":1,"fingerprint":")" + kKeyA + R"(","active":)" +
                               std::string{active} + R"(,"seal":[)" + std::string{seal} + "]}"})
      .value();
}

std::string key(int id, std::string_view text) {
  return R"({"id":)" + std::to_string(id) + R"(,"key":")" + std::string{text} + R"("})";
}

/// The opened text, or the error's name.
std::string opened(Sealer& sealer, const SealedBlob& blob, std::string_view context) {
  const auto plain = sealer.open(blob, context);
  if (!plain) return "error: " + std::string{name(plain.error().code)};
  return std::string{expose(*plain, Purpose::kAnswer)};
}

struct SealerTest : ::testing::Test {
  wac::testing::SeededRandom random{42};
  Sealer sealer{ring("1", key(1, kKeyA)), random};
};

TEST_F(SealerTest, OpensWhatItSealed) {
  for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 1000U, 300'000U}) {
    const std::string plain(size, 'x');
    const SealedBlob blob = sealer.seal(plain, "intent|a");
    EXPECT_EQ(blob.bytes.size(), size + 1 + 4 + 12 + 8 + 16);
    EXPECT_EQ(opened(sealer, blob, "intent|a"), plain);
  }
}

// Computes the documented format by other means: key derivation, nonce, associated data and tag.
TEST_F(SealerTest, WritesTheDocumentedFormat) {
  sealer.seal("counter 0", "c");
  const std::string blob = sealer.seal("hello", "intent|a").bytes;
  EXPECT_EQ(to_hex(as_bytes(blob.substr(0, 5))), "0100000001");
  EXPECT_EQ(to_hex(as_bytes(blob.substr(17, 8))), "0000000000000001");

  HmacSha256 hmac{from_base64(kKeyA).value()};
  const Digest data_key = hmac.mac("seal" + blob.substr(5, 12));
  const std::string nonce = std::string(4, '\0') + blob.substr(17, 8);
  const std::string aad = blob.substr(0, 5) + "intent|a";
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  std::string text(5, '\0');
  std::string tag(16, '\0');
  int length = 0;
  const auto bytes = [](const std::string& s) { return reinterpret_cast<const unsigned char*>(s.data()); };
  EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nullptr, data_key.data(), bytes(nonce));
  EVP_EncryptUpdate(context, nullptr, &length, bytes(aad), static_cast<int>(aad.size()));
  EVP_EncryptUpdate(context, reinterpret_cast<unsigned char*>(text.data()), &length, bytes("hello"), 5);
  EVP_EncryptFinal_ex(context, reinterpret_cast<unsigned char*>(tag.data()), &length);
  EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, tag.data());
  EVP_CIPHER_CTX_free(context);
  EXPECT_EQ(to_hex(as_bytes(blob.substr(25))), to_hex(as_bytes(text + tag)));
}

TEST_F(SealerTest, NoticesEveryChangedBit) {
  const SealedBlob blob = sealer.seal("a text about somebody", "intent|a");
  for (std::size_t i = 0; i < blob.bytes.size() * 8; ++i) {
    SealedBlob damaged = blob;
    damaged.bytes[i / 8] =
        static_cast<char>(static_cast<unsigned char>(damaged.bytes[i / 8]) ^ (1U << (i % 8)));
    EXPECT_EQ(opened(sealer, damaged, "intent|a"), "error: corrupt") << "bit " << i;
  }
  EXPECT_EQ(opened(sealer, blob, "intent|a"), "a text about somebody");
}

TEST_F(SealerTest, NoticesMissingAndAddedBytes) {
  const SealedBlob blob = sealer.seal("text", "c");
  for (std::size_t size = 0; size < blob.bytes.size(); ++size) {
    EXPECT_EQ(opened(sealer, {blob.bytes.substr(0, size)}, "c"), "error: corrupt") << size;
  }
  EXPECT_EQ(opened(sealer, {blob.bytes + "x"}, "c"), "error: corrupt");
}

TEST_F(SealerTest, OpensOnlyInItsPlace) {
  const SealedBlob blob = sealer.seal("text", "intent|a");
  EXPECT_EQ(opened(sealer, blob, "intent|b"), "error: corrupt");
  EXPECT_EQ(opened(sealer, blob, ""), "error: corrupt");
  EXPECT_EQ(opened(sealer, blob, "intent|a "), "error: corrupt");
}

TEST_F(SealerTest, KeepsOpeningOldBlobsAfterARotation) {
  const SealedBlob old = sealer.seal("old", "c");
  Sealer rotated{ring("2", key(1, kKeyA) + "," + key(2, kKeyB)), random};
  EXPECT_EQ(opened(rotated, old, "c"), "old");
  const SealedBlob fresh = rotated.seal("new", "c");
  EXPECT_EQ(to_hex(as_bytes(fresh.bytes.substr(1, 4))), "00000002");
  EXPECT_EQ(opened(rotated, fresh, "c"), "new");
  EXPECT_EQ(opened(sealer, fresh, "c"), "error: corrupt");
}

TEST_F(SealerTest, CannotOpenUnderAKeyThatWasRemovedOrReplaced) {
  const SealedBlob old = sealer.seal("old", "c");
  Sealer removed{ring("2", key(2, kKeyB)), random};
  EXPECT_EQ(opened(removed, old, "c"), "error: corrupt");
  Sealer replaced{ring("1", key(1, kKeyB)), random};
  EXPECT_EQ(opened(replaced, old, "c"), "error: corrupt");
}

TEST_F(SealerTest, OpensBlobsOfOtherSealersOfTheSameRing) {
  Sealer other{ring("1", key(1, kKeyA)), random};
  EXPECT_EQ(opened(other, sealer.seal("text", "c"), "c"), "text");
}

TEST_F(SealerTest, NeverRepeatsSaltAndCounter) {
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) {
    Sealer another{ring("1", key(1, kKeyA)), random};
    for (int j = 0; j < 50; ++j) seen.insert(another.seal("same", "c").bytes.substr(5, 20));
  }
  EXPECT_EQ(seen.size(), 1000U);
}

TEST_F(SealerTest, OpensMoreSaltsThanItKeepsReady) {
  std::vector<SealedBlob> blobs;
  for (int i = 0; i < 200; ++i) {
    Sealer another{ring("1", key(1, kKeyA)), random};
    blobs.push_back(another.seal(std::to_string(i), "c"));
  }
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < blobs.size(); ++i)
      EXPECT_EQ(opened(sealer, blobs[i], "c"), std::to_string(i));
  }
}

}  // namespace
}  // namespace wac::crypto
