// Whose event an item is.

#include "inbound_fixture.h"

namespace wac::inbound {
namespace {

TEST_F(InboundTest, ItemsGoToTheirSendersTenantAndPartition) {
  const std::string body = notification(change("106540352242922", message("wamid.A")) + "," +
                                        change("106540352242923", message("wamid.B")) + "," +
                                        change("999999999999999", message("wamid.C")));
  EXPECT_EQ(receive(body), Receipt::kDurable);
  EXPECT_EQ(events_.count(), 3U);
  const auto second = Partition::of(*SenderId::parse("106540352242923"));
  ASSERT_EQ(events_.appended.count(second), 1U);
  EXPECT_EQ(events_.appended.at(second).front().tenant.str(), "bolt");
}

TEST_F(InboundTest, ANoticeIsTheEventOfEveryTenantOnItsAccount) {
  put_on_account({1, 2});
  EXPECT_EQ(receive(notice()), Receipt::kDurable);
  const auto ids = ids_by_tenant();
  ASSERT_EQ(ids.size(), 2U);
  ASSERT_TRUE(ids.contains("bolt") && ids.contains("cole"));
  EXPECT_NE(*ids.at("bolt").begin(), *ids.at("cole").begin());
  EXPECT_EQ(notified_.size(), 2U);
  EXPECT_EQ(receive(notice()), Receipt::kDurable);
  EXPECT_EQ(events_.count(), 2U) << "their ids are stable";
}

TEST_F(InboundTest, ANoticeOfAnAccountOfNobodyIsTheFallbackTenants) {
  EXPECT_EQ(receive(notice()), Receipt::kDurable);
  const auto before = ids_by_tenant();
  ASSERT_EQ(before.size(), 1U);
  ASSERT_TRUE(before.contains("acme"));
  // That it is on the account, as is another one, makes no new event of what it has.
  put_on_account({0, 1});
  EXPECT_EQ(receive(notice()), Receipt::kDurable);
  const auto after = ids_by_tenant();
  EXPECT_EQ(after.at("acme"), before.at("acme"));
  ASSERT_TRUE(after.contains("bolt"));
  EXPECT_NE(*after.at("bolt").begin(), *after.at("acme").begin());
}

TEST_F(InboundTest, AMessageToASenderOfNobodyIsTheFallbackTenantsWhateverItsAccount) {
  put_on_account({1});
  EXPECT_EQ(receive(notification(change("999999999999999", message("wamid.C")))), Receipt::kDurable);
  EXPECT_TRUE(ids_by_tenant().contains("acme"));
  EXPECT_EQ(events_.count(), 1U);
}

}  // namespace
}  // namespace wac::inbound
