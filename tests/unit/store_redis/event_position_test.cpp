#include "store/redis/event_position.h"

#include <gtest/gtest.h>

namespace wac::store::redis {
namespace {

TEST(EventPosition, IsWrittenPerPartitionInOrder) {
  EventPosition position;
  position[Partition{12}] = {1'790'000'000'001, 7};
  position[Partition{7}] = {1'790'000'000'000, 0};
  EXPECT_EQ(position.text(), "r1.07-1790000000000-0.12-1790000000001-7");
}

TEST(EventPosition, ReadsWhatItWrote) {
  const std::string text = "r1.00-5-0.07-1790000000000-0.63-18446744073709551615-18446744073709551615";
  auto position = EventPosition::parse(text);
  ASSERT_TRUE(position);
  EXPECT_EQ((*position)[Partition{7}], (StreamId{1'790'000'000'000, 0}));
  EXPECT_EQ((*position)[Partition{8}], StreamId{});
  EXPECT_EQ(position->text(), text);
}

TEST(EventPosition, BeginsAtTheOldestEvent) {
  for (const std::string_view text : {"", "r1"}) {
    const auto position = EventPosition::parse(text);
    ASSERT_TRUE(position) << text;
    EXPECT_EQ(position->text(), "r1");
  }
}

TEST(EventPosition, RefusesEveryOtherText) {
  for (const std::string_view text : {"$",
                                      "r",
                                      "r2",
                                      "r1.",
                                      "r1x",
                                      "17",
                                      "r1.64-5-0",
                                      "r1.7-5-0",
                                      "r1.07-5",
                                      "r1.07-5-",
                                      "r1.07--0",
                                      "r1.07-5-0.",
                                      "r1.07-5-0x",
                                      "r1.07-05-0",
                                      "r1.07-5-0.07-6-0",
                                      "r1.08-5-0.07-5-0",
                                      "r1.07-0-0",
                                      "r1.+7-5-0",
                                      "r1.07-5--1",
                                      "r1.07-18446744073709551616-0",
                                      " r1.07-5-0",
                                      "r1.07-5-0-1",
                                      "r1..07-5-0"}) {
    const auto position = EventPosition::parse(text);
    ASSERT_FALSE(position) << text;
    EXPECT_EQ(position.error().code, ErrorCode::kInvalid);
  }
}

TEST(StreamId, OrdersByTimeThenSequence) {
  EXPECT_LT((StreamId{1, 9}), (StreamId{2, 0}));
  EXPECT_LT((StreamId{2, 9}), (StreamId{2, 10}));
  EXPECT_EQ(StreamId::parse("12-3"), (StreamId{12, 3}));
  EXPECT_FALSE(StreamId::parse("12"));
  EXPECT_FALSE(StreamId::parse("12-x"));
}

}  // namespace
}  // namespace wac::store::redis
