#include "net/redis_node.h"

#include "net/client_stream.h"
#include "net/expiry.h"
#include "net/redis_greeting.h"
#include "net/redis_room.h"
#include "net/redis_slots.h"

#include <algorithm>
#include <array>

namespace wac::net {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;
/// At most so much stands before a script's keys: counts, verb and hash.
constexpr std::size_t kScriptHead = 128;
/// A write buffer that a burst made larger is given back.
constexpr std::size_t kSpareBytes = 256 * 1024;
constexpr std::string_view kAsking = "*1\r\n$6\r\nASKING\r\n";

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
  Result<RedisPipeline::Answer> ask(std::initializer_list<std::string_view> pieces) {
    return queued([&] { return pipeline_->push(pieces, loop_.now(), limits_); });
  }
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
  std::array<char, kReadBytes> buffer_;
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

/// The guard as a further key; nothing where the keys have no hash tag.
RedisWords guard_words(const RedisWords& keys) {
  RedisWords words;
  if (const std::string_view guard = slot_guard(keys.word(0)); !guard.empty()) words.arg(guard);
  return words;
}

Task<Result<void>> RedisNodeImpl::greet(Deadline deadline) {
  std::size_t expected = 0;
  std::string bytes = redis_greeting(address_, expected);
  const Expiry expiry(loop_, deadline.at, [this] { stream_->close(); });
  const IoResult written = co_await write_all(*stream_, asio::buffer(bytes));
  wipe(bytes);
  if (expiry.fired()) co_return fail(ErrorCode::kTimeout, "redis: greeting");
  if (written.ec) co_return fail(ErrorCode::kConnectionLost, "redis: greeting", written.ec.value());
  RedisReplyReader reader;
  std::vector<RedisReply> answers;
  while (answers.size() < expected) {
    const IoResult got = co_await read_some(*stream_, asio::buffer(buffer_));
    if (expiry.fired()) co_return fail(ErrorCode::kTimeout, "redis: greeting");
    if (got.ec) co_return fail(ErrorCode::kConnectionLost, "redis: greeting", got.ec.value());
    if (const auto fed = reader.feed({buffer_.data(), got.n}); !fed) co_return fed;
    for (;;) {
      Result<std::optional<RedisReply>> next = reader.next();
      if (!next) co_return std::unexpected(next.error());
      if (!*next) break;
      answers.push_back(std::move(**next));
    }
  }
  if (answers.size() != expected) co_return fail(ErrorCode::kProtocol, "redis: an answer to no command");
  const Result<bool> cluster = judge_greeting(answers, !address_.password.empty());
  if (!cluster) co_return std::unexpected(cluster.error());
  in_cluster_ = *cluster;
  co_return Result<void>{};
}

Task<Result<void>> RedisNodeImpl::connect() {
  if (address_.tls && tls_ == nullptr) co_return fail(ErrorCode::kTlsFailed, "redis: no TLS context");
  stream_.emplace(loop_);
  const Deadline deadline{loop_.now() + limits_.connect_deadline};
  StreamTarget target{address_.host, address_.port, address_.tls ? tls_ : nullptr, session_};
  const Result<void> opened = co_await stream_->open(std::move(target), deadline);
  if (!opened) co_return opened;
  co_return co_await greet(deadline);
}

Task<void> RedisNodeImpl::keep_connected() {
  int attempt = 0;
  while (!stopping_) {
    Result<void> outcome = co_await connect();
    if (outcome && !stopping_) {
      const MonoTime since = loop_.now();
      pipeline_.emplace(limits_.replicas, limits_.command_deadline / 2);
      set_connected(true);
      outcome = co_await read_answers();
      set_connected(false);
      stream_->close();
      loop_.cancel(std::exchange(oldest_timer_, 0));
      // The writer may still hold commands of this connection.
      co_await writers_.join();
      pipeline_->fail_all();
      room_.wake_all();
      if (drained_) drained_->set(true);
      // A server that accepts and drops at once must not be asked without a pause.
      if (loop_.now() - since >= limits_.backoff_max) attempt = 0;
    }
    stream_->close();
    if (!outcome) last_error_ = outcome.error();
    if (!stopping_) co_await back_off(attempt++);
  }
}

void RedisNodeImpl::set_connected(bool connected) {
  connected_ = connected;
  if (connected) last_error_ = Error{};
  if (hooks_.state) hooks_.state(connected);
  if (!connected) return;
  for (const OneShot<bool>& waiting : std::exchange(waiting_for_connection_, {})) waiting.set(true);
}

Task<void> RedisNodeImpl::back_off(int attempt) {
  // Full jitter: clients that lost their server together do not come back together.
  const auto doubled = limits_.backoff_first * (std::int64_t{1} << std::min(attempt, 20));
  const auto most = std::max<std::int64_t>(std::min(doubled, limits_.backoff_max).count(), 0);
  const Millis pause{random_.below(static_cast<std::uint64_t>(most) + 1)};
  asleep_.emplace();
  const Expiry expiry(loop_, loop_.now() + pause, [this] { asleep_->set(true); });
  co_await *asleep_;
  asleep_.reset();
}

Task<Result<void>> RedisNodeImpl::read_answers() {
  for (;;) {
    const IoResult got = co_await read_some(*stream_, asio::buffer(buffer_));
    if (got.ec) co_return fail(ErrorCode::kConnectionLost, "redis: read", got.ec.value());
    const MonoTime now = loop_.now();
    const auto answered = [this, now](MonoTime since) {
      if (hooks_.answered) hooks_.answered(std::chrono::duration_cast<Micros>(now - since));
    };
    const Result<void> fed = pipeline_->feed({buffer_.data(), got.n}, answered);
    if (!fed) co_return fed;
    room_.give(*pipeline_);
    if (drained_ && pipeline_->empty()) drained_->set(true);
  }
}

Task<void> RedisNodeImpl::flush() {
  // After the turn: whatever other work of this turn asks for leaves in the same write.
  co_await yield_to(loop_);
  for (;;) {
    for (const OneShot<bool>& waiting : std::exchange(before_write_, {})) waiting.set(true);
    // What is not handed to an open stream stays unwritten, and its callers hear so.
    if (!connected_ || !stream_->is_open() || !pipeline_->has_output()) break;
    written_bytes_ = pipeline_->take_output(std::move(written_bytes_));
    const std::string& bytes = written_bytes_;
    writing_ = true;
    const IoResult written = co_await write_all(*stream_, asio::buffer(bytes));
    writing_ = false;
    // The reader finds out too, and everything unanswered fails there.
    if (written.ec) stream_->close();
  }
  if (written_bytes_.capacity() > kSpareBytes) written_bytes_ = {};
  flushing_ = false;
  // Of those who heard that there is no connection, some may have come back at once.
  if (!before_write_.empty()) start_flush();
}

void RedisNodeImpl::start_flush() {
  if (!std::exchange(flushing_, true)) writers_.spawn(flush());
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

void RedisNodeImpl::watch_oldest() {
  if (oldest_timer_ != 0 || pipeline_->empty()) return;
  oldest_timer_ = loop_.call_at(pipeline_->oldest() + limits_.command_deadline, [this] { check_oldest(); });
}

void RedisNodeImpl::check_oldest() {
  oldest_timer_ = 0;
  if (pipeline_->empty()) return;
  if (loop_.now() < pipeline_->oldest() + limits_.command_deadline) return watch_oldest();
  // Answers come in order: behind a late one nothing can be told apart any more.
  stream_->close();
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

template <class Push>
Result<RedisPipeline::Answer> RedisNodeImpl::queued(Push push) {
  if (!connected_ || stopping_) return fail(ErrorCode::kUnavailable, "redis: not connected");
  Result<RedisPipeline::Answer> answer = push();
  if (!answer) return answer;
  watch_oldest();
  start_flush();
  return answer;
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

Task<void> RedisNodeImpl::stop(Deadline deadline) {
  stopping_ = true;
  if (connected_ && !pipeline_->empty()) {
    drained_.emplace();
    const Expiry expiry(loop_, deadline.at, [this] { drained_->set(false); });
    co_await *drained_;
  }
  for (const OneShot<bool>& waiting : std::exchange(waiting_for_connection_, {})) waiting.set(false);
  room_.wake_all();
  if (stream_) stream_->close();
  if (asleep_) asleep_->set(true);
  co_await tasks_.join();
}

}  // namespace

std::unique_ptr<RedisNode> RedisNode::make(EventLoop& loop, RedisAddress address, TlsContext* tls,
                                           RedisLimits limits, RedisHooks hooks, Random& random) {
  return std::make_unique<RedisNodeImpl>(loop, std::move(address), tls, limits, std::move(hooks), random);
}

}  // namespace wac::net
