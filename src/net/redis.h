#pragma once
// One auto-pipelined Redis connection per loop: commands of one loop turn leave in one write, answers come in
// order. Reconnects by itself with jittered backoff.

#include "base/error.h"
#include "base/personal.h"
#include "base/random.h"
#include "base/task.h"
#include "net/event_loop.h"
#include "net/tls.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct redisReply;

namespace wac::net {

/// Where and how to connect.
struct RedisAddress {
  bool tls = false;
  std::string host;
  std::uint16_t port = 6379;
  std::string user;  ///< ACL user; empty: "default"
  Secret password;   ///< empty: no AUTH
  int database = 0;
};

/// `redis[s]://[[user]:password@]host[:port][/db]`, percent-decoded. The error never quotes the URL.
Result<RedisAddress> parse_redis_url(const Secret& url);

/// An answer: a tree owned by its root. Accessors of the wrong kind give empty values, so that a script's
/// contract is checked once, by its caller.
class RedisReply {
 public:
  enum class Kind : std::uint8_t { kNil, kInteger, kString, kStatus, kError, kArray };

  explicit RedisReply(redisReply* owned);
  Kind kind() const;
  bool is_nil() const { return kind() == Kind::kNil; }
  bool is_error() const { return kind() == Kind::kError; }
  std::int64_t integer() const;
  /// String, status or error text. Valid as long as the root reply.
  std::string_view text() const;
  std::size_t size() const;
  /// A view of element i; the root must outlive it. Out of range: nil.
  RedisReply operator[](std::size_t i) const;
  /// Element i, keeping its root.
  RedisReply part(std::size_t i) const;

 private:
  RedisReply(const redisReply* view, std::nullptr_t);
  std::shared_ptr<redisReply> owned_;
  const redisReply* node_ = nullptr;
};

/// Arguments as they go over the wire: `$<size>\r\n<bytes>\r\n` each, built without intermediate copies.
class RedisWords {
 public:
  RedisWords& arg(std::string_view value);
  RedisWords& arg(std::int64_t value);
  RedisWords& append(const RedisWords& more);
  /// Makes room for further arguments of so many bytes in all.
  void reserve(std::size_t count, std::size_t bytes);
  std::size_t count() const { return count_; }
  const std::string& bytes() const { return bytes_; }

 private:
  std::size_t count_ = 0;
  std::string bytes_;
};

/// A command: `*<count>\r\n`, then its words.
class RedisCommand {
 public:
  explicit RedisCommand(std::string_view name) { words_.arg(name); }
  RedisCommand& arg(std::string_view value);
  RedisCommand& arg(std::int64_t value);
  /// The RESP bytes: `*<count>\r\n…`.
  std::string encode() const;
  void append_to(std::string& out) const;
  /// At most this many bytes once encoded.
  std::size_t max_size() const;

 private:
  RedisWords words_;
};

/// What a script is called with.
struct RedisScriptInput {
  RedisWords keys;
  RedisWords args;
};

/// A Lua script known by its SHA-1. Keys of one call share a hash tag.
class RedisScript {
 public:
  explicit RedisScript(std::string source);
  const std::string& source() const { return source_; }
  const std::string& sha() const { return sha_; }

 private:
  std::string source_;
  std::string sha_;
};

struct RedisLimits {
  std::size_t commands_in_flight = 10'000;  ///< beyond it: kOverloaded, nothing written
  /// Unsent plus unanswered request bytes. What would exceed it waits for room, first come first served, for
  /// up to `command_deadline`; then, or if it can never have room: kOverloaded.
  std::size_t pending_bytes = 64 * 1024 * 1024;
  std::size_t waiting_bytes = 128 * 1024 * 1024;  ///< of what waits for room; beyond it: kOverloaded
  Millis connect_deadline{3'000};
  Millis command_deadline{2'000};  ///< an answer later than this: the connection is dropped
  Millis backoff_first{50};        ///< reconnect delay, full jitter, doubling
  Millis backoff_max{2'000};
};

struct RedisHooks {
  /// Latency of each answered command.
  std::function<void(Micros)> answered;
  /// Connected (true) or lost (false).
  std::function<void(bool)> state;
};

class RedisClient {
 public:
  /// `tls` may be null when the address is not TLS; otherwise it outlives the client.
  static std::unique_ptr<RedisClient> make(EventLoop& loop, RedisAddress address, TlsContext* tls,
                                           RedisLimits limits, RedisHooks hooks, Random& random);
  virtual ~RedisClient() = default;

  /// Begins connecting and keeps doing so. Commands given while disconnected fail at once with kUnavailable.
  virtual void start() = 0;
  virtual bool connected() const = 0;
  /// Why the last attempt to connect failed or the connection was lost (kUnauthorized: the credentials are
  /// wrong); detail 0 and an empty `where` while connected.
  virtual Error last_error() const { return {}; }
  /// Completes when connected, or with false at the deadline.
  virtual Task<bool> wait_connected(Deadline deadline) = 0;

  /// Errors: kUnavailable, kOverloaded (nothing was written), kUnknownOutcome (written, no answer). An error
  /// *answer* of Redis is a reply with is_error().
  virtual Task<Result<RedisReply>> run(RedisCommand command) = 0;

  /// EVALSHA; on NOSCRIPT (which means: not executed) once more with the source.
  virtual Task<Result<RedisReply>> eval(const RedisScript& script, RedisScriptInput input) = 0;

  /// Waits for what is in flight until the deadline, then closes.
  virtual Task<void> stop(Deadline deadline) = 0;
};

}  // namespace wac::net
