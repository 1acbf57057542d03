#pragma once
// One loop's way to Redis as the engine uses it: answers checked, health remembered, work in flight counted,
// several commands in one round trip.

#include "base/error.h"
#include "base/scheduler.h"
#include "base/task.h"
#include "net/redis.h"

#include <string>
#include <vector>

namespace wac::store::redis {

/// Belongs to its loop. `client` outlives it; so does it outlive its tasks.
class Session {
 public:
  struct Call {
    std::vector<std::string> keys;
    std::vector<std::string> args;
    net::RedisScriptInput input() const;
  };

  /// Work in flight, for as long as this lives.
  class InFlight {
   public:
    explicit InFlight(Session& session) : session_(session) { ++session_.in_flight_; }
    ~InFlight() { session_.finished(); }
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;

   private:
    Session& session_;
  };

  Session(net::RedisClient& client, Scheduler& loop) : client_(client), loop_(loop) {}

  /// Errors: kUnavailable, kOverloaded, kUnknownOutcome as RedisClient has them, kUnavailable after stop(),
  /// and what error_from() makes of an error answer. The caller's `script` outlives the task.
  Task<Result<net::RedisReply>> eval(const net::RedisScript& script, net::RedisScriptInput input);
  Task<Result<net::RedisReply>> eval(const net::RedisScript& script, const Call& call) {
    return eval(script, call.input());
  }

  /// As RedisClient has it.
  Task<void> before_write(std::string_view key) { return client_.before_write(key); }

  /// Likewise, a command.
  Task<Result<net::RedisReply>> run(net::RedisCommand command);

  /// All in one round trip, answers in the same order. When only some failed: kUnknownOutcome, because those
  /// that did not are done.
  Task<Result<std::vector<net::RedisReply>>> eval_all(const net::RedisScript& script,
                                                      std::vector<net::RedisScriptInput> calls);
  /// Likewise, for commands that decide nothing: the worst failure counts for all.
  Task<Result<std::vector<net::RedisReply>>> run_all(std::vector<net::RedisCommand> commands);

  net::RedisClient& client() { return client_; }
  bool healthy() const { return last_worked_ && client_.connected(); }

  /// Refuses new work, and waits for what is in flight until the deadline.
  Task<void> stop(Deadline deadline);

 private:
  using Answer = Result<net::RedisReply>;

  Answer checked(Answer answer);
  Result<std::vector<net::RedisReply>> all_of(std::vector<std::optional<Answer>> answers,
                                              std::size_t& worked);
  void finished();

  net::RedisClient& client_;
  Scheduler& loop_;
  bool last_worked_ = true;
  bool stopping_ = false;
  std::size_t in_flight_ = 0;
  std::optional<OneShot<bool>> drained_;
};

}  // namespace wac::store::redis
