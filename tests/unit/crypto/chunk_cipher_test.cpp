#include "crypto/chunk_cipher.h"

#include "base/encoding.h"

#include <gtest/gtest.h>

namespace wac::crypto {
namespace {

using Place = ChunkCipher::Place;

std::string bytes(std::string_view hex) {
  return from_hex(hex).value();
}

ChunkCipher cipher(std::string context = "context", char first = 0) {
  std::string key;
  for (int i = 0; i < 32; ++i) key += static_cast<char>(i);
  key[0] = first;
  return {Secret{key}, std::move(context)};
}

std::string sealed(std::uint64_t number, Place place, std::string_view plain) {
  std::string out;
  cipher().seal(number, place, plain, out);
  return out;
}

// Made by Node's crypto: AES-256-GCM, nonce 000000 | number(8) | place, "context" as associated data.
TEST(ChunkCipher, SealsAsDocumented) {
  EXPECT_EQ(sealed(0, Place::kMore, "hello"), bytes("66d9d9b2da883444a5ffd4400c6f858b891b1e8151"));
  EXPECT_EQ(sealed(258, Place::kLast, "hello"), bytes("b0abff7d855104b50c42f46c902388974d82c7eb2d"));
  EXPECT_EQ(sealed(0, Place::kMore, ""), bytes("04bb45c81725e64ef7e8ea4c5c77ea14"));
}

TEST(ChunkCipher, OpensWhatItSealedAndAppends) {
  std::string out = "before ";
  EXPECT_TRUE(cipher().open(7, Place::kMore, sealed(7, Place::kMore, "text"), out));
  EXPECT_EQ(out, "before text");
}

TEST(ChunkCipher, APieceInAnotherPlaceIsNone) {
  const std::string piece = sealed(7, Place::kMore, "text");
  std::string out = "before";
  EXPECT_FALSE(cipher().open(8, Place::kMore, piece, out));
  EXPECT_FALSE(cipher().open(7, Place::kLast, piece, out)) << "a cut text must not look whole";
  EXPECT_FALSE(cipher("other").open(7, Place::kMore, piece, out));
  EXPECT_FALSE(cipher("context", 1).open(7, Place::kMore, piece, out));
  EXPECT_FALSE(cipher().open(7, Place::kMore, "short", out));
  for (std::size_t i = 0; i < piece.size(); ++i) {
    std::string changed = piece;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(cipher().open(7, Place::kMore, changed, out)) << i;
  }
  EXPECT_EQ(out, "before");
}

}  // namespace
}  // namespace wac::crypto
