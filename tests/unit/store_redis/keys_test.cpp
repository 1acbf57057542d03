#include "store/redis/keys.h"

#include <gtest/gtest.h>

namespace wac::store::redis {
namespace {

TEST(Keys, ShareThePartitionsHashTag) {
  EXPECT_EQ(partition_prefix(Partition{7}), "wac:{p07}:");
  EXPECT_EQ(partition_prefix(Partition{63}), "wac:{p63}:");
  const auto keys = key_of_each_partition("x");
  ASSERT_EQ(keys.size(), Partition::kCount);
  EXPECT_EQ(keys.front(), "wac:{p00}:x");
  EXPECT_EQ(keys.back(), "wac:{p63}:x");
}

TEST(Keys, NameAKindAndAFingerprint) {
  const auto key = IntentKey::from_raw("0123456789abcdef").value();
  EXPECT_EQ(intent_key("wac:{p07}:", key), "wac:{p07}:i:0123456789abcdef");
  EXPECT_EQ(sealed_key("wac:{p07}:", key), "wac:{p07}:s:0123456789abcdef");
  EXPECT_EQ(id_key("wac:{p07}:", key), "wac:{p07}:n:0123456789abcdef");
  EXPECT_EQ(queue_key("wac:{p07}:", IntentState::kUnknown), "wac:{p07}:q3");
  EXPECT_EQ(stream_key("wac:{p07}:", TenantId::parse("acme").value()), "wac:{p07}:e:acme");
  EXPECT_EQ(record_key("wac:{p07}:", "contact", key.raw()), "wac:{p07}:k:contact:0123456789abcdef");
  EXPECT_EQ(heard_key("wac:{p07}:"), "wac:{p07}:u");
  EXPECT_EQ(phone_key("wac:{p07}:", key), "wac:{p07}:a:0123456789abcdef");
  EXPECT_EQ(record_index_key("wac:{p07}:", "cursor"), "wac:{p07}:l:cursor");
}

}  // namespace
}  // namespace wac::store::redis
