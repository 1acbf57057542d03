#pragma once
// One node: redis_node.cpp has its connection, redis_node_commands.cpp what is asked of it. For these two
// only.

#include "net/client_stream.h"
#include "net/redis_node.h"
#include "net/redis_room.h"

#include <array>

namespace wac::net {

class RedisNodeImpl final : public RedisNode {
 public:
  RedisNodeImpl(EventLoop& loop, RedisAddress address, TlsContext* tls, RedisLimits limits, RedisHooks hooks,
                Random& random)
      : loop_(loop),
        address_(std::move(address)),
        tls_(tls),
        limits_(limits),
        hooks_(std::move(hooks)),
        random_(random) {}

  void start() override { tasks_.spawn(keep_connected()); }
  bool connected() const override { return connected_; }
  Error last_error() const override { return last_error_; }
  Task<bool> wait_connected(Deadline deadline) override;
  bool in_cluster() const override { return in_cluster_; }
  Task<Result<RedisReply>> run(const RedisCommand& command) override;
  Task<Result<RedisReply>> run_asking(const RedisCommand& command) override;
  Task<Result<RedisReply>> eval(const RedisScript& script, const RedisScriptInput& input) override;
  Task<void> before_write(std::string_view key) override;
  Task<void> stop(Deadline deadline) override;

 private:
  Task<void> keep_connected();
  Task<Result<void>> connect();
  Task<Result<void>> greet(Deadline deadline);
  Task<Result<void>> read_answers();
  /// Whether a command of so many bytes must wait for room.
  bool must_wait(std::size_t bytes) const {
    return connected_ && !stopping_ && room_.must_wait(bytes, *pipeline_);
  }
  /// What `push` queues leaves after this turn.
  template <class Push>
  Result<RedisPipeline::Answer> queued(Push push);
  /// Queues one command in pieces.
  Result<RedisPipeline::Answer> ask(std::initializer_list<std::string_view> pieces);
  void start_flush();
  Task<void> flush();
  Task<void> back_off(int attempt);
  void set_connected(bool connected);
  void watch_oldest();
  void check_oldest();

  EventLoop& loop_;
  RedisAddress address_;
  TlsContext* tls_;
  RedisLimits limits_;
  RedisHooks hooks_;
  Random& random_;

  std::shared_ptr<TlsSessionSlot> session_ = std::make_shared<TlsSessionSlot>();
  std::optional<ClientStream> stream_;
  std::optional<RedisPipeline> pipeline_;
  std::string written_bytes_;
  std::array<char, 64UL * 1024> buffer_;
  bool connected_ = false;
  bool in_cluster_ = false;
  bool flushing_ = false;
  bool writing_ = false;
  bool stopping_ = false;
  Error last_error_;
  Scheduler::TimerId oldest_timer_ = 0;
  std::vector<OneShot<bool>> waiting_for_connection_;
  std::vector<OneShot<bool>> before_write_;
  std::optional<OneShot<bool>> asleep_;
  std::optional<OneShot<bool>> drained_;
  RedisRoom room_{loop_, limits_};
  // Last, so that a client destroyed without stop() is found out before its state is gone.
  TaskScope writers_;
  TaskScope tasks_;
};

}  // namespace wac::net
