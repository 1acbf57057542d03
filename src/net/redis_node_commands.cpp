// What is asked of one node.

#include "net/expiry.h"
#include "net/redis_node_impl.h"
#include "net/redis_slots.h"

namespace wac::net {
namespace {

/// At most so much stands before a script's keys: counts, verb and hash.
constexpr std::size_t kScriptHead = 128;
constexpr std::string_view kAsking = "*1\r\n$6\r\nASKING\r\n";

/// The guard as a further key; nothing where the keys have no hash tag.
RedisWords guard_words(const RedisWords& keys) {
  RedisWords words;
  if (const std::string_view guard = slot_guard(keys.word(0)); !guard.empty()) words.arg(guard);
  return words;
}

}  // namespace

template <class Push>
Result<RedisPipeline::Answer> RedisNodeImpl::queued(Push push) {
  if (!connected_ || stopping_) return fail(ErrorCode::kUnavailable, "redis: not connected");
  Result<RedisPipeline::Answer> answer = push();
  if (!answer) return answer;
  watch_oldest();
  start_flush();
  return answer;
}

Result<RedisPipeline::Answer> RedisNodeImpl::ask(std::initializer_list<std::string_view> pieces) {
  return queued([&] { return pipeline_->push(pieces, loop_.now(), limits_); });
}

Task<Result<RedisReply>> RedisNodeImpl::run(const RedisCommand& command) {
  const std::string bytes = command.encode();
  if (must_wait(bytes.size())) {
    const auto room = co_await room_.wait(bytes.size());
    if (!room) co_return std::unexpected(room.error());
  }
  const Result<RedisPipeline::Answer> answer = ask({bytes});
  if (!answer) co_return std::unexpected(answer.error());
  co_return co_await *answer;
}

Task<Result<RedisReply>> RedisNodeImpl::run_asking(const RedisCommand& command) {
  const std::string bytes = command.encode();
  if (must_wait(bytes.size() + kAsking.size())) {
    const auto room = co_await room_.wait(bytes.size() + kAsking.size());
    if (!room) co_return std::unexpected(room.error());
  }
  // Good for the next command of the connection, whichever that is.
  const Result<RedisPipeline::Answer> answer =
      queued([&] { return pipeline_->push_both(kAsking, bytes, loop_.now(), limits_); });
  if (!answer) co_return std::unexpected(answer.error());
  co_return co_await *answer;
}

Task<Result<RedisReply>> RedisNodeImpl::eval(const RedisScript& script, const RedisScriptInput& input) {
  RedisWords guard;
  if (in_cluster_) guard = guard_words(input.keys);
  const auto call = [&](std::string_view verb, std::string_view text) {
    const std::size_t keys = input.keys.count() + guard.count();
    RedisWords head;
    head.reserve(3, verb.size() + text.size());
    head.arg(verb).arg(text).arg(static_cast<std::int64_t>(keys));
    const std::string count = '*' + std::to_string(head.count() + keys + input.args.count()) + "\r\n";
    return ask({count, head.bytes(), input.keys.bytes(), guard.bytes(), input.args.bytes()});
  };
  const std::size_t bytes =
      input.keys.bytes().size() + guard.bytes().size() + input.args.bytes().size() + kScriptHead;
  if (must_wait(bytes)) {
    const auto room = co_await room_.wait(bytes);
    if (!room) co_return std::unexpected(room.error());
  }
  const Result<RedisPipeline::Answer> answer = call("EVALSHA", script.sha());
  if (!answer) co_return std::unexpected(answer.error());
  Result<RedisReply> reply = co_await *answer;
  if (!reply || !reply->is_error() || !reply->text().starts_with("NOSCRIPT")) co_return reply;
  const Result<RedisPipeline::Answer> again = call("EVAL", script.source());
  if (!again) co_return std::unexpected(again.error());
  co_return co_await *again;
}

Task<void> RedisNodeImpl::before_write(std::string_view /*key*/) {
  // What waited behind a write that Redis does not take would be in no account of ours (RedisRoom).
  if (!connected_ || stopping_ || writing_) {
    co_await yield_to(loop_);
    co_return;
  }
  const OneShot<bool> about_to_write;
  before_write_.push_back(about_to_write);
  start_flush();
  co_await about_to_write;
}

Task<bool> RedisNodeImpl::wait_connected(Deadline deadline) {
  if (connected_) co_return true;
  if (stopping_) co_return false;
  const OneShot<bool> done;
  std::erase_if(waiting_for_connection_, [](const OneShot<bool>& waiting) { return waiting.is_set(); });
  waiting_for_connection_.push_back(done);
  const Expiry expiry(loop_, deadline.at, [&done] { done.set(false); });
  co_return co_await done;
}

}  // namespace wac::net
