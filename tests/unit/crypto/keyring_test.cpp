#include "crypto/keyring.h"

#include "base/expose.h"
#include "support/manual_scheduler.h"

#include <gtest/gtest.h>

namespace wac::crypto {
namespace {

const std::string kKeyA = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const std::string kKeyB = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

std::string ring(std::string_view active, std::string_view seal) {
  return R"({"version":1,"fingerprint":")" + kKeyA + R"(","active":)" + std::string{active} + R"(,"seal":[)" +
         std::string{seal} + "]}";
}

std::string key(std::string_view id, std::string_view text) {
  return R"({"id":)" + std::string{id} + R"(,"key":")" + std::string{text} + R"("})";
}

std::string_view refusal(const std::string& file) {
  const auto parsed = Keyring::parse(Secret{file});
  if (parsed) return "accepted";
  EXPECT_EQ(parsed.error().code, ErrorCode::kInvalid);
  return static_cast<const char*>(parsed.error().where);
}

TEST(Keyring, ReadsItsFile) {
  const auto parsed = Keyring::parse(Secret{ring("7", key("3", kKeyA) + "," + key("7", kKeyB))});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(expose((*parsed)->fingerprint_key(), Purpose::kValidate).size(), 32U);
  EXPECT_EQ(expose((*parsed)->fingerprint_key(), Purpose::kValidate)[31], '\x1f');
}

TEST(Keyring, ReadsWhatItGenerates) {
  testing::SeededRandom random{1};
  const Secret first = Keyring::generate(random);
  const Secret second = Keyring::generate(random);
  EXPECT_TRUE(Keyring::parse(first));
  EXPECT_TRUE(Keyring::parse(second));
  EXPECT_NE(expose(first, Purpose::kValidate), expose(second, Purpose::kValidate));
}

TEST(Keyring, SaysWhatIsWrong) {
  const std::string good = key("1", kKeyA);
  EXPECT_EQ(refusal(ring("1", good)), "accepted");
  EXPECT_EQ(refusal(""), "keyring: not JSON");
  EXPECT_EQ(refusal(ring("1", good) + "x"), "keyring: not JSON");
  EXPECT_EQ(refusal(ring("1", good).substr(0, 40)), "keyring: not JSON");
  EXPECT_EQ(refusal("[]"), "keyring: an object is expected");
  EXPECT_EQ(refusal(R"({"version":1,"extra":1})"), "keyring: unknown field");
  EXPECT_EQ(refusal(R"({"version":2})"), "keyring.version: 1 is expected");
  EXPECT_EQ(refusal(R"({"active":1})"), "keyring.version: 1 is expected");
  EXPECT_EQ(refusal(R"({"version":1})"), "keyring.fingerprint: 32 bytes in base64 are expected");
  EXPECT_EQ(refusal(R"({"version":1,"fingerprint":"AAAA"})"),
            "keyring.fingerprint: 32 bytes in base64 are expected");
  EXPECT_EQ(refusal(ring("1", "1")), "keyring.seal[]: an object of id and key is expected");
  EXPECT_EQ(refusal(ring("1", "")), "keyring.seal: 1 to 64 keys are expected");
  EXPECT_EQ(refusal(ring("1", R"({"id":1,"key":"AAAA","x":1})")),
            "keyring.seal[]: an object of id and key is expected");
  EXPECT_EQ(refusal(ring("1", good + "," + key("1", kKeyB))), "keyring.seal[].id: given twice");
  for (const auto* id : {"0", "-1", "4294967296", "1.5", R"("1")", "null"}) {
    EXPECT_EQ(refusal(ring("1", key(id, kKeyB))),
              "keyring.seal[].id: a number from 1 to 4294967295 is expected")
        << id;
  }
  for (const std::string& text :
       std::vector<std::string>{"", "AAAA", "not base64!", kKeyA.substr(4), kKeyA + "AAAA"}) {
    EXPECT_EQ(refusal(ring("1", key("1", text))), "keyring.seal[].key: 32 bytes in base64 are expected")
        << text;
  }
  EXPECT_EQ(refusal(ring("2", good)), "keyring.active: the id of a key in seal is expected");
  EXPECT_EQ(refusal(ring(R"("1")", good)), "keyring.active: the id of a key in seal is expected");
}

TEST(Keyring, BoundsItsSize) {
  std::string keys = key("1", kKeyA);
  for (int id = 2; id <= 64; ++id) keys += "," + key(std::to_string(id), kKeyA);
  EXPECT_EQ(refusal(ring("1", keys)), "accepted");
  EXPECT_EQ(refusal(ring("1", keys + "," + key("65", kKeyA))), "keyring.seal: 1 to 64 keys are expected");
  const std::string file = ring("1", key("1", kKeyA));
  EXPECT_EQ(refusal(file + std::string(64 * 1024 - file.size(), ' ')), "accepted");
  EXPECT_EQ(refusal(file + std::string(64 * 1024 - file.size() + 1, ' ')), "keyring: at most 64 KiB");
}

}  // namespace
}  // namespace wac::crypto
