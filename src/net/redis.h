#pragma once
// Auto-pipelined Redis connections of a loop, one to each server: commands of one loop turn leave in one
// write, answers come in order. They reconnect by themselves with jittered backoff. Whether the server at the
// address stands alone or belongs to a cluster it says itself; in a cluster each command goes to the master
// of its key.

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
  /// Word i; empty where there is none. Valid until the next change.
  std::string_view word(std::size_t i) const;
  const std::string& bytes() const { return bytes_; }

 private:
  std::size_t count_ = 0;
  std::string bytes_;
};

/// A command: `*<count>\r\n`, then its words.
class RedisCommand {
 public:
  explicit RedisCommand(std::string_view name);
  RedisCommand& arg(std::string_view value);
  RedisCommand& arg(std::int64_t value);
  /// The RESP bytes: `*<count>\r\n…`.
  std::string encode() const;
  void append_to(std::string& out) const;
  /// At most this many bytes once encoded.
  std::size_t max_size() const;
  /// The first argument. A cluster routes by it.
  std::string_view key() const { return words_.word(1); }

 private:
  RedisWords words_;
};

/// What a script is called with. A cluster routes by the first key, and there the script finds one key more
/// than these at the end: slot_guard() of redis_slots.h.
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

/// Of one connection.
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
  /// So many replicas must have what was written before an answer counts (WAIT, once for each write of the
  /// connection). With fewer after half of `command_deadline`: kUnknownOutcome. 0: answers count at once.
  std::uint32_t replicas = 0;
};

struct RedisHooks {
  /// Latency of each answered command.
  std::function<void(Micros)> answered;
  /// Connected (true) or lost (false).
  std::function<void(bool)> state;
};

class RedisClient {
 public:
  /// `tls` may be null when the address is not TLS; otherwise it outlives the client. The nodes of a cluster
  /// are met with the same credentials and the same TLS, each verified under the name the cluster announces.
  static std::unique_ptr<RedisClient> make(EventLoop& loop, RedisAddress address, TlsContext* tls,
                                           RedisLimits limits, RedisHooks hooks, Random& random);
  virtual ~RedisClient() = default;

  /// Begins connecting and keeps doing so. Commands given while disconnected fail at once with kUnavailable.
  virtual void start() = 0;
  /// In a cluster: to every node that was needed so far.
  virtual bool connected() const = 0;
  /// Why the last attempt to connect failed or the connection was lost (kUnauthorized: the credentials are
  /// wrong; kInvalid: a cluster has no such database); detail 0 and an empty `where` while connected.
  virtual Error last_error() const { return {}; }
  /// Completes when connected, or with false at the deadline.
  virtual Task<bool> wait_connected(Deadline deadline) = 0;
  /// Whether the server said that it belongs to a cluster.
  virtual bool in_cluster() const { return false; }

  /// Errors: kUnavailable, kOverloaded (nothing was written), kUnknownOutcome (written, no answer). An error
  /// *answer* of Redis is a reply with is_error(). In a cluster also kUnavailable where the key's slot is
  /// without a node, or on its way to another one for longer than `command_deadline`; nothing was done then.
  virtual Task<Result<RedisReply>> run(const RedisCommand& command) = 0;

  /// EVALSHA; on NOSCRIPT (which means: not executed) once more with the source.
  virtual Task<Result<RedisReply>> eval(const RedisScript& script, const RedisScriptInput& input) = 0;

  /// Of these keys one for each server that holds some, and one of those that none does.
  virtual std::vector<std::string> one_per_server(std::vector<std::string> keys) const;
  /// Runs a command without a key at each server that holds one of these. The first failure counts for all.
  virtual Task<Result<std::vector<RedisReply>>> run_at_each(const RedisCommand& command,
                                                            std::vector<std::string> keys);

  /// Completes after this turn of the loop, where possible when the next write to the server of `key` is
  /// about to leave: what is asked for then, before the next suspension, is in it. So what others ask for
  /// until then can be gathered into one command.
  virtual Task<void> before_write(std::string_view key) = 0;

  /// Waits for what is in flight until the deadline, then closes.
  virtual Task<void> stop(Deadline deadline) = 0;
};

}  // namespace wac::net
