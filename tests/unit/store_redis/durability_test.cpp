#include "store/redis/durability.h"

#include <gtest/gtest.h>

#include <string>

namespace wac::store::redis {
namespace {

std::string info(const std::string& limit, const std::string& policy, const std::string& append_only,
                 const std::string& saves) {
  return "# Memory\r\nused_memory:100\r\nmaxmemory:" + limit +
         "\r\nmaxmemory_human:0B\r\nmaxmemory_policy:" + policy +
         "\r\n# Persistence\r\naof_enabled:" + append_only + "\r\nrdb_saves:" + saves +
         "\r\n# Replication\r\nrole:master\r\nconnected_slaves:2\r\n";
}

TEST(Durability, APolicyThatEvictsUnderALimitMayDropOurKeys) {
  for (const char* policy :
       {"allkeys-lru", "allkeys-lfu", "allkeys-random", "volatile-lru", "volatile-ttl", "volatile-random"}) {
    EXPECT_EQ(assess_info(info("1048576", policy, "0", "0")).eviction, Eviction::kMayDropKeys) << policy;
  }
  EXPECT_EQ(assess_info(info("1048576", "noeviction", "0", "0")).eviction, Eviction::kNone);
  EXPECT_EQ(assess_info(info("0", "allkeys-lru", "0", "0")).eviction, Eviction::kNone)
      << "no limit, nothing to evict";
}

TEST(Durability, SaysWhatACrashCouldLose) {
  EXPECT_EQ(assess_info(info("0", "noeviction", "1", "0")).persistence, Persistence::kAppendOnly);
  EXPECT_EQ(assess_info(info("0", "noeviction", "0", "3")).persistence, Persistence::kSnapshots);
  EXPECT_EQ(assess_info(info("0", "noeviction", "0", "0")).persistence, Persistence::kNone);
  EXPECT_EQ(assess_info(info("0", "noeviction", "0", "0")).replicas, 2U);
}

TEST(Durability, WhatIsNotToldIsUnknown) {
  const Durability nothing = assess_info("");
  EXPECT_EQ(nothing.eviction, Eviction::kUnknown);
  EXPECT_EQ(nothing.persistence, Persistence::kUnknown);
  EXPECT_EQ(nothing.replicas, 0U);
  EXPECT_EQ(assess_info("xmaxmemory_policy:allkeys-lru\r\n").eviction, Eviction::kUnknown)
      << "another field's name";
}

TEST(Durability, OfSeveralServersTheWorstCounts) {
  const Durability best{Eviction::kNone, Persistence::kAppendOnly, 2};
  const Durability worst{Eviction::kMayDropKeys, Persistence::kNone, 0};
  for (const Durability& both : {worse_of(best, worst), worse_of(worst, best)}) {
    EXPECT_EQ(both.eviction, Eviction::kMayDropKeys);
    EXPECT_EQ(both.persistence, Persistence::kNone);
    EXPECT_EQ(both.replicas, 0U);
    EXPECT_EQ(both.servers, 2U);
  }
  EXPECT_EQ(worse_of(best, Durability{}).eviction, Eviction::kUnknown);
  EXPECT_EQ(worse_of(best, Durability{}).persistence, Persistence::kUnknown);
  EXPECT_EQ(worse_of(worse_of(best, best), best).servers, 3U);
  EXPECT_EQ(worse_of(best, best).eviction, Eviction::kNone);
}

TEST(Durability, ANodeOfAClusterSaysSo) {
  EXPECT_TRUE(assess_info("# Cluster\r\ncluster_enabled:1\r\n").cluster);
  EXPECT_FALSE(assess_info("# Cluster\r\ncluster_enabled:0\r\n").cluster);
  EXPECT_FALSE(assess_info("").cluster);
}

}  // namespace
}  // namespace wac::store::redis
