#include "config/directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace wac::config {
namespace {

Config two_tenants() {
  Config config;
  const auto sender = [](const char* id) {
    return SenderConfig{SenderId::parse(id).value(), Secret{"token"}};
  };
  config.tenants.push_back({TenantId::parse("acme").value(), {}});
  config.tenants[0].senders.push_back(sender("11111"));
  config.tenants[0].senders.push_back(sender("22222"));
  config.tenants.push_back({TenantId::parse("other").value(), {}});
  config.tenants[1].senders.push_back(sender("33333"));
  return config;
}

SenderId id(const char* text) {
  return SenderId::parse(text).value();
}
TenantId tenant(const char* text) {
  return TenantId::parse(text).value();
}

TEST(Directory, FindsSendersAndTheirTenants) {
  const Config config = two_tenants();
  const Directory directory{config};
  ASSERT_NE(directory.sender(id("33333")), nullptr);
  EXPECT_EQ(directory.sender(id("33333"))->tenant.str(), "other");
  EXPECT_EQ(directory.sender(id("44444")), nullptr);
  EXPECT_TRUE(directory.has_tenant(tenant("acme")));
  EXPECT_FALSE(directory.has_tenant(tenant("nobody")));
  EXPECT_EQ(directory.fallback_tenant().str(), "acme");
}

TEST(Directory, GivesATenantOnlyItsOwnSenders) {
  const Config config = two_tenants();
  const Directory directory{config};
  EXPECT_EQ(directory.sender_of(tenant("acme"), SenderId{})->id.str(), "11111");
  EXPECT_EQ(directory.sender_of(tenant("acme"), id("22222"))->id.str(), "22222");
  EXPECT_EQ(directory.sender_of(tenant("acme"), id("33333")), nullptr);
  EXPECT_EQ(directory.sender_of(tenant("nobody"), SenderId{}), nullptr);
}

TEST(Directory, ListsPartitionsInOrderWithTheTenantsOwn) {
  const Config config = two_tenants();
  const Directory directory{config};
  const auto of_acme = directory.partitions_of(tenant("acme"));
  EXPECT_TRUE(std::ranges::is_sorted(of_acme));
  EXPECT_THAT(of_acme, ::testing::IsSupersetOf({Partition::of(id("11111")), Partition::of(id("22222")),
                                                home_partition(tenant("acme"))}));
  EXPECT_THAT(directory.partitions(), ::testing::IsSupersetOf({Partition::of(id("33333"))}));
}

}  // namespace
}  // namespace wac::config
