#include "delivery/webhook_signature.h"

#include "base/encoding.h"

#include <gtest/gtest.h>

namespace wac::delivery {
namespace {

constexpr const char* kId = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr const char* kTimestamp = "1614265330";
constexpr const char* kBody = R"({"test": 2432232314})";

Secret key(const char* base64) {
  return Secret{from_base64(base64).value()};
}

// The example that the implementations of Standard Webhooks test themselves with.
TEST(WebhookSignature, IsThatOfThePublishedExample) {
  std::vector<Secret> keys;
  keys.push_back(key("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
  EXPECT_EQ(webhook_signature(keys, kId, kTimestamp, kBody),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSignature, HasOneForEachKeyDuringARotation) {
  std::vector<Secret> keys;
  keys.push_back(key("AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"));
  keys.push_back(key("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
  const std::string both = webhook_signature(keys, kId, kTimestamp, kBody);
  const auto space = both.find(' ');
  ASSERT_NE(space, std::string::npos);
  EXPECT_EQ(both.substr(space + 1), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  EXPECT_TRUE(both.starts_with("v1,"));
  EXPECT_NE(both.substr(0, space), both.substr(space + 1));
}

TEST(WebhookSignature, TimestampIsWholeSeconds) {
  EXPECT_EQ(webhook_timestamp(from_millis(1'614'265'330'999)), "1614265330");
}

}  // namespace
}  // namespace wac::delivery
