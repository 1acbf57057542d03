#include "crypto/digest.h"

#include "base/encoding.h"

#include <gtest/gtest.h>

#include <string>

namespace wac::crypto {
namespace {

std::string bytes(std::string_view hex) {
  return from_hex(hex).value();
}

// FIPS 180-4 examples.
TEST(Sha256, MatchesThePublishedVectors) {
  EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(to_hex(sha256(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

struct HmacVector {
  std::string key;
  std::string data;
  std::string_view mac;
};

// RFC 4231, sections 4.2 to 4.8 (4.6 is the truncated one).
std::vector<HmacVector> rfc4231() {
  std::string counting;
  for (char c = 1; c <= 25; ++c) counting += c;
  return {
      {std::string(20, '\x0b'), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"Jefe", "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {counting, std::string(50, '\xcd'), "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {std::string(20, '\x0c'), "Test With Truncation", "a3b6167473100ee06e0c796c2955552b"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {std::string(131, '\xaa'),
       "This is a test using a larger than block-size key and a larger than block-size data. The key needs "
       "to "
       "be hashed before being used by the HMAC algorithm.",
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
  };
}

TEST(HmacSha256, MatchesRfc4231) {
  for (const HmacVector& vector : rfc4231()) {
    HmacSha256 hmac{vector.key};
    EXPECT_EQ(to_hex(hmac.mac(vector.data)).substr(0, vector.mac.size()), vector.mac);
  }
}

TEST(HmacSha256, KeepsItsKeyForTheNextMessage) {
  HmacSha256 hmac{Secret{"Jefe"}};
  const Digest first = hmac.mac("what do ya want for nothing?");
  const Digest other = hmac.mac("something else");
  EXPECT_NE(first, other);
  EXPECT_EQ(hmac.mac("what do ya want for nothing?"), first);
}

TEST(HmacSha256, GivesTheSameForAMessageInPieces) {
  HmacSha256 hmac{"key"};
  const Digest whole = hmac.mac("abcdef");
  hmac.update("ab");
  hmac.update("");
  hmac.update("cdef");
  EXPECT_EQ(hmac.finish(), whole);
}

TEST(HmacSha256, TakesAnEmptyKey) {
  HmacSha256 hmac{std::string_view{}};
  EXPECT_EQ(to_hex(hmac.mac("")), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(HmacSha256, CanBeMoved) {
  HmacSha256 first{"key"};
  const Digest expected = first.mac("m");
  HmacSha256 second{std::move(first)};
  EXPECT_EQ(second.mac("m"), expected);
  HmacSha256 third{"other"};
  third = std::move(second);
  EXPECT_EQ(third.mac("m"), expected);
}

TEST(ConstantTimeEqual, ComparesContentAndLength) {
  EXPECT_TRUE(constant_time_equal("", ""));
  EXPECT_TRUE(constant_time_equal("abc", "abc"));
  EXPECT_FALSE(constant_time_equal("abc", "abd"));
  EXPECT_FALSE(constant_time_equal("abc", "xbc"));
  EXPECT_FALSE(constant_time_equal("abc", "ab"));
  EXPECT_FALSE(constant_time_equal("", "a"));
  EXPECT_TRUE(constant_time_equal(bytes("00ff00"), bytes("00ff00")));
  EXPECT_FALSE(constant_time_equal(bytes("00ff00"), bytes("00ff01")));
}

}  // namespace
}  // namespace wac::crypto
