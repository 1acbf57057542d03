#include "net/redis_slots.h"

#include "net/redis_pipeline.h"

#include <gtest/gtest.h>

namespace wac::net {
namespace {

using Kind = RedisRedirect::Kind;

RedisReply reply(const std::string& resp) {
  RedisReplyReader reader;
  EXPECT_TRUE(reader.feed(resp));
  return std::move(**reader.next());
}

std::string node(const std::string& host, int port) {
  return "*3\r\n" + host + ":" + std::to_string(port) + "\r\n$2\r\nid\r\n";
}
std::string bulk(const std::string& text) {
  return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
}
std::string range(int first, int last, const std::string& nodes, int count = 1) {
  return "*" + std::to_string(2 + count) + "\r\n:" + std::to_string(first) + "\r\n:" + std::to_string(last) +
         "\r\n" + nodes;
}

TEST(RedisSlot, IsTheChecksumOfTheSpecification) {
  EXPECT_EQ(redis_slot("123456789"), 0x31C3 % kRedisSlots);
  // As CLUSTER KEYSLOT has them.
  EXPECT_EQ(redis_slot(""), 0);
  EXPECT_EQ(redis_slot("foo"), 12182);
  EXPECT_EQ(redis_slot("somekey"), 11058);
}

TEST(RedisSlot, IsThatOfTheFirstTagThatIsNotEmpty) {
  EXPECT_EQ(redis_slot("{user1000}.following"), redis_slot("user1000"));
  EXPECT_EQ(redis_slot("foo{{bar}}zap"), redis_slot("{bar"));
  EXPECT_EQ(redis_slot("foo{bar}{zap}"), redis_slot("bar"));
  EXPECT_EQ(redis_slot("wac:{p07}:i:\x7d\x7b"), redis_slot("p07"));
  EXPECT_NE(redis_slot("foo{}{bar}"), redis_slot("bar")) << "empty: the whole key counts";
  EXPECT_NE(redis_slot("foo{bar"), redis_slot("bar"));
}

TEST(RedisSlot, TheGuardIsOfTheSameSlotAndNoKeyOfOurs) {
  EXPECT_EQ(slot_guard("wac:{p07}:i:}x"), "wac:{p07}");
  EXPECT_EQ(redis_slot(slot_guard("wac:{p07}:i:}x")), redis_slot("wac:{p07}:i:}x"));
  EXPECT_EQ(slot_guard("wac:format"), "");
  EXPECT_EQ(slot_guard("a{}{b}"), "");
}

TEST(RedisSlots, AreTheMastersOfTheAnswer) {
  const auto slots = RedisSlots::parse(
      reply("*3\r\n" + range(0, 5460, node(bulk("10.0.0.1"), 7000) + node(bulk("10.0.0.4"), 7003), 2) +
            range(5461, 10922, node(bulk("10.0.0.2"), 7001)) +
            range(10924, 10924, node(bulk("10.0.0.1"), 7000))),
      "seed");
  ASSERT_TRUE(slots);
  EXPECT_EQ(*slots->owner(0), (RedisEndpoint{"10.0.0.1", 7000}));
  EXPECT_EQ(*slots->owner(5460), (RedisEndpoint{"10.0.0.1", 7000}));
  EXPECT_EQ(*slots->owner(5461), (RedisEndpoint{"10.0.0.2", 7001}));
  EXPECT_EQ(slots->owner(10923), nullptr);
  EXPECT_EQ(*slots->owner(10924), (RedisEndpoint{"10.0.0.1", 7000}));
  EXPECT_EQ(slots->owner(16383), nullptr);
  EXPECT_TRUE(slots->is_master({"10.0.0.2", 7001}));
  EXPECT_FALSE(slots->is_master({"10.0.0.4", 7003})) << "a replica";
}

TEST(RedisSlots, ANodeWithoutAnAddressIsWhereTheAnswerCameFrom) {
  for (const std::string& host : {std::string{"$-1\r\n"}, bulk("")}) {
    const auto slots = RedisSlots::parse(reply("*1\r\n" + range(0, 16383, node(host, 7000))), "seed.example");
    ASSERT_TRUE(slots);
    EXPECT_EQ(*slots->owner(1), (RedisEndpoint{"seed.example", 7000}));
  }
}

TEST(RedisSlots, ANodeWithoutItsNameServesNobody) {
  const auto slots = RedisSlots::parse(
      reply("*2\r\n" + range(0, 9, node(bulk("?"), 7000)) + range(10, 19, node(bulk("b"), 7000))), "seed");
  ASSERT_TRUE(slots);
  EXPECT_EQ(slots->owner(5), nullptr);
  EXPECT_EQ(slots->owner(10)->host, "b");
}

TEST(RedisSlots, RefusesWhatIsNoSuchAnswer) {
  for (const std::string& resp :
       {std::string{"+OK\r\n"}, std::string{"-ERR This instance has cluster support disabled\r\n"},
        "*1\r\n" + range(5, 4, node(bulk("a"), 7000)), "*1\r\n" + range(0, 16384, node(bulk("a"), 7000)),
        "*1\r\n" + range(-1, 3, node(bulk("a"), 7000)), "*1\r\n" + range(0, 3, node(bulk("a"), 0)),
        "*1\r\n" + range(0, 3, node(bulk("a"), 65536)), std::string{"*1\r\n*2\r\n:0\r\n:1\r\n"},
        std::string{"*1\r\n*3\r\n:0\r\n:1\r\n*0\r\n"}}) {
    const auto slots = RedisSlots::parse(reply(resp), "seed");
    ASSERT_FALSE(slots) << resp;
    EXPECT_EQ(slots.error().code, ErrorCode::kProtocol) << resp;
  }
  EXPECT_EQ(RedisSlots::parse(reply("*0\r\n"), "seed").error().code, ErrorCode::kUnavailable);
}

TEST(RedisSlots, HaveABoundOfMasters) {
  const auto masters = [](int count) {
    std::string resp = "*" + std::to_string(count) + "\r\n";
    for (int i = 0; i < count; ++i) resp += range(i, i, node(bulk("a"), i + 1));
    return RedisSlots::parse(reply(resp), "seed");
  };
  EXPECT_TRUE(masters(1'000));
  EXPECT_EQ(masters(1'001).error().code, ErrorCode::kTooLarge);
  auto full = masters(1'000);
  full->move(3, {"b", 1});
  EXPECT_EQ(full->owner(3)->host, "a");
}

TEST(RedisSlots, MoveToWhereANodeSaysTheyAre) {
  auto slots = RedisSlots::parse(reply("*1\r\n" + range(0, 16383, node(bulk("a"), 7000))), "seed");
  slots->move(7, {"b", 7001});
  EXPECT_EQ(*slots->owner(7), (RedisEndpoint{"b", 7001}));
  EXPECT_EQ(slots->owner(8)->host, "a");
  EXPECT_TRUE(slots->is_master({"b", 7001}));
}

TEST(RedisRedirect, SaysWhereToGo) {
  const auto moved = redirect_from("MOVED 3999 127.0.0.1:6381", "seed");
  EXPECT_EQ(moved.kind, Kind::kMoved);
  EXPECT_EQ(moved.to, (RedisEndpoint{"127.0.0.1", 6381}));
  const auto asked = redirect_from("ASK 0 redis-2.example:6381", "seed");
  EXPECT_EQ(asked.kind, Kind::kAsk);
  EXPECT_EQ(asked.to, (RedisEndpoint{"redis-2.example", 6381}));
  EXPECT_EQ(redirect_from("MOVED 3999 ::1:6381", "seed").to, (RedisEndpoint{"::1", 6381}));
  EXPECT_EQ(redirect_from("MOVED 3999 :6381", "seed").to, (RedisEndpoint{"seed", 6381}));
}

TEST(RedisRedirect, ADestinationThatIsNoneIsNotGoneTo) {
  for (const char* text : {"MOVED", "MOVED ", "MOVED 1", "MOVED x a:1", "MOVED 16384 a:1", "MOVED 1 a",
                           "MOVED 1 a:0", "ASK 1 a:65536", "ASK 1 a:", "MOVED 1:2"}) {
    EXPECT_EQ(redirect_from(text, "seed").kind, Kind::kOutdated) << text;
  }
}

TEST(RedisRedirect, KnowsWhichNodesAreNotToBeAskedNow) {
  EXPECT_EQ(redirect_from("TRYAGAIN Multiple keys request during rehashing of slot", "s").kind,
            Kind::kTryAgain);
  for (const char* text :
       {"CLUSTERDOWN The cluster is down", "READONLY You can't write against a read only replica.",
        "LOADING Redis is loading the dataset in memory", "MASTERDOWN Link with MASTER is down"}) {
    EXPECT_EQ(redirect_from(text, "s").kind, Kind::kOutdated) << text;
  }
  for (const char* text :
       {"", "ERR unknown command", "MOVEDX 1 a:1", "NOSCRIPT No matching script.", "OOM x"}) {
    EXPECT_EQ(redirect_from(text, "s").kind, Kind::kNone) << text;
  }
}

TEST(RedisWordsTest, AWordIsFoundAgain) {
  RedisWords words;
  EXPECT_EQ(words.word(0), "");
  words.arg("first").arg("").arg(std::string_view{"\r\n$1\r\n", 6}).arg(std::int64_t{42});
  EXPECT_EQ(words.word(0), "first");
  EXPECT_EQ(words.word(1), "");
  EXPECT_EQ(words.word(2), (std::string_view{"\r\n$1\r\n", 6}));
  EXPECT_EQ(words.word(3), "42");
  EXPECT_EQ(words.word(4), "");
  RedisCommand command("GET");
  EXPECT_EQ(command.key(), "");
  EXPECT_EQ(command.arg("k").key(), "k");
}

}  // namespace
}  // namespace wac::net
