#include "net/redis.h"
#include "net/redis_pipeline.h"

#include <gtest/gtest.h>

namespace wac::net {
namespace {

RedisReply reply_of(std::string_view bytes) {
  RedisReplyReader reader;
  EXPECT_TRUE(reader.feed(bytes));
  auto reply = reader.next();
  EXPECT_TRUE(reply && *reply);
  return std::move(**reply);
}

TEST(RedisCommand, IsTheseBytes) {
  RedisCommand command("SET");
  command.arg(std::string_view("a\r\n\0b", 5)).arg(std::int64_t{-12}).arg("");
  using namespace std::string_view_literals;
  EXPECT_EQ(command.encode(), "*4\r\n$3\r\nSET\r\n$5\r\na\r\n\0b\r\n$3\r\n-12\r\n$0\r\n\r\n"sv);
}

TEST(RedisScript, KnowsItsSha1) {
  EXPECT_EQ(RedisScript("return 1").sha(), "e0e1f9fabfc9d4800c877a703b823ac0578ff8db");
}

TEST(RedisReply, IsATreeOwnedByItsRoot) {
  const RedisReply reply = reply_of("*6\r\n:42\r\n$3\r\na.b\r\n+OK\r\n-ERR x\r\n$-1\r\n*1\r\n*1\r\n:7\r\n");
  ASSERT_EQ(reply.kind(), RedisReply::Kind::kArray);
  ASSERT_EQ(reply.size(), 6U);
  EXPECT_EQ(reply[0].integer(), 42);
  EXPECT_EQ(reply[0].text(), "");
  EXPECT_EQ(reply[0].size(), 0U);
  EXPECT_EQ(reply[1].text(), "a.b");
  EXPECT_EQ(reply[1].integer(), 0);
  EXPECT_EQ(reply[2].kind(), RedisReply::Kind::kStatus);
  EXPECT_EQ(reply[2].text(), "OK");
  EXPECT_TRUE(reply[3].is_error());
  EXPECT_EQ(reply[3].text(), "ERR x");
  EXPECT_TRUE(reply[4].is_nil());
  EXPECT_EQ(reply[4].text(), "");
  EXPECT_EQ(reply[5][0][0].integer(), 7);
  EXPECT_TRUE(reply[6].is_nil());
  EXPECT_TRUE(reply[6][0][9].is_nil());
}

TEST(RedisReply, HoldsBinaryStrings) {
  const std::string_view bytes("$5\r\na\0\r\nb\r\n", 11);
  EXPECT_EQ(reply_of(bytes).text(), std::string_view("a\0\r\nb", 5));
}

}  // namespace
}  // namespace wac::net
