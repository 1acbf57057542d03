#include "net/redis_pipeline.h"

#include <hiredis/hiredis.h>

#include <cstdlib>

namespace wac::net {

/// hiredis' reader with one function of its table replaced: it would allocate whatever an array's header
/// announces, before any element has arrived.
struct RedisReplyReader::Codec {
  Codec() : reader(redisReaderCreate()) {
    if (reader == nullptr) std::abort();
    functions = *reader->fn;
    create_array = functions.createArray;
    functions.createArray = &Codec::create_bounded_array;
    reader->fn = &functions;
    reader->privdata = this;
  }
  ~Codec() { redisReaderFree(reader); }
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;

  static void* create_bounded_array(const redisReadTask* task, int elements) {
    if (elements > kReplyElements) return nullptr;
    return static_cast<const Codec*>(task->privdata)->create_array(task, elements);
  }

  redisReader* reader;
  redisReplyObjectFunctions functions;
  void* (*create_array)(const redisReadTask*, int) = nullptr;
};

RedisReplyReader::RedisReplyReader() : codec_(std::make_unique<Codec>()) {}
RedisReplyReader::~RedisReplyReader() = default;

Result<void> RedisReplyReader::feed(std::string_view bytes) {
  since_reply_ += bytes.size();
  if (since_reply_ > kReplyBytes) return fail(ErrorCode::kTooLarge, "redis: reply");
  if (redisReaderFeed(codec_->reader, bytes.data(), bytes.size()) == REDIS_OK) return {};
  return fail(ErrorCode::kProtocol, "redis: reader");
}

Result<std::optional<RedisReply>> RedisReplyReader::next() {
  void* reply = nullptr;
  if (redisReaderGetReply(codec_->reader, &reply) != REDIS_OK)
    return fail(ErrorCode::kProtocol, "redis: reply");
  if (reply == nullptr) return std::optional<RedisReply>{};
  since_reply_ = 0;
  return RedisReply(static_cast<redisReply*>(reply));
}

Result<void> RedisPipeline::admit(std::size_t commands, std::size_t bytes, const RedisLimits& limits) const {
  if (pending_.size() + commands > limits.commands_in_flight) {
    return fail(ErrorCode::kOverloaded, "redis: too many commands in flight");
  }
  if (!has_room(bytes, limits)) return fail(ErrorCode::kOverloaded, "redis: too many bytes in flight");
  return {};
}

bool RedisPipeline::has_room(std::size_t bytes, const RedisLimits& limits) const {
  return bytes <= limits.pending_bytes - std::min(limits.pending_bytes, bytes_);
}

RedisPipeline::Answer RedisPipeline::expect(std::size_t bytes, MonoTime now) {
  bytes_ += bytes;
  return pending_.emplace_back(Answer{}, now, bytes).answer;
}

Result<RedisPipeline::Answer> RedisPipeline::push(std::initializer_list<std::string_view> pieces,
                                                  MonoTime now, const RedisLimits& limits) {
  std::size_t bytes = 0;
  for (const std::string_view piece : pieces) bytes += piece.size();
  if (const auto admitted = admit(1, bytes, limits); !admitted) return std::unexpected(admitted.error());
  for (const std::string_view piece : pieces) output_ += piece;
  return expect(bytes, now);
}

Result<RedisPipeline::Answer> RedisPipeline::push_both(std::string_view first, std::string_view second,
                                                       MonoTime now, const RedisLimits& limits) {
  if (const auto admitted = admit(2, first.size() + second.size(), limits); !admitted)
    return std::unexpected(admitted.error());
  output_.append(first).append(second);
  static_cast<void>(expect(first.size(), now));
  return expect(second.size(), now);
}

std::string RedisPipeline::take_output(std::string spare) {
  if (replicas_ != 0 && !output_.empty()) {
    RedisCommand{"WAIT"}.arg(std::int64_t{replicas_}).arg(patience_.count()).append_to(output_);
    pending_.push_back({Answer{}, pending_.back().since, 0, true});
  }
  written_ = pending_.size();
  spare.clear();
  std::swap(output_, spare);
  return spare;
}

RedisPipeline::Pending RedisPipeline::pop() {
  Pending first = std::move(pending_.front());
  pending_.pop_front();
  --written_;
  bytes_ -= first.bytes;
  return first;
}

void RedisPipeline::release(const RedisReply& wait) {
  const bool enough = !wait.is_error() && wait.integer() >= std::int64_t{replicas_};
  for (Held& held : std::exchange(held_, {})) {
    // An error says that nothing was done.
    if (enough || held.reply.is_error()) {
      held.answer.set(std::move(held.reply));
    } else {
      held.answer.set(fail(ErrorCode::kUnknownOutcome, "redis: not on enough replicas"));
    }
  }
}

void RedisPipeline::fail_all() {
  for (const Held& held : std::exchange(held_, {}))
    held.answer.set(fail(ErrorCode::kUnknownOutcome, "redis: connection lost before replicas had it"));
  const std::size_t written = std::exchange(written_, 0);
  std::deque<Pending> all = std::exchange(pending_, {});
  output_.clear();
  bytes_ = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].answer.set(i < written
                          ? fail(ErrorCode::kUnknownOutcome, "redis: connection lost before the answer")
                          : fail(ErrorCode::kUnavailable, "redis: connection lost before the command left"));
  }
}

}  // namespace wac::net
