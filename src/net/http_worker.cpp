#include "net/http_worker.h"

#include "net/event_loop_impl.h"
#include "net/http_connection.h"

namespace wac::net {

void HttpWorker::adopt(UniqueFd socket, std::string peer) {
  loop_.post([self = shared_from_this(), socket = std::move(socket), peer = std::move(peer)]() mutable {
    if (self->draining_) {
      self->assigned_.fetch_sub(1, std::memory_order_relaxed);
      return;
    }
    HttpWorker& worker = *self;
    worker.tasks_.spawn(serve(std::move(self), std::move(socket), std::move(peer)));
  });
}

// The parameter `self` outlives the frame's body: a worker whose server is gone ends with its last
// connection.
Task<void> HttpWorker::serve(std::shared_ptr<HttpWorker> self, UniqueFd socket, std::string peer) {
  HttpConnection connection(*self, std::move(socket), std::move(peer));
  co_await connection.run();
}

void HttpWorker::add(HttpConnection& connection) {
  connection.slot_ = connections_.size();
  connections_.push_back(&connection);
  if (sweep_timer_ == 0) arm_sweep();
}

void HttpWorker::remove(HttpConnection& connection) {
  connections_.back()->slot_ = connection.slot_;
  connections_[connection.slot_] = connections_.back();
  connections_.pop_back();
  assigned_.fetch_sub(1, std::memory_order_relaxed);
  if (!connections_.empty() || !draining_) return;
  // Posted, so that the connection's task has ended when the drain completes.
  loop_.post([self = shared_from_this()] {
    if (self->connections_.empty()) self->finish_drain(true);
  });
}

void HttpWorker::arm_sweep() {
  sweep_timer_ = loop_.call_at(loop_.now() + kSweepInterval, [self = shared_from_this()] { self->sweep(); });
}

void HttpWorker::sweep() {
  sweep_timer_ = 0;
  if (connections_.empty()) return;
  const MonoTime now = loop_.now();
  for (HttpConnection* connection : connections_) connection->expire_if_due(now);
  arm_sweep();
}

void HttpWorker::drain(Deadline deadline, Done done) {
  draining_ = true;
  drained_.push_back(std::move(done));
  if (connections_.empty()) return finish_drain(true);
  for (HttpConnection* connection : connections_) connection->close_if_idle();
  if (drain_timer_ != 0) loop_.cancel(drain_timer_);
  drain_timer_ = loop_.call_at(deadline.at, [self = shared_from_this()] {
    for (HttpConnection* connection : self->connections_) connection->abort();
    // The aborted operations complete before this.
    self->loop_.post([self] { self->finish_drain(false); });
  });
}

void HttpWorker::finish_drain(bool clean) {
  loop_.cancel(drain_timer_);
  loop_.cancel(sweep_timer_);
  drain_timer_ = sweep_timer_ = 0;
  for (Done& done : std::exchange(drained_, {})) done(clean);
}

}  // namespace wac::net
