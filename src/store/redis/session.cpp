#include "store/redis/session.h"

#include "store/redis/replies.h"

#include <algorithm>

namespace wac::store::redis {
namespace {

using net::RedisReply;
using Slot = std::optional<Result<RedisReply>>;

// The slots belong to the frame that awaits these tasks.
Task<void> run_into(net::RedisClient* client, net::RedisCommand command, Slot* out) {
  out->emplace(co_await client->run(command));
}

Task<void> eval_into(net::RedisClient* client, const net::RedisScript* script, net::RedisScriptInput input,
                     Slot* out) {
  out->emplace(co_await client->eval(*script, input));
}

std::unexpected<Error> stopped() {
  return fail(ErrorCode::kUnavailable, "redis: the store is stopped");
}

bool nothing_done(const Error& error) {
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kOverloaded;
}

}  // namespace

net::RedisScriptInput Session::Call::input() const {
  net::RedisScriptInput input;
  for (const std::string& key : keys) input.keys.arg(key);
  std::size_t bytes = 0;
  for (const std::string& arg : args) bytes += arg.size();
  input.args.reserve(args.size(), bytes);
  for (const std::string& arg : args) input.args.arg(arg);
  return input;
}

Task<Result<RedisReply>> Session::eval(const net::RedisScript& script, net::RedisScriptInput input) {
  if (stopping_) co_return stopped();
  const InFlight in_flight{*this};
  co_return checked(co_await client_.eval(script, input));
}

Task<Result<RedisReply>> Session::run(net::RedisCommand command) {
  if (stopping_) co_return stopped();
  const InFlight in_flight{*this};
  co_return checked(co_await client_.run(command));
}

Task<Result<std::vector<RedisReply>>> Session::eval_all(const net::RedisScript& script,
                                                        std::vector<net::RedisScriptInput> calls) {
  if (stopping_) co_return stopped();
  const InFlight in_flight{*this};
  std::vector<Slot> answers(calls.size());
  TaskScope scope;
  for (std::size_t at = 0; at < calls.size(); ++at) {
    scope.spawn(eval_into(&client_, &script, std::move(calls[at]), &answers[at]));
  }
  co_await scope.join();
  std::size_t worked = 0;
  auto replies = all_of(std::move(answers), worked);
  if (!replies && worked > 0 && nothing_done(replies.error())) {
    co_return fail(ErrorCode::kUnknownOutcome, "redis: some scripts ran, some did not");
  }
  co_return replies;
}

Task<Result<std::vector<RedisReply>>> Session::run_all(std::vector<net::RedisCommand> commands) {
  if (stopping_) co_return stopped();
  const InFlight in_flight{*this};
  std::vector<Slot> answers(commands.size());
  std::size_t worked = 0;
  if (commands.size() == 1) {
    answers.front().emplace(co_await client_.run(commands.front()));
    co_return all_of(std::move(answers), worked);
  }
  TaskScope scope;
  for (std::size_t at = 0; at < commands.size(); ++at) {
    scope.spawn(run_into(&client_, std::move(commands[at]), &answers[at]));
  }
  co_await scope.join();
  co_return all_of(std::move(answers), worked);
}

Session::Answer Session::checked(Answer answer) {
  if (answer && answer->is_error()) answer = std::unexpected(error_from(answer->text()));
  // Our own bound says nothing about Redis.
  if (answer || answer.error().code != ErrorCode::kOverloaded) last_worked_ = answer.has_value();
  return answer;
}

Result<std::vector<RedisReply>> Session::all_of(std::vector<Slot> answers, std::size_t& worked) {
  std::vector<RedisReply> replies;
  replies.reserve(answers.size());
  std::optional<Error> failure;
  for (Slot& slot : answers) {
    Answer answer = checked(std::move(*slot));
    if (answer) {
      replies.push_back(std::move(*answer));
    } else if (!failure || (nothing_done(*failure) && !nothing_done(answer.error()))) {
      failure = answer.error();
    }
  }
  worked = replies.size();
  if (!failure) return replies;
  if (failure->code != ErrorCode::kOverloaded) last_worked_ = false;
  return std::unexpected(*failure);
}

void Session::finished() {
  if (--in_flight_ > 0 || !drained_) return;
  // Not inline: whoever waits may destroy this session, which the finishing task has not left yet.
  loop_.post([drained = *drained_] { drained.set(true); });
}

Task<void> Session::stop(Deadline deadline) {
  stopping_ = true;
  if (in_flight_ == 0) co_return;
  drained_.emplace();
  const OneShot<bool> drained = *drained_;
  const auto timer = loop_.call_at(deadline.at, [drained] { drained.set(false); });
  co_await drained;
  loop_.cancel(timer);
}

}  // namespace wac::store::redis
