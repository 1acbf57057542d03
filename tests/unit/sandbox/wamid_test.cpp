#include "sandbox/wamid.h"

#include "base/encoding.h"
#include "support/manual_scheduler.h"

#include <gtest/gtest.h>

#include <set>

namespace wac::sandbox {
namespace {

TEST(Wamid, LooksLikeMetasAndHoldsThePhone) {
  testing::SeededRandom random(1);
  const std::string wamid = make_wamid("16505551234", Direction::kToUser, random);
  EXPECT_TRUE(wamid.starts_with("wamid.HBgLMTY1MDU1NTEyMzQVAgARGB")) << wamid;
  const auto record = from_base64(wamid.substr(6));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->substr(0, 14),
            "\x1c\x18\x0b"
            "16505551234");
  EXPECT_EQ(record->size(), 14 + 3 + 1 + 2 + 18 + 1);
  EXPECT_TRUE(is_wamid(wamid));
  EXPECT_TRUE(make_wamid("16505551234", Direction::kFromUser, random)
                  .starts_with("wamid.HBgLMTY1MDU1NTEyMzQVAgASGB"));
}

TEST(Wamid, IsUnique) {
  testing::SeededRandom random(2);
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i)
    EXPECT_TRUE(seen.insert(make_wamid("1", Direction::kToUser, random)).second);
}

TEST(Wamid, IsCheckedByForm) {
  EXPECT_FALSE(is_wamid(""));
  EXPECT_FALSE(is_wamid("wamid."));
  EXPECT_FALSE(is_wamid("HBgLMTY1MDU1NTEyMzQVAgARGB"));
  EXPECT_FALSE(is_wamid("wamid.HBgLMTY1 DU1NTEyMzQ"));
  EXPECT_FALSE(is_wamid("wamid." + std::string(501, 'A')));
  EXPECT_TRUE(is_wamid("wamid." + std::string(500, 'A')));
}

}  // namespace
}  // namespace wac::sandbox
