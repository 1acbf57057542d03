#include "net/redis_greeting.h"

#include "net/redis_pipeline.h"

#include <gtest/gtest.h>

namespace wac::net {
namespace {

std::vector<RedisReply> answers(const std::string& resp) {
  RedisReplyReader reader;
  EXPECT_TRUE(reader.feed(resp));
  std::vector<RedisReply> all;
  while (auto next = *reader.next()) all.push_back(std::move(*next));
  return all;
}

constexpr std::string_view kAlone = "*4\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n";
constexpr std::string_view kNode = "*2\r\n$4\r\nmode\r\n$7\r\ncluster\r\n";

Result<bool> judged(std::string_view hello, const std::string& before = "") {
  return judge_greeting(answers(before + "+OK\r\n" + std::string{hello} + "+PONG\r\n"), !before.empty());
}

TEST(RedisGreeting, HoldsWhatTheAddressAsksFor) {
  std::size_t expected = 0;
  RedisAddress address;
  EXPECT_EQ(redis_greeting(address, expected),
            "*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$18\r\nwhatsapp-connector\r\n*1\r\n$5\r\nHELLO\r\n"
            "*1\r\n$4\r\nPING\r\n");
  EXPECT_EQ(expected, 3U);
  address.user = "u";
  address.password = Secret{"p"};
  address.database = 7;
  expected = 0;
  EXPECT_TRUE(
      redis_greeting(address, expected)
          .starts_with("*3\r\n$4\r\nAUTH\r\n$1\r\nu\r\n$1\r\np\r\n*2\r\n$6\r\nSELECT\r\n$1\r\n7\r\n"));
  EXPECT_EQ(expected, 5U);
}

TEST(RedisGreeting, TellsAClusterFromAServerThatStandsAlone) {
  EXPECT_FALSE(*judged(kAlone));
  EXPECT_TRUE(*judged(kNode));
  EXPECT_TRUE(*judged(kNode, "+OK\r\n"));
  EXPECT_FALSE(*judged("-ERR unknown command 'HELLO'\r\n")) << "a service that does not tell";
  EXPECT_FALSE(*judged("*0\r\n"));
  EXPECT_FALSE(*judged("*1\r\n$4\r\nmode\r\n"));
}

TEST(RedisGreeting, SaysWhyNot) {
  EXPECT_EQ(judged(kNode, "-ERR SELECT is not allowed in cluster mode\r\n").error().code,
            ErrorCode::kInvalid);
  EXPECT_EQ(judged(kAlone, "-ERR invalid password\r\n").error().code, ErrorCode::kUnauthorized);
  EXPECT_EQ(judge_greeting(answers("+OK\r\n+OK\r\n-NOAUTH Authentication required.\r\n"), false).error().code,
            ErrorCode::kUnauthorized);
  EXPECT_EQ(
      judge_greeting(answers("-NOPERM\r\n-NOPERM\r\n-LOADING Redis is loading\r\n"), false).error().code,
      ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace wac::net
