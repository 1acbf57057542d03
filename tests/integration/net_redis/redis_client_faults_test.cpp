#include "redis_fixture.h"
#include "support/scripted_peer.h"

namespace wac::net {
namespace {

using testing::eventually;
using testing::PeerConnection;
using testing::RedisServer;
using testing::ScriptedPeer;

class RedisClientFaults : public RedisClientTest {
 protected:
  static std::string local(std::uint16_t port) { return "redis://127.0.0.1:" + std::to_string(port); }
};

/// Lets a client in without a password: answers to SETNAME, HELLO and PING.
void greet(PeerConnection& connection) {
  connection.read_until("$4\r\nPING\r\n");
  connection.send("+OK\r\n-ERR unknown command\r\n+PONG\r\n");
}

/// Lets the loop do what it has to do.
Task<void> turns(Scheduler* loop) {
  for (int i = 0; i < 10; ++i) co_await yield_to(*loop);
}

TEST_F(RedisClientFaults, ACommandWithoutAnAnswerDropsTheConnectionAtItsDeadline) {
  limits_.command_deadline = Millis{60};
  RedisServer redis;
  connect(redis.url());
  redis.pause();
  const MonoTime start = std::chrono::steady_clock::now();
  auto first = send(command({"SET", "a", "1"}));
  auto second = send(command({"SET", "b", "1"}));
  EXPECT_EQ(first.get().error().code, ErrorCode::kUnknownOutcome);
  EXPECT_EQ(second.get().error().code, ErrorCode::kUnknownOutcome);
  EXPECT_GE(std::chrono::steady_clock::now() - start, Millis{60});
  EXPECT_EQ(run({"PING"}).error().code, ErrorCode::kUnavailable);
  redis.resume();
  ASSERT_TRUE(loop_.await(client_->wait_connected(in(Millis{5'000}))));
  EXPECT_EQ(run({"PING"})->text(), "PONG");
}

TEST_F(RedisClientFaults, AnAnswerCountsWhenEnoughReplicasHaveTheWrite) {
  limits_.replicas = 1;
  limits_.command_deadline = Millis{400};
  // Else it waits 5 s for others before it lets a replica in.
  RedisServer redis{{.arguments = {"--repl-diskless-sync-delay", "0"}}};
  RedisServer replica{{.arguments = {"--replicaof", "127.0.0.1 " + std::to_string(redis.port())}}};
  connect(redis.url());
  ASSERT_TRUE(eventually([&] { return run({"SET", "a", "1"}).has_value(); }));
  EXPECT_EQ(replica.cli({"GET", "a"}), "1");
  replica.pause();
  EXPECT_EQ(run({"SET", "b", "1"}).error().code, ErrorCode::kUnknownOutcome);
  replica.resume();
  EXPECT_TRUE(eventually([&] { return run({"SET", "c", "1"}).has_value(); }));
  EXPECT_EQ(replica.cli({"GET", "c"}), "1");
}

TEST_F(RedisClientFaults, AKilledServerLeavesWhatWasWrittenUnknown) {
  RedisServer redis;
  connect(redis.url());
  redis.pause();
  auto answer = send(command({"SET", "a", "1"}));
  // A turn of the loop later it is written.
  loop_.await(turns(&loop_.loop()));
  redis.kill();
  EXPECT_EQ(answer.get().error().code, ErrorCode::kUnknownOutcome);
  EXPECT_EQ(run({"PING"}).error().code, ErrorCode::kUnavailable);
}

TEST_F(RedisClientFaults, WhatNeverLeftIsUnavailableWhenTheConnectionBreaks) {
  std::atomic<bool> go = false;
  ScriptedPeer peer({[&go](PeerConnection& connection) {
    greet(connection);
    eventually([&go] { return go.load(); });
    connection.reset();
  }});
  connect(local(peer.port()));
  // More than both kernels buffer: the write of the first stays incomplete and the second waits behind it.
  auto first = send(command({"SET", "a", std::string(32 * 1024 * 1024, 'x')}));
  loop_.await(turns(&loop_.loop()));
  auto second = send(command({"SET", "b", "1"}));
  loop_.call([] {});
  go = true;
  EXPECT_EQ(first.get().error().code, ErrorCode::kUnknownOutcome);
  EXPECT_EQ(second.get().error().code, ErrorCode::kUnavailable);
}

TEST_F(RedisClientFaults, TheLimitOfCommandsRefusesTheNext) {
  limits_.commands_in_flight = 2;
  RedisServer redis;
  connect(redis.url());
  redis.pause();
  auto first = send(command({"PING"}));
  auto second = send(command({"PING"}));
  EXPECT_EQ(run({"PING"}).error().code, ErrorCode::kOverloaded);
  redis.resume();
  EXPECT_EQ(first.get()->text(), "PONG");
  EXPECT_EQ(second.get()->text(), "PONG");
  EXPECT_EQ(run({"PING"})->text(), "PONG");
}

TEST_F(RedisClientFaults, TheLimitOfBytesRefusesTheNext) {
  limits_.pending_bytes = 1'000;
  const RedisServer redis;
  connect(redis.url());
  EXPECT_EQ(run({"SET", "a", std::string(1'000, 'x')}).error().code, ErrorCode::kOverloaded);
  EXPECT_EQ(run({"SET", "a", std::string(900, 'x')})->text(), "OK");
}

TEST_F(RedisClientFaults, WhatHasNoRoomWaitsForItInOrder) {
  limits_.pending_bytes = 1'000;
  const RedisServer redis;
  connect(redis.url());
  std::vector<std::future<Result<RedisReply>>> all;
  for (int i = 0; i < 50; ++i) {
    all.push_back(send(command({"APPEND", "a", std::string(i % 2 == 0 ? 600 : 10, 'x')})));
  }
  std::int64_t length = 0;
  for (auto& one : all) {
    const auto reply = one.get();
    ASSERT_TRUE(reply);
    EXPECT_GT(reply->integer(), length) << "in the order of the calls";
    length = reply->integer();
  }
  EXPECT_EQ(length, 25 * 610);
}

TEST_F(RedisClientFaults, ScriptsWaitForRoomToo) {
  limits_.pending_bytes = 4'000;
  const RedisServer redis;
  connect(redis.url());
  const RedisScript script{"return #ARGV[1]"};
  std::vector<std::future<Result<RedisReply>>> all;
  for (int i = 0; i < 20; ++i) {
    RedisScriptInput input;
    input.args.arg(std::string(3'000, 'x'));
    all.push_back(loop_.start(eval(client_.get(), &script, std::move(input))));
  }
  for (auto& one : all) EXPECT_EQ(one.get()->integer(), 3'000);
}

TEST_F(RedisClientFaults, TooMuchThatWaitsForRoomIsRefused) {
  limits_.pending_bytes = 1'000;
  limits_.waiting_bytes = 1'000;
  RedisServer redis;
  connect(redis.url());
  redis.pause();
  const std::string large(700, 'x');
  auto first = send(command({"SET", "a", large}));
  auto second = send(command({"SET", "b", large}));
  EXPECT_EQ(run({"SET", "c", large}).error().code, ErrorCode::kOverloaded);
  redis.resume();
  EXPECT_EQ(first.get()->text(), "OK");
  EXPECT_EQ(second.get()->text(), "OK");
}

TEST_F(RedisClientFaults, WhoWaitsForRoomIsToldThatTheConnectionIsLost) {
  limits_.pending_bytes = 1'000;
  limits_.command_deadline = Millis{300};
  RedisServer redis;
  connect(redis.url());
  redis.pause();
  const std::string large(700, 'x');
  auto first = send(command({"SET", "a", large}));
  auto second = send(command({"SET", "b", large}));
  EXPECT_EQ(first.get().error().code, ErrorCode::kUnknownOutcome);
  const auto waited = second.get();
  ASSERT_FALSE(waited);
  // Both of its ends come at the same time here; nothing of it was written.
  EXPECT_TRUE(waited.error().code == ErrorCode::kUnavailable ||
              waited.error().code == ErrorCode::kOverloaded);
  redis.resume();
}

TEST_F(RedisClientFaults, GarbageDropsTheConnection) {
  ScriptedPeer peer({[](PeerConnection& connection) {
    greet(connection);
    connection.read_until("GET");
    connection.send("HTTP/1.1 400 Bad Request\r\n");
    connection.read_to_end();
  }});
  connect(local(peer.port()));
  EXPECT_EQ(run({"GET", "a"}).error().code, ErrorCode::kUnknownOutcome);
  EXPECT_TRUE(eventually([&] { return peer.finished() == 1; }));
}

TEST_F(RedisClientFaults, AnAnswerNobodyAskedForDropsTheConnection) {
  ScriptedPeer peer({[](PeerConnection& connection) {
    greet(connection);
    connection.send("+SURPRISE\r\n");
    connection.read_to_end();
  }});
  make(local(peer.port()));
  EXPECT_TRUE(eventually([&] { return peer.finished() == 1; }));
}

TEST_F(RedisClientFaults, ALoadingServerIsNotReadyYet) {
  ScriptedPeer peer({[](PeerConnection& connection) {
                       connection.read_until("PING\r\n");
                       connection.send("+OK\r\n*0\r\n-LOADING Redis is loading the dataset in memory\r\n");
                       connection.read_to_end();
                     },
                     [](PeerConnection& connection) {
                       // A service that forbids SETNAME and HELLO is fine.
                       connection.read_until("PING\r\n");
                       connection.send("-NOPERM no permissions\r\n-NOPERM no permissions\r\n+PONG\r\n");
                       connection.read_to_end();
                     }});
  make(local(peer.port()));
  EXPECT_TRUE(loop_.await(client_->wait_connected(in(Millis{5'000}))));
  EXPECT_EQ(peer.accepted(), 2U);
  EXPECT_EQ(gained_, 1);
}

TEST_F(RedisClientFaults, AnErrorAnswerIsAnAnswer) {
  ScriptedPeer peer({[](PeerConnection& connection) {
    greet(connection);
    connection.read_until("GET");
    connection.send("-MASTERDOWN Link with MASTER is down\r\n");
    connection.read_to_end();
  }});
  connect(local(peer.port()));
  const Result<RedisReply> reply = run({"GET", "a"});
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->is_error());
  EXPECT_TRUE(client_->connected());
}

TEST_F(RedisClientFaults, AGreetingThatHangsEndsAtTheConnectDeadline) {
  limits_.connect_deadline = Millis{50};
  ScriptedPeer peer({[](PeerConnection& connection) { connection.read_to_end(); }});
  make(local(peer.port()));
  EXPECT_TRUE(eventually([this] { return last_error().code == ErrorCode::kTimeout; }));
  EXPECT_TRUE(eventually([&] { return peer.finished() == 1; }));
}

TEST_F(RedisClientFaults, AServerThatDropsEveryConnectionIsNotAskedWithoutPause) {
  limits_.backoff_first = Millis{40};
  limits_.backoff_max = Millis{400};
  const auto drop = [](PeerConnection& connection) { greet(connection); };
  ScriptedPeer peer(std::vector<ScriptedPeer::Script>(1'000, drop));
  make(local(peer.port()));
  const MonoTime start = std::chrono::steady_clock::now();
  ASSERT_TRUE(eventually([&] { return peer.accepted() >= 6; }, Millis{20'000}));
  // Five pauses of up to 40, 80, 160, 320 and 400 ms; the seed is fixed.
  EXPECT_GE(std::chrono::steady_clock::now() - start, Millis{200});
}

}  // namespace
}  // namespace wac::net
