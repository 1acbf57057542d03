#include "crypto/rsa.h"

#include "support/rsa_key.h"

#include <gtest/gtest.h>

namespace wac::crypto {
namespace {

using testing::RsaKey;

TEST(Rs256, IsVerifiedByThePublicKey) {
  const RsaKey& key = RsaKey::of();
  const auto signature = sign_rs256(Secret{key.pem()}, "header.claims");
  ASSERT_TRUE(signature);
  EXPECT_EQ(signature->size(), 256U);
  EXPECT_TRUE(key.verifies("header.claims", *signature));
  EXPECT_FALSE(key.verifies("header.other", *signature));
  EXPECT_TRUE(sign_rs256(Secret{key.pem()}, ""));
}

TEST(Rs256, TakesPrivateRsaKeysOfADecentSizeOnly) {
  constexpr const char* kEllipticCurve =
      "-----BEGIN PRIVATE KEY-----\n"
      "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2\n"
      "OF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r\n"
      "1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G\n"
      "-----END PRIVATE KEY-----\n";
  EXPECT_TRUE(is_rsa_key(Secret{RsaKey::of().pem()}));
  EXPECT_FALSE(is_rsa_key(Secret{RsaKey::of(1'024).pem()}));
  EXPECT_FALSE(is_rsa_key(Secret{kEllipticCurve}));
  EXPECT_FALSE(is_rsa_key(Secret{}));
  EXPECT_FALSE(is_rsa_key(Secret{"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"}));
  EXPECT_EQ(sign_rs256(Secret{"no key"}, "text").error().code, ErrorCode::kInvalid);
}

}  // namespace
}  // namespace wac::crypto
