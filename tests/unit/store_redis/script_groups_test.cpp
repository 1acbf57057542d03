#include "store/redis/script_groups.h"

#include "support/manual_scheduler.h"
#include "unit/store_redis/literal_reply.h"
#include "unit/store_redis/scripted_client.h"

#include <gtest/gtest.h>

namespace wac::store::redis {
namespace {

using net::RedisReply;
using testing::array;
using testing::bulk;
using testing::error;
using testing::reply;
using Answer = Result<RedisReply>;

Task<void> keep(Task<Answer> task, std::optional<Answer>* out) {
  out->emplace(co_await std::move(task));
}

net::RedisWords words(std::initializer_list<std::string_view> list) {
  net::RedisWords made;
  for (const std::string_view word : list) made.arg(word);
  return made;
}

class ScriptGroupsTest : public ::testing::Test {
 protected:
  void ask(std::string_view common, std::string_view item) {
    auto& answer = answers_.emplace_back();
    scope_.spawn(keep(groups_.run("key", words({common}), words({item})), &answer));
  }

  wac::testing::ManualScheduler loop_;
  testing::ScriptedClient client_;
  Session session_{client_, loop_};
  net::RedisScript script_{"return {}"};
  ScriptGroups groups_{session_, script_};
  std::deque<std::optional<Answer>> answers_;
  TaskScope scope_;
};

TEST_F(ScriptGroupsTest, JoinsWhatIsAskedBeforeOneWrite) {
  for (const char* item : {"a", "b", "c"}) ask("p1", item);
  EXPECT_TRUE(client_.scripts.empty());
  client_.write();
  ASSERT_EQ(client_.scripts.size(), 1U);
  EXPECT_EQ(client_.scripts[0].keys.bytes(), words({"key"}).bytes());
  EXPECT_EQ(client_.scripts[0].args.bytes(), words({"p1", "a", "b", "c"}).bytes());
  EXPECT_EQ(client_.scripts[0].args.count(), 4U);
  client_.answer(reply(array({bulk("1"), bulk("2"), bulk("3")})));
  ASSERT_TRUE(answers_[0] && answers_[1] && answers_[2]);
  EXPECT_EQ((*answers_[0])->text(), "1");
  EXPECT_EQ((*answers_[1])->text(), "2");
  EXPECT_EQ((*answers_[2])->text(), "3");
}

TEST_F(ScriptGroupsTest, JoinsNothingThatDiffersInWhatIsCommon) {
  ask("p1", "a");
  ask("p2", "b");
  client_.write();
  EXPECT_EQ(client_.scripts.size(), 2U);
  client_.answer(reply(array({bulk("1")})));
  client_.answer(reply(array({bulk("2")})));
  EXPECT_EQ((*answers_[1])->text(), "2");
}

TEST_F(ScriptGroupsTest, AfterTheWriteANewOneBegins) {
  ask("p1", "a");
  client_.write();
  ask("p1", "b");
  client_.write();
  EXPECT_EQ(client_.scripts.size(), 2U);
  client_.answer(reply(array({bulk("1")})));
  client_.answer(reply(array({bulk("2")})));
}

TEST_F(ScriptGroupsTest, BoundsWhatOneScriptDecidesAbout) {
  for (int i = 0; i < 65; ++i) ask("p1", "a");
  client_.write();
  ASSERT_EQ(client_.scripts.size(), 2U);
  EXPECT_EQ(client_.scripts[0].args.count(), 1U + 64);
  EXPECT_EQ(client_.scripts[1].args.count(), 1U + 1);
  client_.answer(reply(array(std::vector<std::string>(64, bulk("1")))));
  client_.answer(reply(array({bulk("2")})));
  EXPECT_EQ((*answers_[63])->text(), "1");
  EXPECT_EQ((*answers_[64])->text(), "2");
}

TEST_F(ScriptGroupsTest, AnErrorOfOneItemIsItsOwn) {
  ask("p1", "a");
  ask("p1", "b");
  client_.write();
  client_.answer(reply(array({error("@user_script:3: -OOM command not allowed"), bulk("2")})));
  EXPECT_EQ(answers_[0]->error().code, ErrorCode::kUnavailable);
  EXPECT_EQ((*answers_[1])->text(), "2");
}

TEST_F(ScriptGroupsTest, AFailureOfTheScriptIsEverybodys) {
  ask("p1", "a");
  ask("p1", "b");
  client_.write();
  client_.answer(fail(ErrorCode::kUnknownOutcome, "test"));
  EXPECT_EQ(answers_[0]->error().code, ErrorCode::kUnknownOutcome);
  EXPECT_EQ(answers_[1]->error().code, ErrorCode::kUnknownOutcome);
}

TEST_F(ScriptGroupsTest, StopWaitsForWhatHasNotLeftYet) {
  ask("p1", "a");
  bool stopped = false;
  const auto note = [](Task<void> task, bool* done) -> Task<void> {
    co_await std::move(task);
    *done = true;
  };
  scope_.spawn(note(session_.stop(Deadline{loop_.now() + Millis{1'000}}), &stopped));
  EXPECT_FALSE(stopped);
  client_.write();
  loop_.run_ready();
  ASSERT_TRUE(answers_[0]);
  EXPECT_EQ(answers_[0]->error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(stopped);
}

}  // namespace
}  // namespace wac::store::redis
