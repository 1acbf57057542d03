#include "outbound/new_intent.h"

#include "support/manual_scheduler.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace wac::outbound {
namespace {

TEST(PaceLimits, AreTheConfiguredOnes) {
  config::Limits limits;
  limits.sender_per_second = 1;
  limits.pair_interval = Millis{2};
  limits.pair_burst = 3;
  limits.breaker_min = 4;
  limits.breaker_percent = 5;
  limits.breaker_window = Millis{6};
  limits.breaker_open = Millis{7};
  limits.breaker_open_max = Millis{8};
  const store::PaceLimits pace = pace_limits(limits, 1);
  EXPECT_EQ(pace.sender_per_second, 1U);
  EXPECT_EQ(pace.tenant_per_second, 0U);
  EXPECT_EQ(pace.pair_interval, Millis{2});
  EXPECT_EQ(pace.pair_burst, 3U);
  EXPECT_EQ(pace.breaker_min, 4U);
  EXPECT_EQ(pace.breaker_percent, 5U);
  EXPECT_EQ(pace.breaker_window, Millis{6});
  EXPECT_EQ(pace.breaker_open, Millis{7});
  EXPECT_EQ(pace.breaker_open_max, Millis{8});
}

TEST(PaceLimits, ATenantsLimitIsSharedAmongItsPartitions) {
  config::Limits limits;
  limits.tenant_per_second = 100;
  EXPECT_EQ(pace_limits(limits, 1).tenant_per_second, 100U);
  EXPECT_EQ(pace_limits(limits, 3).tenant_per_second, 34U);
  EXPECT_EQ(pace_limits(limits, 500).tenant_per_second, 1U) << "never none, which would mean no limit";
  EXPECT_EQ(pace_limits(limits, 0).tenant_per_second, 100U);
}

TEST(ClaimMaker, WhereAnswersWaitForReplicasNothingIsTakenToHaveBegun) {
  testing::SeededRandom random{3};
  const auto keyring = *crypto::Keyring::parse(crypto::Keyring::generate(random));
  crypto::Fingerprinter fingerprints{keyring->fingerprint_key()};
  crypto::Sealer sealer{keyring, random};
  config::Config config;
  config.tenants.push_back({*TenantId::parse("acme"), {}});
  config.tenants.back().senders.push_back({*SenderId::parse("106540352242922"), Secret{"token"}});
  const config::Directory directory{config};
  ClaimMaker claims{config, directory, fingerprints, sealer, random};
  const auto prepares = [&](std::string_view payload) {
    Intent intent;
    intent.tenant = config.tenants[0].id;
    intent.id = *IntentId::parse("01J9Z3NDEKTSV4RRFFQ69G5FAV");
    intent.dedupe_key = PersonalText{"key"};
    intent.content =
        make_content(boost::json::parse(payload).as_object(), whatsapp::Recipient{Phone{"+15550001111"}}, "");
    const auto sender = directory.sender_of(intent.tenant, {});
    return claims.make(intent, *read_content(intent.content), sender, from_millis(1)).prepares;
  };
  const std::string_view text = R"({"type":"text","text":{"body":"b"}})";
  EXPECT_FALSE(prepares(text));
  EXPECT_TRUE(prepares(R"({"type":"image","image":{"mediaUrl":"https://a.example/b"}})"));
  config.redis_wait = 1;
  EXPECT_TRUE(prepares(text));
}

}  // namespace
}  // namespace wac::outbound
