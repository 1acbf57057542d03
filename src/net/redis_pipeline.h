#pragma once
// The order of one Redis connection: commands out, answers in. Pure: no I/O, no clock, no timers. For net/
// only; touched on one loop.

#include "base/error.h"
#include "base/task.h"
#include "base/time.h"
#include "net/redis.h"

#include <deque>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wac::net {

/// Turns bytes in any slices into replies, within bounds a broken or hostile peer cannot exceed: 64 MiB and
/// 2^20 elements a reply, nesting of 7.
class RedisReplyReader {
 public:
  static constexpr std::size_t kReplyBytes = 64 * 1024 * 1024;
  static constexpr int kReplyElements = 1 << 20;

  RedisReplyReader();
  ~RedisReplyReader();
  RedisReplyReader(const RedisReplyReader&) = delete;
  RedisReplyReader& operator=(const RedisReplyReader&) = delete;

  /// Error: kTooLarge. After an error the reader is finished.
  Result<void> feed(std::string_view bytes);
  /// The next whole reply, or nothing yet. Error: kProtocol.
  Result<std::optional<RedisReply>> next();

 private:
  struct Codec;
  std::unique_ptr<Codec> codec_;
  std::size_t since_reply_ = 0;
};

class RedisPipeline {
 public:
  using Answer = OneShot<Result<RedisReply>>;

  /// `replicas`, and how long they have: as RedisLimits::replicas. Answers are held back until WAIT, which
  /// follows what leaves together, has said how many replicas have it.
  explicit RedisPipeline(std::uint32_t replicas = 0, Millis patience = {})
      : replicas_(replicas), patience_(patience) {}

  /// Takes a command, encoded, in pieces. kOverloaded when it would exceed a limit.
  Result<Answer> push(std::initializer_list<std::string_view> pieces, MonoTime now,
                      const RedisLimits& limits);
  Result<Answer> push(std::string_view bytes, MonoTime now, const RedisLimits& limits) {
    return push({bytes}, now, limits);
  }

  /// Takes two commands that nothing may part, or neither. The first one's answer tells nothing.
  Result<Answer> push_both(std::string_view first, std::string_view second, MonoTime now,
                           const RedisLimits& limits);

  /// Whether so many bytes more would stay within `limits.pending_bytes`.
  bool has_room(std::size_t bytes, const RedisLimits& limits) const;

  bool has_output() const { return !output_.empty(); }
  /// Everything not yet written. From here on these commands count as written. `spare`: a buffer whose memory
  /// is used for what comes next.
  std::string take_output(std::string spare = {});

  /// Completes the commands that `bytes` answer, calling `answered` with the waiting time's start of each.
  /// Errors: kProtocol (also for an answer nobody asked for), kTooLarge.
  template <class Answered>
  Result<void> feed(std::string_view bytes, Answered answered) {
    if (auto fed = reader_.feed(bytes); !fed) return fed;
    for (;;) {
      Result<std::optional<RedisReply>> reply = reader_.next();
      if (!reply) return std::unexpected(reply.error());
      if (!*reply) return {};
      if (pending_.empty() || written_ == 0)
        return fail(ErrorCode::kProtocol, "redis: an answer to no command");
      Pending done = pop();
      if (replicas_ == 0) {
        answered(done.since);
        done.answer.set(std::move(**reply));
      } else if (done.is_wait) {
        for (const Held& held : held_) answered(held.since);
        release(**reply);
      } else {
        held_.push_back({std::move(done.answer), done.since, std::move(**reply)});
      }
    }
  }

  /// The connection is gone: what was written completes with kUnknownOutcome, the rest with kUnavailable.
  /// Commands given meanwhile stay.
  void fail_all();

  bool empty() const { return pending_.empty(); }
  std::size_t size() const { return pending_.size(); }
  /// When the oldest unanswered command was given; not when empty.
  MonoTime oldest() const { return pending_.front().since; }

 private:
  struct Pending {
    Answer answer;
    MonoTime since;
    std::size_t bytes;
    bool is_wait = false;
  };
  /// Answered, but not known to be on enough replicas.
  struct Held {
    Answer answer;
    MonoTime since;
    RedisReply reply;
  };
  Pending pop();
  void release(const RedisReply& wait);
  Result<void> admit(std::size_t commands, std::size_t bytes, const RedisLimits& limits) const;
  Answer expect(std::size_t bytes, MonoTime now);

  std::uint32_t replicas_;
  Millis patience_;
  RedisReplyReader reader_;
  std::deque<Pending> pending_;
  std::vector<Held> held_;
  std::size_t written_ = 0;
  std::size_t bytes_ = 0;
  std::string output_;
};

}  // namespace wac::net
