#include "config/directory.h"

#include "base/expose.h"

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

TEST(Directory, CountsWhatSharesATenantsLimit) {
  const Config config = two_tenants();
  const Directory directory{config};
  EXPECT_EQ(directory.tenant_count(), 2U);
  EXPECT_EQ(directory.sender_count(), 3U);
  EXPECT_EQ(directory.senders_of(tenant("acme")), (std::vector{id("11111"), id("22222")}));
  EXPECT_TRUE(directory.senders_of(tenant("nobody")).empty());
  const bool together = Partition::of(id("11111")) == Partition::of(id("22222"));
  EXPECT_EQ(directory.sender_partitions(tenant("acme")), together ? 1U : 2U);
  EXPECT_EQ(directory.sender_partitions(tenant("other")), 1U);
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

TEST(Directory, FindsTheTenantsOfAnAccount) {
  Config config = two_tenants();
  config.tenants[0].senders[0].waba_id = "777";
  config.tenants[0].senders[1].waba_id = "777";
  config.tenants[1].senders[0].waba_id = "777";
  config.tenants.push_back({tenant("third"), {}});
  config.tenants[2].senders.push_back({id("55555"), Secret{"token"}, "888"});
  const Directory directory{config};
  const auto of = [snapshot = directory.snapshot()](const char* account) {
    std::vector<std::string> ids;
    for (const TenantEntry* entry : snapshot->tenants_of_account(account)) ids.emplace_back(entry->id.str());
    return ids;
  };
  EXPECT_EQ(of("777"), (std::vector<std::string>{"acme", "other"}));
  EXPECT_EQ(of("888"), std::vector<std::string>{"third"});
  EXPECT_TRUE(of("999").empty());
  EXPECT_TRUE(of("").empty());
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

TEST(Directory, AnEntryOutlivesTheSnapshotItCameFrom) {
  Config config = two_tenants();
  Directory directory{config};
  const SenderRef before = directory.sender(id("11111"));
  config.tenants.clear();
  directory.replace(config);
  EXPECT_EQ(directory.sender(id("11111")), nullptr);
  EXPECT_FALSE(directory.has_tenant(tenant("acme")));
  EXPECT_EQ(before->tenant.str(), "acme");
  EXPECT_EQ(expose(*before->token, Purpose::kValidate), "token");
}

TEST(Directory, AReplacementIsANewVersionWithItsOwnTokensKeysAndPartitions) {
  Config config = two_tenants();
  Directory directory{config};
  const SnapshotRef first = directory.snapshot();
  config.tenants[1].senders[0].token = Secret{"rotated"};
  config.tenants[1].senders.push_back({id("44444"), Secret{"token"}});
  config.api_keys.push_back({tenant("other"), api_key_digest("key")});
  directory.replace(config);
  const SnapshotRef second = directory.snapshot();
  EXPECT_EQ(second->version(), first->version() + 1);
  EXPECT_EQ(expose(*second->sender(id("33333"))->token, Purpose::kValidate), "rotated");
  EXPECT_EQ(expose(*first->sender(id("33333"))->token, Purpose::kValidate), "token");
  EXPECT_EQ(first->tenant_of_key(api_key_digest("key")), nullptr);
  ASSERT_NE(second->tenant_of_key(api_key_digest("key")), nullptr);
  EXPECT_EQ(second->tenant_of_key(api_key_digest("key"))->str(), "other");
  EXPECT_EQ(second->senders(), 4U);
  EXPECT_THAT(second->partitions(), ::testing::Contains(Partition::of(id("44444"))));
}

TEST(Directory, AnAppIsThereOnceItHasASecret) {
  Config config = two_tenants();
  config.apps.push_back({"shop", Secret{"verify"}, {}});
  config.apps[0].secrets.emplace_back("one");
  config.apps[0].secrets.emplace_back("two");
  const Directory directory{config};
  const SnapshotRef now = directory.snapshot();
  EXPECT_EQ(now->app(""), nullptr) << "the default app has no secret: its path does not exist";
  ASSERT_NE(now->app("shop"), nullptr);
  EXPECT_EQ(now->app("shop")->secrets.size(), 2U);
  EXPECT_EQ(now->app("shops"), nullptr);
}

TEST(Directory, ASenderHasTheLimitsOfTheConfigurationOrItsOwn) {
  Config config = two_tenants();
  config.limits.sender_per_second = 7;
  config.tenants[0].senders[1].limits = Limits{.sender_per_second = 3};
  const Directory directory{config};
  EXPECT_EQ(directory.sender(id("11111"))->limits.sender_per_second, 7U);
  EXPECT_EQ(directory.sender(id("22222"))->limits.sender_per_second, 3U);
}

TEST(Directory, CountsWhatATenantHas) {
  const Config config = two_tenants();
  const Directory directory{config};
  EXPECT_THAT(directory.senders_of(tenant("acme")), ::testing::ElementsAre(id("11111"), id("22222")));
  const std::size_t expected = Partition::of(id("11111")) == Partition::of(id("22222")) ? 1 : 2;
  EXPECT_EQ(directory.sender_partitions(tenant("acme")), expected);
  EXPECT_EQ(directory.sender_partitions(tenant("nobody")), 0U);
  EXPECT_TRUE(directory.senders_of(tenant("nobody")).empty());
  EXPECT_EQ(directory.tenant_count(), 2U);
  EXPECT_EQ(directory.sender_count(), 3U);
}

TEST(Directory, UnknownSendersFallToTheTenantThatWasChosen) {
  Config config = two_tenants();
  config.fallback_tenant = tenant("other");
  EXPECT_EQ(Directory{config}.fallback_tenant().str(), "other");
}

}  // namespace
}  // namespace wac::config
