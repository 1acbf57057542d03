#include "base/expose.h"
#include "net/redis.h"

#include <gtest/gtest.h>

namespace wac::net {
namespace {

TEST(ParseRedisUrl, ReadsEveryPart) {
  const Result<RedisAddress> address =
      parse_redis_url(Secret{"rediss://app:p%40ss%2Fw+rd@cache.test:6380/3"});
  ASSERT_TRUE(address);
  EXPECT_TRUE(address->tls);
  EXPECT_EQ(address->host, "cache.test");
  EXPECT_EQ(address->port, 6380);
  EXPECT_EQ(address->user, "app");
  EXPECT_EQ(expose(address->password, Purpose::kValidate), "p@ss/w+rd");
  EXPECT_EQ(address->database, 3);
}

TEST(ParseRedisUrl, HasDefaults) {
  const Result<RedisAddress> address = parse_redis_url(Secret{"redis://localhost"});
  ASSERT_TRUE(address);
  EXPECT_FALSE(address->tls);
  EXPECT_EQ(address->port, 6379);
  EXPECT_EQ(address->user, "");
  EXPECT_TRUE(address->password.empty());
  EXPECT_EQ(address->database, 0);
  EXPECT_EQ(parse_redis_url(Secret{"redis://[::1]:7000/"})->host, "::1");
  EXPECT_EQ(parse_redis_url(Secret{"redis://[::1]:7000/"})->port, 7000);
  EXPECT_EQ(parse_redis_url(Secret{"redis://[::1]"})->port, 6379);
  EXPECT_EQ(parse_redis_url(Secret{"redis://:pw@h"})->user, "");
  EXPECT_EQ(expose(parse_redis_url(Secret{"redis://:pw@h"})->password, Purpose::kValidate), "pw");
  EXPECT_EQ(expose(parse_redis_url(Secret{"redis://:p@w@h"})->password, Purpose::kValidate), "p@w");
}

TEST(ParseRedisUrl, RefusalsNameThePartAndNeverQuoteTheText) {
  const char* cases[] = {"",
                         "http://h",
                         "redis:h",
                         "redis://",
                         "redis://:6379",
                         "redis://PASSWORDonly@h",
                         "redis://user:@h",
                         "redis://:PASS%4@h",
                         "redis://:PASS%zz@h",
                         "redis://u%1:PASSWORD@h",
                         "redis://:PASSWORD@h:0",
                         "redis://:PASSWORD@h:65536",
                         "redis://:PASSWORD@h:",
                         "redis://:PASSWORD@h:x",
                         "redis://:PASSWORD@h:1:2",
                         "redis://:PASSWORD@[::1",
                         "redis://:PASSWORD@[::1]x",
                         "redis://:PASSWORD@[::1]:",
                         "redis://:PASSWORD@h/x",
                         "redis://:PASSWORD@h/-1",
                         "redis://:PASSWORD@h/99999999999",
                         "redis://:PASSWORD@h /0",
                         "redis://:PASSWORD@h?x/0"};
  for (const char* text : cases) {
    const Result<RedisAddress> address = parse_redis_url(Secret{text});
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().code, ErrorCode::kInvalid) << text;
    EXPECT_EQ(address.error().detail, 0) << text;
    EXPECT_TRUE(std::string_view(address.error().where).starts_with("redis url: ")) << text;
    EXPECT_EQ(std::string_view(address.error().where).find("PASS"), std::string_view::npos) << text;
  }
}

}  // namespace
}  // namespace wac::net
