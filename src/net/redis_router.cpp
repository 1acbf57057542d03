#include "net/expiry.h"
#include "net/redis_cluster.h"

#include <algorithm>
#include <list>
#include <set>

namespace wac::net {
namespace {

/// One more than that, and the nodes do not agree.
constexpr int kRedirectsMost = 5;
/// Between two attempts while a slot is on its way; doubling.
constexpr Millis kFirstPause{10};

/// What is sent, and sent again. Borrowed of the caller.
struct Request {
  const RedisCommand* command = nullptr;
  const RedisScript* script = nullptr;
  const RedisScriptInput* input = nullptr;

  std::string_view key() const { return script == nullptr ? command->key() : input->keys.word(0); }
  std::size_t bytes() const {
    return script == nullptr ? command->max_size() : input->keys.bytes().size() + input->args.bytes().size();
  }
  Task<Result<RedisReply>> send(RedisNode& node, bool asking) const {
    if (script != nullptr) return node.eval(*script, *input);
    return asking ? node.run_asking(*command) : node.run(*command);
  }
};

/// Gives a server that stands alone what it is given, and in a cluster each node what is its own.
class RedisRouter final : public RedisClient {
 public:
  RedisRouter(EventLoop& loop, RedisAddress address, TlsContext* tls, RedisLimits limits, RedisHooks hooks,
              Random& random)
      : loop_(loop),
        limits_(limits),
        cluster_(loop, std::move(address), tls, limits, std::move(hooks), random) {}

  void start() override { cluster_.start(); }
  bool connected() const override { return cluster_.connected(); }
  Error last_error() const override { return cluster_.last_error(); }
  Task<bool> wait_connected(Deadline deadline) override { return cluster_.wait_connected(deadline); }
  bool in_cluster() const override { return cluster_.found(); }
  Task<Result<RedisReply>> run(const RedisCommand& command) override {
    return cluster_.found() ? route({.command = &command}) : cluster_.seed().run(command);
  }
  Task<Result<RedisReply>> eval(const RedisScript& script, const RedisScriptInput& input) override {
    return cluster_.found() ? route({.script = &script, .input = &input})
                            : cluster_.seed().eval(script, input);
  }
  Task<void> before_write(std::string_view key) override;
  std::vector<std::string> one_per_server(std::vector<std::string> keys) const override;
  Task<Result<std::vector<RedisReply>>> run_at_each(const RedisCommand& command,
                                                    std::vector<std::string> keys) override;
  Task<void> stop(Deadline deadline) override;

 private:
  Task<Result<RedisReply>> route(Request request);
  Task<void> before_write_there(std::string_view key);
  /// While a slot is on its way. False: stopped, or too much waits already.
  Task<bool> pause(Millis time, std::size_t bytes);

  EventLoop& loop_;
  RedisLimits limits_;
  RedisCluster cluster_;
  std::list<OneShot<bool>> paused_;
  std::size_t paused_bytes_ = 0;
  bool stopping_ = false;
};

Task<Result<RedisReply>> RedisRouter::route(Request request) {
  using Kind = RedisRedirect::Kind;
  const std::uint16_t slot = redis_slot(request.key());
  const MonoTime until = loop_.now() + limits_.command_deadline;
  RedisCluster::MemberPtr there = cluster_.master_of(slot);
  bool asking = false;
  Millis wait = kFirstPause;
  for (int redirects = 0; there && redirects <= kRedirectsMost;) {
    if (!there->tried) co_await cluster_.meet(there);
    Result<RedisReply> reply = co_await request.send(*there->node, std::exchange(asking, false));
    if (!reply) {
      if (reply.error().code == ErrorCode::kOverloaded) co_return reply;
      cluster_.want_slots();
      // Nothing was done, and meanwhile another node has the slot.
      RedisCluster::MemberPtr master = cluster_.master_of(slot);
      if (reply.error().code != ErrorCode::kUnavailable || master == there) co_return reply;
      there = std::move(master);
      ++redirects;
      continue;
    }
    if (!reply->is_error()) co_return reply;
    RedisRedirect next = redirect_from(reply->text(), there->endpoint.host);
    // Of a script some keys may be here and some there: it waits until all are in one place.
    if (next.kind == Kind::kAsk && request.script != nullptr) next.kind = Kind::kTryAgain;
    switch (next.kind) {
      case Kind::kNone:
        co_return reply;
      case Kind::kOutdated:
        cluster_.want_slots();
        co_return reply;
      case Kind::kMoved:
        cluster_.moved(slot, next.to);
        there = cluster_.member_at(next.to);
        ++redirects;
        break;
      case Kind::kAsk:
        there = cluster_.member_at(next.to);
        asking = true;
        ++redirects;
        break;
      case Kind::kTryAgain: {
        bool goes_on = loop_.now() + wait < until;
        if (goes_on) goes_on = co_await pause(wait, request.bytes());
        if (!goes_on) co_return fail(ErrorCode::kUnavailable, "redis: the slot is being moved");
        wait *= 2;
        there = cluster_.master_of(slot);
        break;
      }
    }
  }
  co_return fail(ErrorCode::kUnavailable, "redis: no node for the slot");
}

Task<bool> RedisRouter::pause(Millis time, std::size_t bytes) {
  if (stopping_ || bytes > limits_.waiting_bytes - std::min(limits_.waiting_bytes, paused_bytes_))
    co_return false;
  const OneShot<bool> over;
  const auto place = paused_.insert(paused_.end(), over);
  paused_bytes_ += bytes;
  const Expiry expiry(loop_, loop_.now() + time, [&over] { over.set(true); });
  const bool goes_on = co_await over;
  paused_bytes_ -= bytes;
  paused_.erase(place);
  co_return goes_on;
}

Task<void> RedisRouter::before_write(std::string_view key) {
  return cluster_.found() ? before_write_there(key) : cluster_.seed().before_write(key);
}

Task<void> RedisRouter::before_write_there(std::string_view key) {
  if (const RedisCluster::MemberPtr there = cluster_.master_of(redis_slot(key))) {
    co_await there->node->before_write(key);
  } else {
    co_await yield_to(loop_);
  }
}

std::vector<std::string> RedisRouter::one_per_server(std::vector<std::string> keys) const {
  if (!cluster_.found()) return RedisClient::one_per_server(std::move(keys));
  std::set<const RedisEndpoint*> seen;
  std::erase_if(keys,
                [&](const std::string& key) { return !seen.insert(cluster_.owner(redis_slot(key))).second; });
  return keys;
}

Task<Result<std::vector<RedisReply>>> RedisRouter::run_at_each(const RedisCommand& command,
                                                               std::vector<std::string> keys) {
  std::vector<RedisReply> replies;
  for (const std::string& key : one_per_server(std::move(keys))) {
    const RedisCluster::MemberPtr there = cluster_.found() ? cluster_.master_of(redis_slot(key)) : nullptr;
    if (cluster_.found() && !there) co_return fail(ErrorCode::kUnavailable, "redis: no node for the slot");
    if (there && !there->tried) co_await cluster_.meet(there);
    auto reply = co_await (there ? *there->node : cluster_.seed()).run(command);
    if (!reply) co_return std::unexpected(reply.error());
    replies.push_back(std::move(*reply));
  }
  co_return replies;
}

Task<void> RedisRouter::stop(Deadline deadline) {
  stopping_ = true;
  for (const OneShot<bool>& each : std::vector(paused_.begin(), paused_.end())) each.set(false);
  co_await cluster_.stop(deadline);
}

}  // namespace

std::unique_ptr<RedisClient> RedisClient::make(EventLoop& loop, RedisAddress address, TlsContext* tls,
                                               RedisLimits limits, RedisHooks hooks, Random& random) {
  return std::make_unique<RedisRouter>(loop, std::move(address), tls, limits, std::move(hooks), random);
}

std::vector<std::string> RedisClient::one_per_server(std::vector<std::string> keys) const {
  if (keys.size() > 1) keys.resize(1);
  return keys;
}

Task<Result<std::vector<RedisReply>>> RedisClient::run_at_each(const RedisCommand& command,
                                                               std::vector<std::string> /*keys*/) {
  auto reply = co_await run(command);
  if (!reply) co_return std::unexpected(reply.error());
  co_return std::vector<RedisReply>{std::move(*reply)};
}

}  // namespace wac::net
