// The connection of one node: made, greeted, read, written, and made again.

#include "net/expiry.h"
#include "net/redis_greeting.h"
#include "net/redis_node_impl.h"

#include <algorithm>

namespace wac::net {
namespace {

/// A write buffer that a burst made larger is given back.
constexpr std::size_t kSpareBytes = 256 * 1024;

}  // namespace

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

std::unique_ptr<RedisNode> RedisNode::make(EventLoop& loop, RedisAddress address, TlsContext* tls,
                                           RedisLimits limits, RedisHooks hooks, Random& random) {
  return std::make_unique<RedisNodeImpl>(loop, std::move(address), tls, limits, std::move(hooks), random);
}

}  // namespace wac::net
