#include "redis_fixture.h"

namespace wac::net {
namespace {

using testing::RedisServer;

class RedisClientReal : public RedisClientTest {};

/// Runs `count` commands in one turn of the loop and returns how many answered OK.
Task<void> set_one(RedisClient* client, int number, int* ok) {
  RedisCommand command("SET");
  command.arg("key:" + std::to_string(number)).arg(std::int64_t{number});
  const Result<RedisReply> reply = co_await client->run(command);
  if (reply && reply->text() == "OK") ++*ok;
}

Task<int> set_many(RedisClient* client, int count) {
  int ok = 0;
  TaskScope scope;
  for (int i = 0; i < count; ++i) scope.spawn(set_one(client, i, &ok));
  co_await scope.join();
  co_return ok;
}

std::string info(const RedisServer& redis, const std::string& section, const std::string& field) {
  const std::string text = redis.cli({"info", section});
  const auto at = text.find(field + ":");
  if (at == std::string::npos) return {};
  return text.substr(at + field.size() + 1, text.find('\r', at) - at - field.size() - 1);
}

TEST_F(RedisClientReal, AnswersEveryKindOfReply) {
  const RedisServer redis;
  connect(redis.url());
  EXPECT_EQ(run({"SET", "a", "1"})->text(), "OK");
  EXPECT_EQ(run({"GET", "a"})->text(), "1");
  EXPECT_EQ(run({"INCRBY", "a", "41"})->integer(), 42);
  EXPECT_TRUE(run({"GET", "absent"})->is_nil());
  EXPECT_EQ((*run({"MGET", "a", "absent"}))[0].text(), "42");
  const Result<RedisReply> error = run({"INCR"});
  ASSERT_TRUE(error);
  EXPECT_TRUE(error->is_error());
  EXPECT_EQ(answered_, 6);
  EXPECT_EQ(gained_, 1);
  EXPECT_NE(redis.cli({"client", "list"}).find("name=whatsapp-connector"), std::string::npos);
}

TEST_F(RedisClientReal, CommandsOfOneTurnLeaveInOneWrite) {
  const RedisServer redis;
  connect(redis.url());
  const auto reads = [&] { return std::stoi(info(redis, "stats", "total_reads_processed")); };
  const int before = reads();
  EXPECT_EQ(loop_.await(set_many(client_.get(), 100)), 100);
  const int after = reads();
  EXPECT_NE(redis.cli({"info", "commandstats"}).find("cmdstat_set:calls=100,"), std::string::npos);
  // The commands take one or two reads, redis-cli's own a few.
  EXPECT_LE(after - before, 10);
}

/// Asks for something at once, and for something else when that is about to leave.
Task<bool> set_two(RedisClient* client) {
  int ok = 0;
  TaskScope scope;
  scope.spawn(set_one(client, 1, &ok));
  co_await client->before_write("key:2");
  co_await set_one(client, 2, &ok);
  co_await scope.join();
  co_return ok == 2;
}

TEST_F(RedisClientReal, WhatIsAskedForBeforeAWriteLeavesInIt) {
  const RedisServer redis;
  connect(redis.url());
  const auto reads = [&] { return std::stoi(info(redis, "stats", "total_reads_processed")); };
  const int first = reads();
  const int before = reads();
  constexpr int kTimes = 50;
  for (int i = 0; i < kTimes; ++i) EXPECT_TRUE(loop_.await(set_two(client_.get())));
  const int after = reads();
  // Beside what looking at the figure costs.
  EXPECT_EQ(after - before, kTimes + (before - first));
}

TEST_F(RedisClientReal, WithoutAConnectionThereIsNoWriteToWaitFor) {
  make("redis://127.0.0.1:1");
  EXPECT_FALSE(loop_.await(set_two(client_.get())));
}

TEST_F(RedisClientReal, ManyCommandsAndLargeValuesKeepTheirOrder) {
  const RedisServer redis;
  connect(redis.url());
  EXPECT_EQ(loop_.await(set_many(client_.get(), 9'000)), 9'000);
  const std::string large(8'000'000, 'x');
  EXPECT_EQ(run({"SET", "large", large})->text(), "OK");
  EXPECT_EQ(run({"GET", "large"})->text(), large);
  EXPECT_EQ(run({"GET", "key:8999"})->text(), "8999");
}

TEST_F(RedisClientReal, SpeaksTlsAsAnAclUserInADatabase) {
  const RedisServer redis({.tls = &certificates_, .user = "app", .password = "pw"});
  std::string url = redis.url();
  url.back() = '3';
  connect(url);
  EXPECT_EQ(run({"ACL", "WHOAMI"})->text(), "app");
  EXPECT_EQ(run({"SET", "a", "1"})->text(), "OK");
  EXPECT_EQ(redis.cli({"-n", "3", "get", "a"}), "1");
}

TEST_F(RedisClientReal, AuthenticatesWithAPasswordAlone) {
  const RedisServer redis({.password = "pw"});
  connect(redis.url());
  EXPECT_EQ(run({"PING"})->text(), "PONG");
}

TEST_F(RedisClientReal, AWrongPasswordIsNamedAsTheReasonAndNothingConnects) {
  const RedisServer redis({.password = "right"});
  for (const char* credentials : {":wrong@", "somebody:wrong@", ""}) {
    make(std::string("redis://") + credentials + "localhost:" + std::to_string(redis.port()));
    EXPECT_TRUE(testing::eventually([this] { return last_error().code == ErrorCode::kUnauthorized; }))
        << credentials;
    EXPECT_FALSE(loop_.await(client_->wait_connected(in(Millis{20}))));
    EXPECT_EQ(run({"PING"}).error().code, ErrorCode::kUnavailable);
    TearDown();
  }
  EXPECT_EQ(gained_, 0);
}

TEST_F(RedisClientReal, AServerWithTheWrongCertificateIsRefused) {
  const testing::Certificates others;
  const RedisServer redis({.tls = &others});
  make(redis.url());
  EXPECT_TRUE(testing::eventually([this] { return last_error().code == ErrorCode::kTlsFailed; }));
  EXPECT_EQ(gained_, 0);
}

TEST_F(RedisClientReal, ScriptsAreSentOnceAndThenByTheirHash) {
  const RedisServer redis;
  connect(redis.url());
  const RedisScript script("return {KEYS[1], ARGV[1], ARGV[2]}");
  RedisScriptInput input;
  input.keys.arg("k");
  input.args.arg("a").arg("b");
  for (int i = 0; i < 3; ++i) {
    const Result<RedisReply> reply = loop_.await(client_->eval(script, input));
    ASSERT_TRUE(reply);
    ASSERT_EQ(reply->size(), 3U);
    EXPECT_EQ((*reply)[0].text(), "k");
    EXPECT_EQ((*reply)[2].text(), "b");
  }
  const std::string stats = redis.cli({"info", "commandstats"});
  EXPECT_NE(stats.find("cmdstat_eval:calls=1,"), std::string::npos) << stats;
  EXPECT_NE(stats.find("cmdstat_evalsha:calls=3,"), std::string::npos) << stats;
  redis.cli({"script", "flush"});
  EXPECT_EQ(loop_.await(client_->eval(script, input))->size(), 3U);
}

TEST_F(RedisClientReal, ReconnectsByItselfAndFindsItsDataAgain) {
  RedisServer redis({.persistence = testing::RedisServerOptions::Persistence::kAppendOnly});
  connect(redis.url());
  EXPECT_EQ(run({"SET", "a", "1"})->text(), "OK");
  redis.stop();
  ASSERT_TRUE(testing::eventually([this] { return lost_ == 1; }));
  EXPECT_EQ(run({"GET", "a"}).error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(loop_.await(client_->wait_connected(in(Millis{20}))));
  redis.start();
  ASSERT_TRUE(loop_.await(client_->wait_connected(in(Millis{10'000}))));
  EXPECT_EQ(run({"GET", "a"})->text(), "1");
  EXPECT_EQ(gained_, 2);
}

TEST_F(RedisClientReal, StopWaitsForWhatIsInFlight) {
  RedisServer redis;
  connect(redis.url());
  redis.pause();
  auto answer = send(command({"PING"}));
  auto stopped = loop_.start(client_->stop(in(Millis{5'000})));
  EXPECT_EQ(run({"PING"}).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(stopped.wait_for(Millis{0}), std::future_status::timeout);
  redis.resume();
  EXPECT_EQ(answer.get()->text(), "PONG");
  stopped.get();
  EXPECT_FALSE(loop_.await(client_->wait_connected(Deadline::never())));
}

TEST_F(RedisClientReal, StopGivesUpAtItsDeadline) {
  RedisServer redis;
  connect(redis.url());
  redis.pause();
  auto answer = send(command({"PING"}));
  stop(Millis{30});
  EXPECT_EQ(answer.get().error().code, ErrorCode::kUnknownOutcome);
}

TEST_F(RedisClientReal, StopsWhileNobodyAnswers) {
  make("redis://127.0.0.1:" + std::to_string(testing::free_port()));
  EXPECT_TRUE(testing::eventually([this] { return last_error().code == ErrorCode::kConnectFailed; }));
  auto waiting = loop_.start(client_->wait_connected(Deadline::never()));
  stop(Millis{0});
  EXPECT_FALSE(waiting.get());
}

}  // namespace
}  // namespace wac::net
