#include "base/ids.h"

#include <gtest/gtest.h>

namespace wac {
namespace {

TEST(Ids, TenantsAreShortLowerCaseNames) {
  EXPECT_TRUE(TenantId::parse("acme"));
  EXPECT_TRUE(TenantId::parse("acme-eu_2"));
  EXPECT_FALSE(TenantId::parse(""));
  EXPECT_FALSE(TenantId::parse("Acme"));
  EXPECT_FALSE(TenantId::parse("-acme"));
  EXPECT_FALSE(TenantId::parse(std::string(65, 'a')));
  EXPECT_FALSE(TenantId::parse("t5511999998888")) << "could be a phone number";
}

TEST(Ids, IntentsAreUuidsOrUlids) {
  EXPECT_TRUE(IntentId::parse("3f2b8c1e-9d4a-4c7e-8a55-0b6f1d2e3a4b"));
  EXPECT_TRUE(IntentId::parse("01J9Z3NDEKTSV4RRFFQ69G5FAV"));
  EXPECT_FALSE(IntentId::parse("order-1"));
  EXPECT_FALSE(IntentId::parse("81J9Z3NDEKTSV4RRFFQ69G5FAV")) << "beyond 128 bits";
  EXPECT_FALSE(IntentId::parse("3f2b8c1e-9d4a-4c7e-8a55-0b6f1d2e3a4"));
}

TEST(Ids, SendersAreDigits) {
  EXPECT_TRUE(SenderId::parse("106540352242922"));
  EXPECT_FALSE(SenderId::parse("+106540352242922"));
  EXPECT_FALSE(SenderId::parse("1234"));
}

TEST(Ids, CorrelationIdsCannotHideAPhoneNumber) {
  EXPECT_TRUE(CorrelationId::parse("order:2026-11"));
  EXPECT_TRUE(CorrelationId::parse("4bf92f3577b34da6a3ce929d0e0e4736"));
  EXPECT_FALSE(CorrelationId::parse("user-5511999998888"));
  EXPECT_FALSE(CorrelationId::parse("55-11-99999-8888")) << "separators do not break a number";
  EXPECT_FALSE(CorrelationId::parse("a b"));
  EXPECT_FALSE(CorrelationId::parse("x\ny"));
}

TEST(Partition, IsStableAndSpreads) {
  const auto sender = *SenderId::parse("106540352242922");
  EXPECT_EQ(Partition::of(sender), Partition::of(sender));
  std::vector<bool> seen(Partition::kCount);
  for (int i = 0; i < 2000; ++i)
    seen[Partition::of(*SenderId::parse(std::to_string(106540352242922 + i))).number] = true;
  EXPECT_EQ(std::count(seen.begin(), seen.end(), true), Partition::kCount);
}

TEST(ConsumerId, HasTheFormOfATenantsAndCanBeLogged) {
  EXPECT_EQ(log_text(ConsumerId::parse("crm-2").value()), "crm-2");
  for (const char* text : {"", "-a", "A", "a b", "a1234567"}) EXPECT_FALSE(ConsumerId::parse(text)) << text;
}

}  // namespace
}  // namespace wac
