#include "service/cores.h"

#include <gtest/gtest.h>

namespace wac::service {
namespace {

TEST(Cores, FollowTheCgroupsQuota) {
  EXPECT_EQ(cores_of_cpu_max("100000 100000"), 1U);
  EXPECT_EQ(cores_of_cpu_max("50000 100000"), 1U) << "half a core is one loop";
  EXPECT_EQ(cores_of_cpu_max("250000 100000"), 3U);
  EXPECT_EQ(cores_of_cpu_max("max 100000"), 0U);
  EXPECT_EQ(cores_of_cpu_max(""), 0U);
  EXPECT_EQ(cores_of_cpu_max("100000"), 0U);
  EXPECT_EQ(cores_of_cpu_max("100000 0"), 0U);
}

TEST(Cores, AreAtLeastOne) {
  EXPECT_GE(available_cores(), 1U);
}

}  // namespace
}  // namespace wac::service
