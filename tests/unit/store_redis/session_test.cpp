#include "store/redis/session.h"

#include "support/manual_scheduler.h"
#include "unit/store_redis/literal_reply.h"
#include "unit/store_redis/scripted_client.h"

#include <gtest/gtest.h>

namespace wac::store::redis {
namespace {

using net::RedisReply;
using testing::bulk;
using testing::error;
using testing::reply;
using testing::ScriptedClient;

using Replies = Result<std::vector<RedisReply>>;

Task<void> keep(Task<Replies> task, std::optional<Replies>* out) {
  out->emplace(co_await std::move(task));
}
Task<void> keep_one(Task<Result<RedisReply>> task, std::optional<Result<RedisReply>>* out) {
  out->emplace(co_await std::move(task));
}
Task<void> note(Task<void> task, bool* done) {
  co_await std::move(task);
  *done = true;
}

class SessionTest : public ::testing::Test {
 protected:
  std::optional<Replies> run(std::size_t count) {
    replies_.reset();
    std::vector<net::RedisCommand> commands(count, net::RedisCommand{"PING"});
    scope_.spawn(keep(session_.run_all(std::move(commands)), &replies_));
    return replies_;
  }

  wac::testing::ManualScheduler loop_;
  ScriptedClient client_;
  Session session_{client_, loop_};
  std::optional<Replies> replies_;
  TaskScope scope_;
};

TEST_F(SessionTest, GivesEveryCommandAwayBeforeItWaits) {
  run(3);
  ASSERT_EQ(client_.waiting.size(), 3U);
  for (const char* text : {"a", "b", "c"}) client_.answer(reply(bulk(text)));
  ASSERT_TRUE(replies_ && *replies_);
  EXPECT_EQ((**replies_)[0].text(), "a");
  EXPECT_EQ((**replies_)[2].text(), "c");
}

TEST_F(SessionTest, DoesNotKnowWhatWasDoneWhenOnlySomeScriptsFailed) {
  const net::RedisScript script{"return 1"};
  scope_.spawn(keep(session_.eval_all(script, {{}, {}}), &replies_));
  ASSERT_EQ(client_.waiting.size(), 2U);
  client_.answer(reply(bulk("a")));
  client_.answer(fail(ErrorCode::kUnavailable, "test"));
  ASSERT_TRUE(replies_);
  EXPECT_EQ(replies_->error().code, ErrorCode::kUnknownOutcome);
  EXPECT_FALSE(session_.healthy());
}

TEST_F(SessionTest, FailsAReadAsItsWorstCommandFailed) {
  run(2);
  client_.answer(fail(ErrorCode::kUnavailable, "test"));
  client_.answer(reply(bulk("a")));
  EXPECT_EQ(replies_->error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(session_.healthy());
}

TEST_F(SessionTest, KnowsThatNothingWasDoneWhenAllWereRefused) {
  run(2);
  client_.answer(fail(ErrorCode::kUnavailable, "test"));
  client_.answer(reply(error("LOADING Redis is loading the dataset in memory")));
  EXPECT_EQ(replies_->error().code, ErrorCode::kUnavailable);
}

TEST_F(SessionTest, ReportsTheWorstFailure) {
  run(3);
  client_.answer(fail(ErrorCode::kUnavailable, "test"));
  client_.answer(fail(ErrorCode::kUnknownOutcome, "test"));
  client_.answer(fail(ErrorCode::kUnavailable, "test"));
  EXPECT_EQ(replies_->error().code, ErrorCode::kUnknownOutcome);
}

TEST_F(SessionTest, IsHealthyAsLongAsItsLastOperationWorked) {
  EXPECT_TRUE(session_.healthy());
  run(1);
  client_.answer(fail(ErrorCode::kUnavailable, "test"));
  EXPECT_FALSE(session_.healthy());
  run(1);
  client_.answer(reply(bulk("a")));
  EXPECT_TRUE(session_.healthy());
  client_.connected_ = false;
  EXPECT_FALSE(session_.healthy());
}

TEST_F(SessionTest, StaysHealthyWhenOnlyOurOwnBoundWasReached) {
  run(1);
  client_.answer(fail(ErrorCode::kOverloaded, "test"));
  EXPECT_EQ(replies_->error().code, ErrorCode::kOverloaded);
  EXPECT_TRUE(session_.healthy());
}

TEST_F(SessionTest, MakesAnErrorOfAnErrorAnswerToAScript) {
  const net::RedisScript script{"return 1"};
  std::optional<Result<RedisReply>> answer;
  scope_.spawn(keep_one(session_.eval(script, Session::Call{}), &answer));
  client_.answer(reply(error("ERR bug")));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error().code, ErrorCode::kInternal);
}

TEST_F(SessionTest, StopWaitsForWhatIsInFlightAndRefusesMore) {
  run(1);
  bool stopped = false;
  scope_.spawn(note(session_.stop(Deadline{loop_.now() + Millis{1'000}}), &stopped));
  loop_.run_ready();
  EXPECT_FALSE(stopped);
  client_.answer(reply(bulk("a")));
  EXPECT_TRUE(replies_ && *replies_);
  loop_.run_ready();
  EXPECT_TRUE(stopped);
  EXPECT_EQ(loop_.timers(), 0U);
  run(1);
  ASSERT_TRUE(replies_);
  EXPECT_EQ(replies_->error().code, ErrorCode::kUnavailable);
}

TEST_F(SessionTest, StopWaitsNoLongerThanItsDeadline) {
  run(1);
  bool stopped = false;
  scope_.spawn(note(session_.stop(Deadline{loop_.now() + Millis{1'000}}), &stopped));
  loop_.advance(Millis{1'001});
  EXPECT_TRUE(stopped);
  client_.answer(reply(bulk("a")));
}

}  // namespace
}  // namespace wac::store::redis
