#include "store/sqlite/timeline.h"

#include <gtest/gtest.h>

namespace wac::store::sqlite {
namespace {

TEST(Timeline, ReadsWhatItWrites) {
  const Timeline timeline{{IntentState::kAccepted, from_millis(1)},
                          {IntentState::kSending, from_millis(1'790'000'000'123)},
                          {IntentState::kDead, from_millis((1LL << 48U) - 1)}};
  const std::string bytes = encode_timeline(timeline);
  EXPECT_EQ(bytes.size(), 21U);
  EXPECT_EQ(decode_timeline(bytes), timeline);
  EXPECT_EQ(decode_timeline(""), Timeline{});
}

TEST(Timeline, RefusesBytesThatAreNone) {
  EXPECT_FALSE(decode_timeline("123456"));
  EXPECT_FALSE(decode_timeline(std::string(7, '\x05')));
}

}  // namespace
}  // namespace wac::store::sqlite
