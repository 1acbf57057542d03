#include "google/token_fetch.h"

#include "base/expose.h"
#include "google/token_sources.h"
#include "support/fake_http.h"
#include "support/manual_scheduler.h"
#include "support/rsa_key.h"

#include <gtest/gtest.h>

namespace wac::google {
namespace {

using testing::FakeHttp;
using testing::header_of;
using testing::ManualScheduler;

constexpr const char* kGood = R"({"access_token":"ya29.a-token","expires_in":3599,"token_type":"Bearer"})";

std::string text(const Secret& secret) {
  return std::string{expose(secret, Purpose::kAuthorization)};
}

class TokenFetchTest : public ::testing::Test {
 protected:
  Result<FreshToken> fetch(TokenFetch& from) {
    return testing::run_now(loop, from.fetch({loop.now() + Millis{5'000}}));
  }
  Result<FreshToken> of_answer(int status, const std::string& body) {
    http.will_answer(status, body);
    MetadataTokens tokens{http, "metadata.google.internal", "s"};
    return fetch(tokens);
  }

  ManualScheduler loop;
  FakeHttp http;
};

TEST_F(TokenFetchTest, TheMetadataServerIsAskedAsGoogleSays) {
  http.will_answer(200, kGood);
  MetadataTokens tokens{http, "metadata.google.internal", "https://www.googleapis.com/auth/pubsub b"};
  const auto fresh = fetch(tokens);
  ASSERT_TRUE(fresh);
  EXPECT_EQ(text(fresh->token), "ya29.a-token");
  EXPECT_EQ(fresh->lifetime, Millis{3'599'000});
  ASSERT_EQ(http.requests.size(), 1U);
  const net::ClientRequest& request = http.requests[0];
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.endpoint, (net::Endpoint{false, "metadata.google.internal", 80}));
  EXPECT_EQ(request.target,
            "/computeMetadata/v1/instance/service-accounts/default/token"
            "?scopes=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fpubsub%2Cb");
  EXPECT_EQ(header_of(request, "Metadata-Flavor"), "Google");
  EXPECT_EQ(request.deadline.at, loop.now() + Millis{5'000});
}

TEST_F(TokenFetchTest, AKeyFileIsExchangedForAToken) {
  const auto credentials = config::parse_service_account(
      Secret{testing::service_account_json("https://oauth2.googleapis.com/token")});
  ASSERT_TRUE(credentials);
  http.will_answer(200, kGood);
  KeyTokens tokens{loop, http, credentials->clone().account, "s"};
  ASSERT_TRUE(fetch(tokens));
  const net::ClientRequest& request = http.requests.at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.endpoint, (net::Endpoint{true, "oauth2.googleapis.com", 443}));
  EXPECT_EQ(request.target, "/token");
  EXPECT_EQ(header_of(request, "Content-Type"), "application/x-www-form-urlencoded");
  constexpr std::string_view kForm =
      "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
  ASSERT_TRUE(request.body.starts_with(kForm));
  EXPECT_EQ(std::ranges::count(request.body.substr(kForm.size()), '.'), 2);
}

TEST_F(TokenFetchTest, WhatIsRefusedIsToldFromWhatPasses) {
  for (const int status : {400, 401, 403, 404}) {
    EXPECT_EQ(of_answer(status, R"({"error":"invalid_grant"})").error().code, ErrorCode::kUnauthorized)
        << status;
  }
  for (const int status : {408, 429, 500, 503}) {
    const auto fresh = of_answer(status, "");
    EXPECT_EQ(fresh.error().code, ErrorCode::kUnavailable) << status;
    EXPECT_EQ(fresh.error().detail, status);
  }
  http.will_fail(ErrorCode::kConnectFailed);
  MetadataTokens tokens{http, "metadata.google.internal", ""};
  EXPECT_EQ(fetch(tokens).error().code, ErrorCode::kConnectFailed);
}

TEST_F(TokenFetchTest, WhatIsNoTokenIsNotTaken) {
  for (const char* body : {"", "[]", "{}", R"({"access_token":"a"})", R"({"access_token":"","expires_in":1})",
                           R"({"access_token":1,"expires_in":1})", R"({"access_token":"a","expires_in":0})",
                           R"({"access_token":"a","expires_in":"soon"})",
                           R"({"access_token":"a\r\nb","expires_in":9})", "<html>"}) {
    EXPECT_EQ(of_answer(200, body).error().code, ErrorCode::kProtocol) << body;
  }
  EXPECT_EQ(of_answer(200, R"({"access_token":"a","expires_in":999999999999})")->lifetime,
            std::chrono::hours{12});
}

TEST_F(TokenFetchTest, AnAccountHasOneSourceForEachSetOfScopes) {
  TokenSources sources{loop, http, "127.0.0.1:81"};
  config::GoogleCredentials machine;
  const auto key = config::parse_service_account(
      Secret{testing::service_account_json("https://oauth2.googleapis.com/token")});
  const auto first = sources.of(machine, scope::kPubSub);
  EXPECT_EQ(first, sources.of(machine, scope::kPubSub));
  EXPECT_NE(first, sources.of(machine, scope::kStorage));
  EXPECT_NE(first, sources.of(*key, scope::kPubSub));
  EXPECT_EQ(sources.of(key->clone(), scope::kPubSub), sources.of(*key, scope::kPubSub));
  EXPECT_EQ(sources.size(), 3U);
  http.will_answer(200, kGood);
  EXPECT_EQ(text(*testing::run_now(loop, first->token({loop.now() + Millis{1'000}}))), "ya29.a-token");
  EXPECT_EQ(http.requests.at(0).endpoint, (net::Endpoint{false, "127.0.0.1", 81}));

  // Nothing is fetched for an emulator.
  machine.kind = config::GoogleCredentials::Kind::kNone;
  EXPECT_TRUE(testing::run_now(loop, sources.of(machine, scope::kPubSub)->token(Deadline::never()))->empty());
  EXPECT_EQ(http.requests.size(), 1U);

  // What nobody asks for any more is forgotten, in time.
  loop.advance(std::chrono::hours{2});
  machine.kind = config::GoogleCredentials::Kind::kMetadataServer;
  sources.of(machine, "other");
  EXPECT_EQ(sources.size(), 1U);
}

}  // namespace
}  // namespace wac::google
