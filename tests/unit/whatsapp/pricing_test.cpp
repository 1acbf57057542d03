#include "whatsapp/pricing.h"

#include "unit/whatsapp/json_support.h"

#include <gtest/gtest.h>

namespace wac::whatsapp {
namespace {

std::string packed(std::string_view status) {
  return testing::items_of(testing::notification(R"("statuses":[{"id":"wamid.A","status":"sent",)" +
                                                 std::string{status} + "}]"))
      .at(0)
      .status->pricing;
}

TEST(Pricing, IsPackedFromAStatus) {
  EXPECT_EQ(
      packed(R"("pricing":{"billable":true,"pricing_model":"PMP","type":"regular","category":"utility"})"),
      "utility,regular,PMP,1");
  EXPECT_EQ(packed(R"("pricing":{"billable":false,"pricing_model":"CBP","category":"referral_conversion"})"),
            "referral_conversion,,CBP,0");
  EXPECT_EQ(packed(R"("pricing":{"category":"authentication-international"})"),
            "authentication-international,,,");
  EXPECT_EQ(packed(R"("conversation":{"id":"c","pricing":{"category":"group_service"}})"), "group_service,,,")
      << "groups nest it";
  EXPECT_EQ(packed(R"("recipient_id":"16505551234")"), "");
}

TEST(Pricing, HoldsWordsOnly) {
  EXPECT_EQ(packed(R"("pricing":{"category":"call +16505551234, please","billable":"yes","type":5})"), "");
  EXPECT_EQ(packed(R"("pricing":{"category":")" + std::string(41, 'a') + R"(","type":"regular"})"),
            ",regular,,");
  const std::string word(40, 'a');
  EXPECT_EQ(pack_pricing({word, word, word, true}), word + ",,,") << "never more than 64 bytes";
}

TEST(Pricing, ComesBack) {
  const auto pricing = unpack_pricing("utility,regular,PMP,1");
  ASSERT_TRUE(pricing);
  EXPECT_EQ(pricing->category, "utility");
  EXPECT_EQ(pricing->type, "regular");
  EXPECT_EQ(pricing->model, "PMP");
  EXPECT_EQ(pricing->billable, true);
  EXPECT_FALSE(unpack_pricing("utility,,,")->billable);
  for (const std::string_view text : {"", "utility", "a,b,c", "a,b,c,d", "a,b,c,1,2", "a b,,,", "a,b,c,10"}) {
    EXPECT_FALSE(unpack_pricing(text)) << text;
  }
}

}  // namespace
}  // namespace wac::whatsapp
