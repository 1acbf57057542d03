#include "net/redis_pipeline.h"

#include <gtest/gtest.h>

namespace wac::net {
namespace {

constexpr MonoTime kStart{std::chrono::hours{1}};

Task<void> keep(RedisPipeline::Answer answer, std::optional<Result<RedisReply>>* out) {
  out->emplace(co_await answer);
}

/// A pipeline whose answers are collected.
class Pipeline : public ::testing::Test {
 protected:
  explicit Pipeline(std::uint32_t replicas = 0) : pipeline_(replicas, Millis{500}) {}

  RedisPipeline::Answer push(std::string_view bytes, MonoTime now = kStart) {
    Result<RedisPipeline::Answer> answer = pipeline_.push(bytes, now, limits_);
    EXPECT_TRUE(answer);
    return *answer;
  }
  std::optional<Result<RedisReply>>& collect(std::string_view bytes) {
    auto& place = outcomes_.emplace_back(std::make_unique<std::optional<Result<RedisReply>>>());
    scope_.spawn(keep(push(bytes), place.get()));
    return *place;
  }
  Result<void> feed(std::string_view bytes) {
    return pipeline_.feed(bytes, [this](MonoTime) { ++answered_; });
  }

  RedisLimits limits_;
  RedisPipeline pipeline_;
  std::vector<std::unique_ptr<std::optional<Result<RedisReply>>>> outcomes_;
  int answered_ = 0;
  TaskScope scope_;
};

TEST_F(Pipeline, CommandsOfOneTurnLeaveTogetherAndAnswersComeInOrder) {
  auto& first = collect("*1\r\n$1\r\nA\r\n");
  auto& second = collect("*1\r\n$1\r\nB\r\n");
  EXPECT_EQ(pipeline_.take_output(), "*1\r\n$1\r\nA\r\n*1\r\n$1\r\nB\r\n");
  EXPECT_FALSE(pipeline_.has_output());
  ASSERT_TRUE(feed(":1\r\n:2\r\n"));
  EXPECT_EQ((*first)->integer(), 1);
  EXPECT_EQ((*second)->integer(), 2);
  EXPECT_EQ(answered_, 2);
  EXPECT_TRUE(pipeline_.empty());
}

TEST_F(Pipeline, TwoThatBelongTogetherGoTogetherOrNotAtAll) {
  limits_.commands_in_flight = 2;
  auto& one = collect("one");
  const auto refused = pipeline_.push_both("ASKING", "two", kStart, limits_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kOverloaded);
  EXPECT_EQ(pipeline_.take_output(), "one") << "an ASKING alone would hold for somebody else's command";
  ASSERT_TRUE(feed("+1\r\n"));
  ASSERT_TRUE(one);
  const auto both = pipeline_.push_both("ASKING", "two", kStart, limits_);
  ASSERT_TRUE(both);
  EXPECT_EQ(pipeline_.take_output(), "ASKINGtwo");
  std::optional<Result<RedisReply>> out;
  scope_.spawn(keep(*both, &out));
  ASSERT_TRUE(feed("+OK\r\n:2\r\n"));
  EXPECT_EQ((*out)->integer(), 2);
}

TEST(PipelineSlices, AnyGiveTheSameAnswers) {
  const std::string_view bytes = "+OK\r\n*2\r\n$3\r\nabc\r\n:-5\r\n-ERR no\r\n$-1\r\n";
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    RedisPipeline pipeline;
    std::vector<std::optional<Result<RedisReply>>> out(4);
    TaskScope scope;
    for (auto& place : out) scope.spawn(keep(*pipeline.push("x", kStart, RedisLimits{}), &place));
    pipeline.take_output();
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      ASSERT_TRUE(pipeline.feed(bytes.substr(at, step), [](MonoTime) {}));
    }
    ASSERT_EQ(scope.running(), 0U) << step;
    EXPECT_EQ((*out[0])->text(), "OK");
    EXPECT_EQ((**out[1])[0].text(), "abc");
    EXPECT_EQ((**out[1])[1].integer(), -5);
    EXPECT_EQ((*out[2])->text(), "ERR no");
    EXPECT_TRUE((*out[3])->is_nil());
  }
}

TEST_F(Pipeline, ALostConnectionTellsWrittenFromUnwritten) {
  auto& written = collect("a");
  pipeline_.take_output();
  auto& unwritten = collect("b");
  pipeline_.fail_all();
  EXPECT_EQ(written->error().code, ErrorCode::kUnknownOutcome);
  EXPECT_EQ(unwritten->error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(pipeline_.empty());
  EXPECT_FALSE(pipeline_.has_output());
}

/// One that waits for two replicas, half a second.
class PipelineToReplicas : public Pipeline {
 protected:
  PipelineToReplicas() : Pipeline(2) {}
};

TEST_F(PipelineToReplicas, WhatLeavesTogetherIsFollowedByOneWaitAndAnsweredAfterIt) {
  auto& first = collect("a");
  auto& second = collect("b");
  EXPECT_EQ(pipeline_.take_output(), "ab*3\r\n$4\r\nWAIT\r\n$1\r\n2\r\n$3\r\n500\r\n");
  EXPECT_EQ(pipeline_.take_output(), "") << "nothing to wait for";
  ASSERT_TRUE(feed(":1\r\n:2\r\n"));
  EXPECT_FALSE(first);
  EXPECT_EQ(answered_, 0);
  EXPECT_FALSE(pipeline_.empty());
  ASSERT_TRUE(feed(":2\r\n"));
  EXPECT_EQ((*first)->integer(), 1);
  EXPECT_EQ((*second)->integer(), 2);
  EXPECT_EQ(answered_, 2);
  EXPECT_TRUE(pipeline_.empty());
}

TEST_F(PipelineToReplicas, OnTooFewTheOutcomeIsUnknownButAnErrorIsAnError) {
  for (const char* wait : {":1\r\n", "-ERR WAIT cannot be used with replica instances\r\n"}) {
    auto& done = collect("a");
    auto& refused = collect("b");
    pipeline_.take_output();
    ASSERT_TRUE(feed(std::string{"+OK\r\n-NOSCRIPT none\r\n"} + wait));
    EXPECT_EQ(done->error().code, ErrorCode::kUnknownOutcome) << wait;
    EXPECT_EQ((*refused)->text(), "NOSCRIPT none") << wait;
  }
}

TEST_F(PipelineToReplicas, AConnectionLostBeforeTheWaitIsAnsweredLeavesTheOutcomeUnknown) {
  auto& answered = collect("a");
  pipeline_.take_output();
  auto& unwritten = collect("b");
  ASSERT_TRUE(feed("+OK\r\n"));
  pipeline_.fail_all();
  EXPECT_EQ(answered->error().code, ErrorCode::kUnknownOutcome);
  EXPECT_EQ(unwritten->error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(pipeline_.empty());
}

TEST_F(Pipeline, AnAnswerNobodyAskedForIsAProtocolError) {
  EXPECT_EQ(feed(":1\r\n").error().code, ErrorCode::kProtocol);
}

TEST_F(Pipeline, AnAnswerBeforeItsCommandWasWrittenIsAProtocolError) {
  auto& early = collect("a");
  EXPECT_EQ(feed(":1\r\n").error().code, ErrorCode::kProtocol);
  pipeline_.fail_all();
  EXPECT_EQ(early->error().code, ErrorCode::kUnavailable);
}

TEST_F(Pipeline, GarbageIsAProtocolError) {
  auto& asked = collect("a");
  pipeline_.take_output();
  EXPECT_EQ(feed("HTTP/1.1 400 Bad Request\r\n").error().code, ErrorCode::kProtocol);
  pipeline_.fail_all();
  EXPECT_EQ(asked->error().code, ErrorCode::kUnknownOutcome);
}

TEST_F(Pipeline, HoldsItsLimitOfCommands) {
  limits_.commands_in_flight = 2;
  push("a");
  push("b");
  EXPECT_EQ(pipeline_.push("c", kStart, limits_).error().code, ErrorCode::kOverloaded);
  EXPECT_EQ(pipeline_.take_output(), "ab");
  // Written is still in flight.
  EXPECT_EQ(pipeline_.push("c", kStart, limits_).error().code, ErrorCode::kOverloaded);
  ASSERT_TRUE(feed(":1\r\n"));
  EXPECT_TRUE(pipeline_.push("c", kStart, limits_));
}

TEST_F(Pipeline, HoldsItsLimitOfBytes) {
  limits_.pending_bytes = 10;
  push("12345");
  EXPECT_EQ(pipeline_.push("123456", kStart, limits_).error().code, ErrorCode::kOverloaded);
  push("12345");
  EXPECT_EQ(pipeline_.push("1", kStart, limits_).error().code, ErrorCode::kOverloaded);
  pipeline_.take_output();
  ASSERT_TRUE(feed(":1\r\n"));
  push("12345");
}

TEST_F(Pipeline, KnowsItsOldestCommand) {
  push("a", kStart);
  push("b", kStart + Millis{5});
  pipeline_.take_output();
  EXPECT_EQ(pipeline_.oldest(), kStart);
  ASSERT_TRUE(feed(":1\r\n"));
  EXPECT_EQ(pipeline_.oldest(), kStart + Millis{5});
}

TEST(RedisReplyReader, RefusesArraysThatAnnounceTooMuch) {
  for (const char* bytes : {"*1048577\r\n", "*2147483647\r\n", "*1\r\n*9999999\r\n"}) {
    RedisReplyReader reader;
    ASSERT_TRUE(reader.feed(bytes));
    EXPECT_FALSE(reader.next()) << bytes;
  }
}

TEST(RedisReplyReader, RefusesDeepNesting) {
  RedisReplyReader reader;
  std::string bytes;
  for (int i = 0; i < 20; ++i) bytes += "*1\r\n";
  ASSERT_TRUE(reader.feed(bytes));
  EXPECT_FALSE(reader.next());
}

TEST(RedisReplyReader, RefusesAReplyOfMoreThan64MiB) {
  RedisReplyReader reader;
  ASSERT_TRUE(reader.feed("$100000000\r\n"));
  const std::string piece(1024 * 1024, 'x');
  Result<void> fed;
  int pieces = 0;
  while (fed && pieces < 100) {
    fed = reader.feed(piece);
    if (fed) {
      ASSERT_TRUE(reader.next());
      ++pieces;
    }
  }
  EXPECT_EQ(fed.error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(pieces, 63);
}

}  // namespace
}  // namespace wac::net
