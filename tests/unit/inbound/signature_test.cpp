#include "inbound/signature.h"

#include "base/encoding.h"

#include <gtest/gtest.h>

namespace wac::inbound {
namespace {

constexpr std::string_view kBody = R"({"object":"whatsapp_business_account","entry":[]})";

std::string sign(std::string_view secret, std::string_view body) {
  crypto::HmacSha256 mac{secret};
  const auto digest = mac.mac(body);
  return "sha256=" + to_hex(digest);
}

std::vector<Secret> secrets(std::initializer_list<const char*> texts) {
  std::vector<Secret> out;
  for (const char* text : texts) out.emplace_back(text);
  return out;
}

// Computed with `openssl dgst -sha256 -hmac`, so that the test does not only agree with our own code.
TEST(Signature, AgreesWithOpensslsCommandLine) {
  SignatureVerifier verifier{secrets({"app-secret"})};
  EXPECT_TRUE(verifier.accepts("sha256=30c15c607664b05280ebe95e1dce04c603032ed68e5e6ff266db6de9496892a5",
                               "hello webhook"));
}

TEST(Signature, AcceptsEitherSecretDuringARotation) {
  SignatureVerifier verifier{secrets({"new-secret", "old-secret"})};
  EXPECT_TRUE(verifier.accepts(sign("new-secret", kBody), kBody));
  EXPECT_TRUE(verifier.accepts(sign("old-secret", kBody), kBody));
  EXPECT_FALSE(verifier.accepts(sign("other", kBody), kBody));
}

TEST(Signature, RefusesAnyOtherForm) {
  SignatureVerifier verifier{secrets({"app-secret"})};
  const std::string good = sign("app-secret", kBody);
  std::string upper = good;
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c);
  for (const std::string& bad : {std::string{}, good.substr(7), "sha1=" + good.substr(7), good + "0",
                                 good.substr(0, 70), " " + good, upper}) {
    EXPECT_FALSE(verifier.accepts(bad, kBody)) << bad;
  }
  EXPECT_FALSE(verifier.accepts(good, std::string{kBody} + " ")) << "one more byte";
  EXPECT_FALSE(verifier.accepts(good, kBody.substr(1)));
}

TEST(Signature, WithoutASecretNothingIsAccepted) {
  SignatureVerifier verifier{{}};
  EXPECT_FALSE(verifier.accepts(sign("", kBody), kBody));
}

TEST(AppVerifiersTest, EachAppHasItsOwnSecretsAndAReplacementTakesEffectAtOnce) {
  config::Config config;
  config.webhook_secrets.emplace_back("default-secret");
  config.apps.push_back({"shop", Secret{"verify"}, secrets({"shop-secret"})});
  config::Directory directory{config};
  AppVerifiers verifiers{directory};
  EXPECT_TRUE(verifiers.accepts("", sign("default-secret", kBody), kBody));
  EXPECT_TRUE(verifiers.accepts("shop", sign("shop-secret", kBody), kBody));
  EXPECT_FALSE(verifiers.accepts("shop", sign("default-secret", kBody), kBody));
  EXPECT_FALSE(verifiers.accepts("", sign("shop-secret", kBody), kBody));
  EXPECT_FALSE(verifiers.accepts("other", sign("default-secret", kBody), kBody));

  config.apps[0].secrets = secrets({"new-secret", "shop-secret"});
  directory.replace(config);
  EXPECT_TRUE(verifiers.accepts("shop", sign("new-secret", kBody), kBody));
  EXPECT_TRUE(verifiers.accepts("shop", sign("shop-secret", kBody), kBody));
  config.apps[0].secrets = secrets({"new-secret"});
  directory.replace(config);
  EXPECT_FALSE(verifiers.accepts("shop", sign("shop-secret", kBody), kBody));
}

}  // namespace
}  // namespace wac::inbound
